"""Bank accounts, files of statements, and rules."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.books import models
from kawasan.rooms.books.actions.entries import lock_desk
from kawasan.rooms.books.queries import bank as banks
from kawasan.rooms.books.queries import desk
from kawasan.rooms.books.rules import bank_csv, bank_files, bank_matching, chart
from kawasan.rooms.books.types.bank import (
    BANK_NAME_LENGTH_MAX,
    BANKS_MAX,
    RULES_MAX,
    BankAccount,
    BankInvalid,
    BankNotFound,
    Columns,
    FileKind,
    Imported,
    Preview,
    ReadLine,
    ReadStatement,
    Rule,
    TooManyBanks,
)

# The first account at a bank is the chart's own; further ones get accounts of their own beside it.
_FIRST_OWN, _LAST_OWN = 1111, 1199


@requires_transaction
def add_bank(*, actor: Actor, business_id: UUID, bank_id: UUID, name: str, number: str, at: datetime) -> BankAccount:
    """
    Add an account at a bank, with an account of the chart for it; a repeat returns the first one.

    Raises Unauthenticated, NotFound, Forbidden, BankInvalid, TooManyBanks.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    name, number = " ".join(name.split()), re.sub(r"[\s.-]", "", number)
    if not 1 < len(name) <= BANK_NAME_LENGTH_MAX or not re.fullmatch(r"[0-9A-Za-z]{4,34}", number) or "\0" in name:
        raise BankInvalid(field="number")
    mine = list(models.Bank.objects.filter(business_id=business_id))
    if earlier := next((row for row in mine if row.id == bank_id), None):
        return banks.as_bank(earlier)
    if len(mine) >= BANKS_MAX:
        raise TooManyBanks(most=BANKS_MAX)
    account = _account(business_id, {row.account for row in mine}, f"{name} ••{number[-4:]}", at)
    row = models.Bank(
        id=bank_id, business_id=business_id, name=name, number=number, ending=number[-4:], account=account, made_at=at
    )
    row.save(force_insert=True)
    return banks.as_bank(row)


def _account(business_id: UUID, taken: set[str], name: str, at: datetime) -> str:
    if chart.BANK not in taken:
        return chart.BANK
    known = desk.accounts(business_id)
    code = next(str(code) for code in range(_FIRST_OWN, _LAST_OWN) if str(code) not in known)
    like = known[chart.BANK]
    models.OwnAccount.objects.create(
        business_id=business_id, code=code, name=name, kind=like.kind, line=like.line, made_at=at
    )
    return code


@requires_transaction
def keep_draft(*, actor: Actor, business_id: UUID, bank_id: UUID, name: str, content: bytes, at: datetime) -> None:
    """Keep a CSV until somebody says which column is what. Raises as ``import_statement``."""
    desk.need_books(actor, business_id)
    found = banks.find_bank(business_id, bank_id)
    bank_csv.rows_of(bank_files.text_of(content))
    values = {"business_id": business_id, "name": name[:120], "content": content, "at": at}
    models.Draft.objects.update_or_create(bank_id=found.id, defaults=values)


def preview_csv(*, content: bytes, columns: Columns | None) -> Preview:
    """Return the first rows of a CSV and how they are understood with these columns, or with those it seems to have."""
    rows = bank_csv.rows_of(bank_files.text_of(content))
    return bank_csv.preview(rows, columns or bank_csv.guess(rows))


def needs_columns(*, content: bytes, bank: BankAccount) -> bool:
    """Whether somebody has to say which column is what before this file can be imported. Raises FileUnreadable."""
    return bank_files.kind_of(content) is FileKind.CSV and bank.columns is None


@requires_transaction
def import_statement(
    *,
    actor: Actor,
    business_id: UUID,
    bank_id: UUID,
    statement_id: UUID,
    name: str,
    content: bytes,
    columns: Columns | None = None,
    anyhow: bool = False,
    at: datetime,
) -> Imported:
    """
    Take in a statement: lines that were there before are left alone, so importing a file twice adds nothing.

    Neither are lines added that a file of another format brought (``rules/bank_files.py: known_elsewhere``), unless
    ``anyhow`` says that they are others.

    The columns of a CSV are remembered for the bank. Nothing is booked: lines wait until somebody says what they are.
    Raises Unauthenticated, NotFound, Forbidden, BankNotFound and, with the line at fault, FileUnreadable,
    FileTooLarge, FileDamaged, FileDay, FileAmount, FileCurrency, FileDoesNotAddUp, FileOfOtherAccount.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    bank = banks.find_bank(business_id, bank_id)
    found = bank_files.read(content, columns or bank.columns)
    bank_files.check_account(found, bank.ending)
    if columns is not None and found.kind is FileKind.CSV:
        models.Bank.objects.filter(pk=bank.id).update(columns=asdict(columns))
    models.Draft.objects.filter(pk=bank.id).delete()
    return _store(bank, statement_id, name, content, found, anyhow, actor, at)


def _store(
    bank: BankAccount,
    statement_id: UUID,
    name: str,
    content: bytes,
    found: ReadStatement,
    anyhow: bool,
    actor: Actor,
    at: datetime,
) -> Imported:
    prints = list(bank_files.fingerprints(found.lines))
    rows = models.BankLine.objects.filter(bank_id=bank.id, fingerprint__in=prints)
    known = {bytes(value) for value in rows.values_list("fingerprint", flat=True)}
    new = [(line, mark) for line, mark in zip(found.lines, prints, strict=True) if mark not in known]
    elsewhere = set() if anyhow else _elsewhere(bank, found.kind, [line for line, _ in new], known)
    new = [item for place, item in enumerate(new) if place not in elsewhere]
    statement = models.BankStatement.objects.create(
        id=statement_id,
        business_id=bank.business_id,
        bank_id=bank.id,
        name=name[:120],
        kind=found.kind.value,
        digest=hashlib.sha256(content).digest(),
        closing_minor=found.closing_minor,
        last_day=max([line.day for line in found.lines] + ([found.closing_day] if found.closing_day else [])),
        added=len(new),
        repeated=len(prints) - len(new),
        made_by=actor.person_id,
        at=at,
    )
    models.BankLine.objects.bulk_create(
        models.BankLine(
            id=ids.uuid7(),
            business_id=bank.business_id,
            bank_id=bank.id,
            statement_id=statement.id,
            day=line.day,
            amount_minor=line.amount_minor,
            text=line.text,
            party=line.party,
            reference=line.reference,
            fingerprint=mark,
        )
        for line, mark in new
    )
    return Imported(statement.id, found.kind, len(new), len(prints) - len(new), len(elsewhere))


# What is there word for word stands for a line of this file already.
def _elsewhere(bank: BankAccount, kind: FileKind, lines: list[ReadLine], known: set[bytes]) -> set[int]:
    rows = models.BankLine.objects.filter(bank_id=bank.id, day__in={line.day for line in lines})
    others = rows.exclude(statement__kind=kind.value).exclude(fingerprint__in=known).order_by("id")
    return bank_files.known_elsewhere(
        lines, [ReadLine(0, row.day, row.amount_minor, row.text, row.party, row.reference) for row in others]
    )


@requires_transaction
def add_bank_rule(*, actor: Actor, business_id: UUID, rule: Rule, at: datetime) -> Rule:
    """
    Add a rule; it only suggests, people confirm. A repeat returns the first one.

    Raises Unauthenticated, NotFound, Forbidden, RuleInvalid, TooManyBanks.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    usable = [code for code in desk.accounts(business_id) if code not in chart.KEPT_BY_ZONE]
    bank_matching.check_rule(rule, usable)
    known = banks.rules_of(business_id)
    if earlier := next((item for item in known if item.id == rule.id), None):
        return earlier
    if len(known) >= RULES_MAX:
        raise TooManyBanks(most=RULES_MAX)
    models.BankRule.objects.create(business_id=business_id, made_at=at, **asdict(rule))
    return rule


@requires_transaction
def remove_bank_rule(*, actor: Actor, business_id: UUID, rule_id: UUID) -> None:
    """Remove a rule; what it helped to book stays. Raises Unauthenticated, NotFound, Forbidden, BankNotFound."""
    desk.need_books(actor, business_id)
    gone, _ = models.BankRule.objects.filter(pk=rule_id, business_id=business_id).delete()
    if not gone:
        raise BankNotFound
