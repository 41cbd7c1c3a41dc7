"""
Statements as camt.053 (ISO 20022): XML, read by expat with everything refused that could be a trap.

A document type declaration is where entities, and with them files of ours and gigabytes, come from: there is none in an
honest statement, and one is refused before anything behind it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn
from xml.parsers import expat

from kawasan.core.money import Money
from kawasan.rooms.books.rules.bank_csv import amount_of
from kawasan.rooms.books.types.bank import (
    PARTY_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    FileCurrency,
    FileDamaged,
    FileDay,
    FileDoesNotAddUp,
    FileKind,
    FileUnreadable,
    ReadLine,
    ReadStatement,
)

DEPTH_MAX = 40


@dataclass(slots=True)
class _Element:
    name: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list[_Element] = field(default_factory=list)

    def all(self, path: str) -> Iterator[_Element]:
        """Yield the elements below this one at a path, in order."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def said(self, *paths: str) -> str:
        """Return the text of the first of these paths that says anything."""
        for path in paths:
            for found in self.all(path):
                if found.text.strip():
                    return found.text.strip()
        return ""


def read(content: bytes) -> ReadStatement:
    """
    Return the statements of a file as one.

    Raises FileUnreadable, FileDamaged, FileDay, FileAmount, FileCurrency, FileDoesNotAddUp with the line at fault.
    """
    root = _tree(content)
    statements = list(root.all("BkToCstmrStmt/Stmt"))
    if not statements:
        raise FileDamaged(field="file", line=root.line, what="<Stmt>")
    lines: list[ReadLine] = []
    opening: int | None = None
    closing: tuple[int, date] | None = None
    for statement in statements:
        mine = [line for entry in statement.all("Ntry") if (line := _line(entry))]
        balances = {balance.said("Tp/CdOrPrtry/Cd"): balance for balance in statement.all("Bal")}
        first, last = (balances.get(code) for code in ("OPBD", "CLBD"))
        before = _balance(first)[0] if first else None
        closing = _balance(last) if last else closing
        if before is not None and last and closing and before + sum(line.amount_minor for line in mine) != closing[0]:
            found = before + sum(line.amount_minor for line in mine)
            raise FileDoesNotAddUp(field="file", line=last.line, found=Money(found), closing=Money(closing[0]))
        opening = before if opening is None else opening
        lines += mine
    number = statements[0].said("Acct/Id/Othr/Id", "Acct/Id/IBAN")
    balance, day = closing or (None, None)
    return ReadStatement(FileKind.CAMT, tuple(lines), opening, balance, day, number)


def _tree(content: bytes) -> _Element:
    root = _Element("", 1, {})
    open_ones = [root]
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_ones) > DEPTH_MAX:
            raise FileUnreadable(field="file", line=parser.CurrentLineNumber)
        made = _Element(name.rpartition(" ")[2], parser.CurrentLineNumber, attributes)
        open_ones[-1].children.append(made)
        open_ones.append(made)

    def end(_name: str) -> None:
        open_ones.pop()

    def said(text: str) -> None:
        open_ones[-1].text += text

    def refuse(*_: Any) -> NoReturn:
        raise FileUnreadable(field="file", line=parser.CurrentLineNumber)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, said
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise FileDamaged(field="file", line=error.lineno, what="XML") from None
    return root.children[0]


def _line(entry: _Element) -> ReadLine | None:
    status = entry.said("Sts/Cd", "Sts")
    if status and status != "BOOK":
        return None  # announced, not booked
    side = entry.said("CdtDbtInd")
    if side not in ("CRDT", "DBIT"):
        raise FileDamaged(field="file", line=entry.line, what="<CdtDbtInd>")
    amount = _amount(entry)
    details = "NtryDtls/TxDtls/"
    other = "Dbtr" if side == "CRDT" else "Cdtr"
    party = entry.said(f"{details}RltdPties/{other}/Nm", f"{details}RltdPties/{other}/Pty/Nm")
    words = [item.text for item in entry.all(f"{details}RmtInf/Ustrd")] or [entry.said("AddtlNtryInf")]
    reference = entry.said(f"{details}Refs/EndToEndId", "NtryRef")
    return ReadLine(
        place=entry.line,
        day=_day(entry, "BookgDt"),
        amount_minor=amount if side == "CRDT" else -amount,
        text=" ".join(" ".join(words).split())[:TEXT_LENGTH_MAX],
        party=party[:PARTY_LENGTH_MAX],
        reference="" if reference == "NOTPROVIDED" else reference[:REFERENCE_LENGTH_MAX],
        key=entry.said("AcctSvcrRef"),
    )


def _balance(balance: _Element) -> tuple[int, date]:
    amount = _amount(balance)
    return amount if balance.said("CdtDbtInd") == "CRDT" else -amount, _day(balance, "Dt")


def _amount(parent: _Element) -> int:
    found = next(parent.all("Amt"), None)
    if found is None:
        raise FileDamaged(field="file", line=parent.line, what="<Amt>")
    if (currency := found.attributes.get("Ccy", "")) != "IDR":
        raise FileCurrency(field="file", line=found.line, currency=currency[:10] or "?")
    return abs(amount_of(found.text, ".", found.line))


def _day(parent: _Element, name: str) -> date:
    text = parent.said(f"{name}/Dt", f"{name}/DtTm", "ValDt/Dt")
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise FileDay(field="file", line=parent.line, text=text[:20]) from None
