"""Statements as OFX, the SGML of version 1 and the XML of version 2: both are read as a row of tags."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

from kawasan.rooms.books.rules.bank_csv import amount_of
from kawasan.rooms.books.types.bank import (
    PARTY_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    FileCurrency,
    FileDamaged,
    FileDay,
    FileKind,
    ReadLine,
    ReadStatement,
)

_TAG = re.compile(r"<(/?)([A-Za-z0-9_.]+)\s*>([^<]*)")
_BLOCKS = frozenset({"STMTTRN", "LEDGERBAL"})


def read(text: str) -> ReadStatement:
    """Return the statement. Raises FileDamaged, FileDay, FileAmount, FileCurrency with the line at fault."""
    lines: list[ReadLine] = []
    block, opened, number = "", 1, ""
    values: dict[str, str] = {}
    closing: tuple[int, date] | None = None
    is_whole = False
    for match in _TAG.finditer(text):
        at = text.count("\n", 0, match.start()) + 1 if match[2] in _BLOCKS or match[2] in ("OFX", "CURDEF") else opened
        name, value = match[2].upper(), unescape(match[3].strip())
        if name in _BLOCKS:
            if bool(match[1]) != bool(block):
                raise FileDamaged(field="file", line=at, what=f"<{name}>")
            if match[1] and name == "STMTTRN":
                lines.append(_line(values, opened))
            elif match[1]:
                closing = amount_of(values.get("BALAMT", ""), _mark(values), opened), _day(values, "DTASOF", opened)
            block, values, opened = ("" if match[1] else name), {}, at
        elif block and not match[1] and value:
            values[name] = value
        elif name == "ACCTID" and value:
            number = value
        elif name == "CURDEF" and value != "IDR":
            raise FileCurrency(field="file", line=at, currency=value[:10])
        is_whole = is_whole or (name == "OFX" and bool(match[1]))
    if block or not is_whole:
        raise FileDamaged(field="file", line=opened if block else text.count("\n") + 1, what=f"</{block or 'OFX'}>")
    balance, day = closing or (None, None)
    return ReadStatement(FileKind.OFX, tuple(lines), None, balance, day, number)


def _line(values: dict[str, str], line: int) -> ReadLine:
    for name in ("DTPOSTED", "TRNAMT", "FITID"):
        if name not in values:
            raise FileDamaged(field="file", line=line, what=f"<{name}>")
    return ReadLine(
        place=line,
        day=_day(values, "DTPOSTED", line),
        amount_minor=amount_of(values["TRNAMT"], "," if "," in values["TRNAMT"] else ".", line),
        text=" ".join(values.get("MEMO", values.get("NAME", "")).split())[:TEXT_LENGTH_MAX],
        party=values.get("NAME", "")[:PARTY_LENGTH_MAX],
        reference=values.get("CHECKNUM", "")[:REFERENCE_LENGTH_MAX],
        key=values["FITID"],
    )


def _mark(values: dict[str, str]) -> str:
    return "," if "," in values.get("BALAMT", "") else "."


def _day(values: dict[str, str], name: str, line: int) -> date:
    text = values.get(name, "")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise FileDay(field="file", line=line, text=text[:20]) from None
