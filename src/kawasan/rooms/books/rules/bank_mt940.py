"""Statements as MT940 (SWIFT): tags at the beginning of lines, balances that must add up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from kawasan.core.money import Money
from kawasan.rooms.books.types.bank import (
    PARTY_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    FileAmount,
    FileCurrency,
    FileDamaged,
    FileDay,
    FileDoesNotAddUp,
    FileKind,
    ReadLine,
    ReadStatement,
)

_TAG = re.compile(r":(\d{2}[A-Z]?):(.*)")
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d{1,15},\d{0,2})")
_LINE = re.compile(
    r"(\d{6})(\d{4})?(R?[CD])([A-Z])?(\d{1,15},\d{0,2})([A-Z][A-Z0-9]{3})"
    r"([^/\n]{0,16})(?://([^\n]{0,34}))?(?:\n(.*))?",
    re.DOTALL,
)
_PART = re.compile(r"\?(\d{2})([^?]*)")


class _Field(NamedTuple):
    line: int
    tag: str
    text: str


def read(text: str) -> ReadStatement:
    """
    Return the statements of a file as one.

    Raises FileDamaged, FileDay, FileAmount, FileCurrency, FileDoesNotAddUp with the line at fault.
    """
    lines: list[ReadLine] = []
    opening: int | None = None
    running: int | None = None
    closing_day: date | None = None
    number, last = "", _Field(1, "", "")
    for field in _fields(text):
        if field.tag == "25":
            number = field.text.strip()
        elif field.tag in ("60F", "60M"):
            _, running = _balance(field)
            opening = running if opening is None else opening
        elif field.tag == "61":
            if running is None:
                raise FileDamaged(field="file", line=field.line, what=":60F:")
            line = _entry(field)
            running += line.amount_minor
            lines.append(line)
        elif field.tag == "86" and last.tag == "61":
            lines[-1] = _with_text(lines[-1], field.text)
        elif field.tag in ("62F", "62M"):
            closing_day, closing = _balance(field)
            if running is None or closing != running:
                raise FileDoesNotAddUp(field="file", line=field.line, found=Money(running or 0), closing=Money(closing))
        last = field
    if closing_day is None:
        raise FileDamaged(field="file", line=last.line, what=":62F:")
    return ReadStatement(FileKind.MT940, tuple(lines), opening, running, closing_day, number)


def _fields(text: str) -> Iterator[_Field]:
    """Yield tags with their text; a line that begins with no tag continues the one before."""
    current: _Field | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("{") or line.strip() in ("-}", "-", ""):
            continue
        if match := _TAG.match(line):
            if current:
                yield current
            current = _Field(number, match[1], match[2])
        elif current is None:
            raise FileDamaged(field="file", line=number, what=":20:")
        else:
            current = current._replace(text=f"{current.text}\n{line}")
    if current:
        yield current


def _balance(field: _Field) -> tuple[date, int]:
    match = _BALANCE.fullmatch(field.text.strip())
    if not match:
        raise FileDamaged(field="file", line=field.line, what=f":{field.tag}:")
    if match[3] != "IDR":
        raise FileCurrency(field="file", line=field.line, currency=match[3])
    minor = _minor(match[4], field.line)
    return _day(match[2], field.line), minor if match[1] == "C" else -minor


def _entry(field: _Field) -> ReadLine:
    match = _LINE.fullmatch(field.text.strip())
    if not match:
        raise FileDamaged(field="file", line=field.line, what=":61:")
    minor = _minor(match[5], field.line)
    came_in = match[3] in ("C", "RD")  # RD: a debit that was turned back
    day = _day(match[1], field.line)
    if match[2]:
        day = _booked(day, match[2], field.line)
    reference = " ".join(part for part in (match[7].strip(), (match[8] or "").strip()) if part and part != "NONREF")
    return ReadLine(
        field.line, day, minor if came_in else -minor, (match[9] or "").strip(), "", reference[:REFERENCE_LENGTH_MAX]
    )


def _with_text(line: ReadLine, text: str) -> ReadLine:
    flat = text.replace("\n", "")
    parts = _PART.findall(flat)
    words = [value for tag, value in parts if "20" <= tag <= "29" or "60" <= tag <= "63"] if parts else [text]
    party = " ".join(value for tag, value in parts if tag in ("32", "33")).strip()
    said = " ".join(" ".join([line.text, *words]).split())[:TEXT_LENGTH_MAX]
    return ReadLine(line.place, line.day, line.amount_minor, said, party[:PARTY_LENGTH_MAX], line.reference)


def _day(text: str, line: int) -> date:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        raise FileDay(field="file", line=line, text=text) from None


def _booked(value_day: date, month_day: str, line: int) -> date:
    """Return the day of booking, which has no year: the one nearest to the value day."""
    around = [_day(f"{value_day:%y}{month_day}", line)]
    for year in (value_day.year - 1, value_day.year + 1):
        with suppress(ValueError):  # 29 February of another year
            around.append(date(year, int(month_day[:2]), int(month_day[2:])))
    return min(around, key=lambda day: abs((day - value_day).days))


def _minor(text: str, line: int) -> int:
    whole, _, part = text.partition(",")
    if len(part) > 2:
        raise FileAmount(field="file", line=line, text=text)
    return int(whole) * 100 + int(part.ljust(2, "0"))
