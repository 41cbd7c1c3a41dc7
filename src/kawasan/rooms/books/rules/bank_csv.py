"""Statements as CSV: which column holds what is guessed from the headings, chosen by people, then read strictly."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from kawasan.core.errors import Invalid
from kawasan.rooms.books.types.bank import (
    FILE_LINES_MAX,
    PARTY_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    Columns,
    Day,
    FileAmount,
    FileDamaged,
    FileDay,
    FileKind,
    FileUnreadable,
    Preview,
    ReadLine,
    ReadStatement,
)
from kawasan.rooms.books.types.entries import AMOUNT_MAX_MINOR

COLUMNS_MAX = 30
PREVIEW_ROWS = 8
HEADER_SEARCHED = 30
_WORDS = {
    "day": ("tanggal", "date", "tgl", "日期"),
    "text": ("keterangan", "deskripsi", "uraian", "description", "remark", "transaksi", "details", "摘要"),
    "debit": ("debit", "debet", "keluar", "withdrawal", "支出"),
    "credit": ("kredit", "credit", "masuk", "deposit", "收入"),
    "amount": ("jumlah", "nominal", "mutasi", "amount", "金额"),
    "balance": ("saldo", "balance", "余额"),
    "party": ("nama", "penerima", "pengirim", "lawan", "counterparty", "name", "对方"),
}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan",), ("feb", "peb"), ("mar",), ("apr",), ("mei", "may"), ("jun",), ("jul",), ("agu", "ags", "aug"),
            ("sep",), ("okt", "oct"), ("nov", "nop"), ("des", "dec"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_ORDERS = {Day.DAY_FIRST: (2, 1, 0), Day.YEAR_FIRST: (0, 1, 2), Day.MONTH_FIRST: (2, 0, 1)}
_SIGNED = re.compile(
    r"(?P<minus>[-(]?)\s*(?:Rp\.?|IDR)?\s*(?P<sign>[-+]?)(?P<figure>[0-9][0-9.,' ]*)\)?\s*(?P<side>[A-Za-z]{0,6})"
)
_OUT, _IN = {"db", "d", "dr", "debit", "debet"}, {"cr", "c", "k", "kr", "kredit", "credit", ""}


def rows_of(text: str) -> list[tuple[int, list[str]]]:
    """Return (line number, cells) of every row that holds anything. Raises FileUnreadable, FileDamaged."""
    if "\0" in text:
        raise FileUnreadable(field="file", line=1)
    head = text[:4000]
    delimiter = max(";\t,|", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((reader.line_num, [cell.strip() for cell in cells[:COLUMNS_MAX]]))
    except csv.Error as error:
        raise FileDamaged(field="file", line=reader.line_num, what="CSV") from error
    return found


def guess(rows: Sequence[tuple[int, list[str]]]) -> Columns:
    """Return the columns as the headings name them; what no heading names is left open."""
    for index, (_, cells) in enumerate(rows[:HEADER_SEARCHED]):
        named = {name: _place(cells, words) for name, words in _WORDS.items()}
        if named["day"] >= 0 and max(named["amount"], named["debit"], named["credit"]) >= 0:
            return _columns(rows, index, named)
    return Columns(first=rows[0][0] if rows else 1, day=0, text=min(1, _width(rows) - 1))


def _columns(rows: Sequence[tuple[int, list[str]]], header: int, named: dict[str, int]) -> Columns:
    body = rows[header + 1 :]
    has_sides = named["debit"] >= 0 and named["credit"] >= 0
    figures = [cells[at] for _, cells in body for at in _at(named, has_sides) if at < len(cells)]
    days = [cells[named["day"]] for _, cells in body if named["day"] < len(cells)]
    return Columns(
        first=body[0][0] if body else rows[header][0] + 1,
        day=named["day"],
        text=named["text"] if named["text"] >= 0 else named["day"],
        amount=-1 if has_sides else named["amount"] if named["amount"] >= 0 else max(named["debit"], named["credit"]),
        debit=named["debit"] if has_sides else -1,
        credit=named["credit"] if has_sides else -1,
        balance=named["balance"],
        party=named["party"] if named["party"] != named["text"] else -1,
        order=Day.YEAR_FIRST if days and re.match(r"\d{4}", days[0]) else Day.DAY_FIRST,
        decimal=_decimal_of(figures),
    )


def preview(rows: Sequence[tuple[int, list[str]]], columns: Columns) -> Preview:
    """Return the first rows and how they are understood, with what is wrong with them."""
    shown = tuple(tuple(cells) for _, cells in rows[: PREVIEW_ROWS + 2])
    body = [row for row in rows if row[0] >= columns.first]
    try:
        lines = [line for row in body[:PREVIEW_ROWS] if (line := _line(row, columns))]
        return Preview(shown, columns, tuple(lines), None if lines else FileDamaged(line=columns.first, what="CSV"))
    except Invalid as refusal:
        return Preview(shown, columns, (), refusal)


def read(rows: Sequence[tuple[int, list[str]]], columns: Columns) -> ReadStatement:
    """Return the statement. Raises FileDay, FileAmount, FileDamaged with the line at fault."""
    body = [row for row in rows if row[0] >= columns.first]
    lines = [line for row in body if (line := _line(row, columns))]
    if not lines or len(lines) > FILE_LINES_MAX:
        raise FileDamaged(field="file", line=columns.first, what="CSV")
    closing = None
    if columns.balance >= 0:
        dated = [row for row in body if _line(row, columns)]
        last = dated[0] if lines[0].day > lines[-1].day else dated[-1]
        closing = _balance(last, columns)
    ordered = tuple(reversed(lines)) if lines[0].day > lines[-1].day else tuple(lines)
    return ReadStatement(FileKind.CSV, ordered, None, closing, ordered[-1].day)


def _line(row: tuple[int, list[str]], columns: Columns) -> ReadLine | None:
    number, cells = row
    asked = max(columns.day, columns.text, columns.amount, columns.debit, columns.credit)
    if len(cells) <= asked:
        # Banks write the account's totals below the lines, in fewer columns.
        if _is_note(cells, columns):
            return None
        raise FileDamaged(field="file", line=number, what=f"{len(cells)}/{asked + 1}")
    if _is_note(cells, columns):
        return None
    amount = _amount(number, cells, columns)
    party = cells[columns.party][:PARTY_LENGTH_MAX] if 0 <= columns.party < len(cells) else ""
    text = " ".join(cells[columns.text].split())[:TEXT_LENGTH_MAX]
    return ReadLine(number, day_of(cells[columns.day], columns.order, number), amount, text, party) if amount else None


def _is_note(cells: Sequence[str], columns: Columns) -> bool:
    """Whether a row is words below or between the figures: its place for the day holds no digit."""
    return columns.day >= len(cells) or not re.search(r"\d", cells[columns.day])


def _amount(number: int, cells: Sequence[str], columns: Columns) -> int:
    if columns.amount >= 0:
        return amount_of(cells[columns.amount], columns.decimal, number)
    out = amount_of(cells[columns.debit] or "0", columns.decimal, number)
    came = amount_of(cells[columns.credit] or "0", columns.decimal, number)
    return abs(came) - abs(out)


def _balance(row: tuple[int, list[str]], columns: Columns) -> int | None:
    number, cells = row
    return amount_of(cells[columns.balance], columns.decimal, number) if columns.balance < len(cells) else None


def amount_of(text: str, decimal: str, line: int) -> int:
    """Return an amount in the minor unit: 1.234,50, -5000, (5.000), 100,000.00 DB. Raises FileAmount."""
    match = _SIGNED.fullmatch(text.strip())
    side = match["side"].lower() if match else "?"
    if not match or (side not in _OUT and side not in _IN):
        raise FileAmount(field="file", line=line, text=text[:40])
    figure = match["figure"].replace(" ", "").replace("'", "").replace("." if decimal == "," else ",", "")
    try:
        minor = Decimal(figure.replace(decimal, ".")).scaleb(2)
    except InvalidOperation:
        minor = Decimal("0.5")
    if minor != minor.to_integral_value() or minor > AMOUNT_MAX_MINOR:
        raise FileAmount(field="file", line=line, text=text[:40])
    is_out = bool(match["minus"]) or match["sign"] == "-" or side in _OUT
    return -int(minor) if is_out else int(minor)


def day_of(text: str, order: Day, line: int) -> date:
    """Return a day: 02/11/2026, 2026-11-02, 2 Nov 2026. Raises FileDay."""
    parts = re.findall(r"\d+|[A-Za-z]+", text.split("T")[0])[:3]
    try:
        if len(parts) == 3 and parts[1].isalpha():
            year, month, day = parts[2], str(_MONTHS[parts[1][:3].lower()]), parts[0]
        else:
            year, month, day = (parts[place] for place in _ORDERS[order])
        return _checked(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except (KeyError, ValueError, IndexError):
        raise FileDay(field="file", line=line, text=text[:40]) from None


def _checked(year: int, month: int, day: int) -> date:
    if not 1990 <= year <= 2100:
        raise ValueError(year)
    return date(year, month, day)


def _decimal_of(figures: Sequence[str]) -> str:
    """Return the decimal mark that a column uses: what stands last where both marks do, or before one or two digits."""
    for text in figures:
        marks = re.findall(r"[.,]", text)
        if len(set(marks)) == 2:
            return str(marks[-1])
        if match := re.search(r"([.,])\d{1,2}\D*$", text):
            return str(match[1])
        if match := re.search(r"([.,])\d{3}\D*$", text):
            return "," if match[1] == "." else "."
    return "."


def _place(cells: Sequence[str], words: Sequence[str]) -> int:
    """Return the first heading with one of these words; an earlier word goes before an earlier heading."""
    return next((at for word in words for at, cell in enumerate(cells) if word in cell.lower() and len(cell) < 40), -1)


def _at(named: dict[str, int], has_sides: bool) -> list[int]:
    wanted = ("debit", "credit") if has_sides else ("amount", "debit", "credit")
    return [named[name] for name in wanted if named[name] >= 0]


def _width(rows: Sequence[tuple[int, list[str]]]) -> int:
    return max((len(cells) for _, cells in rows), default=1)
