"""Bank accounts, their statements and what is still open in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.books import models
from kawasan.rooms.books.queries import documents
from kawasan.rooms.books.queries.desk import need_books
from kawasan.rooms.books.queries.sums import FIRST_DAY, LAST_DAY, net, sums
from kawasan.rooms.books.rules import bank_matching, posting
from kawasan.rooms.books.rules.bank_matching import DAYS_APART_MAX, Booked
from kawasan.rooms.books.types.bank import (
    BankAccount,
    BankLine,
    BankNotFound,
    BankState,
    Columns,
    Day,
    MatchKind,
    Rule,
    Suggestion,
)
from kawasan.rooms.books.types.due import AgedDocument, Side

HISTORY_MAX = 3_000  # earlier lines that habits are read from
CANDIDATES_MAX = 2_000

# Lines of the books on a bank's account that no line of a statement is matched with: of transfers, and of entries by
# hand that still stand (an entry that was undone, and the one that undoes it, never reach a bank).
_ALONE = """
select source_id, day, amount, label, is_transfer from (
    select l.transfer_id as source_id, l.day, l.amount_minor as amount, l.code::text as label, true as is_transfer
    from books_line l
    where l.business_id = %(business)s and l.account = %(account)s and l.day between %(first)s and %(last)s
    union all
    select e.id, e.day, sum(l.amount_minor)::bigint, e.memo, false
    from books_entry_line l join books_entry e on e.id = l.entry_id
    where l.business_id = %(business)s and l.account = %(account)s and l.day between %(first)s and %(last)s
      and e.corrects is null and e.kind <> 'opening'
      and not exists (select from books_entry u where u.corrects = e.id)
    group by e.id, e.day, e.memo
) as booked
where not exists (
    select from books_match m
    where m.bank_id = %(bank)s and m.source_id = booked.source_id and m.undone_at is null)
"""
_ALONE_SUM = f"select count(*), coalesce(sum(amount), 0)::bigint from ({_ALONE}) as left_over"
_HISTORY = """
select b.text, b.party, b.amount_minor, l.account
from books_match m
join books_bank_line b on b.id = m.line_id
join books_entry_line l on l.entry_id = m.source_id and l.account <> %(account)s
where m.business_id = %(business)s and m.kind = 'booked' and m.undone_at is null
order by m.id desc limit %(limit)s
"""
_OPEN = """
select count(*), coalesce(sum(b.amount_minor), 0)::bigint from books_bank_line b
where b.bank_id = %(bank)s and not exists (
    select from books_match m where m.line_id = b.id and m.undone_at is null)
"""


def banks(*, actor: Actor, business_id: UUID) -> list[BankState]:
    """Return each bank account against the books. Raises Unauthenticated, NotFound, Forbidden."""
    need_books(actor, business_id)
    rows = models.Bank.objects.filter(business_id=business_id).order_by("made_at", "id")
    return [_state(as_bank(row)) for row in rows]


def bank_state(*, actor: Actor, business_id: UUID, bank_id: UUID) -> BankState:
    """Return one bank account against the books. Raises as ``banks``, and BankNotFound."""
    need_books(actor, business_id)
    return _state(find_bank(business_id, bank_id))


def find_bank(business_id: UUID, bank_id: UUID) -> BankAccount:
    """Return a bank account of a business. Raises BankNotFound."""
    row = models.Bank.objects.filter(pk=bank_id, business_id=business_id).first()
    if row is None:
        raise BankNotFound
    return as_bank(row)


def as_bank(row: models.Bank) -> BankAccount:
    """Return a row as what crosses the door; the number stays behind."""
    columns = columns_of(row.columns) if row.columns else None
    return BankAccount(row.id, row.business_id, row.name, row.ending, row.account, columns, row.made_at)


def columns_of(given: dict[str, Any]) -> Columns:
    """Return columns as they were remembered."""
    known = {field.name for field in fields(Columns)}
    values = {name: value for name, value in given.items() if name in known}
    return Columns(**values | {"order": Day(values.get("order", Day.DAY_FIRST))})


def draft(*, actor: Actor, business_id: UUID, bank_id: UUID) -> tuple[str, bytes]:
    """Return the CSV that waits for its columns. Raises as ``bank_state``."""
    need_books(actor, business_id)
    row = models.Draft.objects.filter(pk=bank_id, business_id=business_id).first()
    if row is None:
        raise BankNotFound
    return row.name, bytes(row.content)


def bank_lines(
    *,
    actor: Actor,
    business_id: UUID,
    bank_id: UUID,
    only_open: bool = False,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[BankLine]:
    """Return the lines of an account's statements, newest first. Raises as ``bank_state``, and BadCursor."""
    need_books(actor, business_id)
    bank, size, key = find_bank(business_id, bank_id), clamp_limit(limit), decode_cursor(cursor, str, str)
    rows = models.BankLine.objects.filter(bank_id=bank.id)
    if only_open:
        rows = rows.exclude(id__in=models.Match.objects.filter(bank_id=bank.id, undone_at=None).values("line_id"))
    if key:
        day, line_id = _key(key)
        rows = rows.filter(day__lte=day).exclude(day=day, id__gte=line_id)
    found = as_lines(rows.order_by("-day", "-id")[: size + 1])
    return page_of(found, size, lambda item: (item.day.isoformat(), str(item.id)))


def as_lines(rows: Iterable[models.BankLine]) -> list[BankLine]:
    """Return rows with what they are matched with."""
    found = list(rows)
    matches = {
        row.line_id: row for row in models.Match.objects.filter(line_id__in=[r.id for r in found], undone_at=None)
    }
    by_hand = set(
        models.Entry.objects.filter(id__in=[row.source_id for row in matches.values()]).values_list("id", flat=True)
    )
    return [_line(row, matches.get(row.id), by_hand) for row in found]


def suggestions(
    *, actor: Actor, business_id: UUID, bank_id: UUID, lines: Sequence[BankLine], today: date
) -> dict[UUID, Suggestion]:
    """Return what open lines most likely are, by line. Raises as ``bank_state``."""
    need_books(actor, business_id)
    bank, wanted = find_bank(business_id, bank_id), [line for line in lines if line.match is None]
    if not wanted:
        return {}
    given: dict[str, Any] = {
        "booked": _candidates(bank, wanted),
        "documents": _documents(business_id, max(today, *(line.day for line in wanted))),
        "rules": rules_of(business_id),
        "history": _history(bank),
    }
    found = {line.id: bank_matching.suggestion(line, **given) for line in wanted}
    return _once({line_id: made for line_id, made in found.items() if made})


def _once(found: dict[UUID, Suggestion]) -> dict[UUID, Suggestion]:
    """Suggest nothing twice: of two equal lines the first gets what the books have."""
    taken: set[UUID] = set()
    kept = {}
    for line_id, made in found.items():
        if made.choice.id is not None and made.choice.id in taken:
            continue
        if made.choice.id is not None:
            taken.add(made.choice.id)
        kept[line_id] = made
    return kept


def bank_rules(*, actor: Actor, business_id: UUID) -> list[Rule]:
    """Return the rules in the order in which they are asked. Raises Unauthenticated, NotFound, Forbidden."""
    need_books(actor, business_id)
    return rules_of(business_id)


def rules_of(business_id: UUID) -> list[Rule]:
    """Return a business's rules, oldest first."""
    return [
        Rule(row.id, row.words, row.direction, row.account, row.from_minor, row.upto_minor, row.day_from, row.day_upto)
        for row in models.BankRule.objects.filter(business_id=business_id).order_by("made_at", "id")
    ]


def alone(bank: BankAccount, first: date = FIRST_DAY, last: date = LAST_DAY) -> list[tuple[UUID, date, int, str, bool]]:
    """Return what the books have on a bank's account and no statement: source, day, amount, label, of the ledger."""
    with connection.cursor() as cursor:
        cursor.execute(_ALONE + " order by day, source_id limit 100000", _alone(bank, first, last))
        return list(cursor.fetchall())


def _alone(bank: BankAccount, first: date, last: date) -> dict[str, Any]:
    return {"business": bank.business_id, "account": bank.account, "bank": bank.id, "first": first, "last": last}


def _candidates(bank: BankAccount, lines: Sequence[BankLine]) -> list[Booked]:
    around, amounts = timedelta(days=DAYS_APART_MAX), {line.amount_minor for line in lines}
    days = [line.day for line in lines]
    found = [row for row in alone(bank, min(days) - around, max(days) + around) if row[2] in amounts]
    return [
        Booked(source, day, amount, posting.rule_of(int(label)).name if is_transfer else label)
        for source, day, amount, label, is_transfer in found[:CANDIDATES_MAX]
    ]


def _documents(business_id: UUID, day: date) -> list[AgedDocument]:
    return [item for side in Side for item in documents.aged(business_id, side, day).documents]


def _history(bank: BankAccount) -> dict[str, Counter[str]]:
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"business": bank.business_id, "account": bank.account, "limit": HISTORY_MAX}
        cursor.execute(_HISTORY, given)
        rows = cursor.fetchall()
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for text, party, amount, account in rows:
        line = BankLine(bank.id, bank.id, FIRST_DAY, amount, text, party)
        found[bank_matching.habit_of(line)][account] += 1
    return found


def _state(bank: BankAccount) -> BankState:
    last = models.BankStatement.objects.filter(bank_id=bank.id).order_by("-last_day", "-id").first()
    closing = models.BankStatement.objects.filter(bank_id=bank.id, closing_minor__isnull=False)
    known = closing.order_by("-last_day", "-id").first()
    day = known.last_day if known else last.last_day if last else None
    until = day or LAST_DAY
    with connection.cursor() as cursor:
        cursor.execute(_OPEN + " and b.day <= %(last)s", {"bank": bank.id, "last": until})
        open_count, open_minor = cursor.fetchone()
        cursor.execute(_ALONE_SUM, _alone(bank, FIRST_DAY, until))
        alone_count, alone_minor = cursor.fetchone() if day else (0, 0)
    return BankState(
        bank=bank,
        day=day,
        statement_minor=known.closing_minor if known else None,
        books_minor=net(sums(bank.business_id, FIRST_DAY, until)).get(bank.account, 0),
        open_count=open_count,
        open_minor=open_minor,
        alone_count=alone_count,
        alone_minor=alone_minor,
    )


def _line(row: models.BankLine, match: models.Match | None, by_hand: set[UUID]) -> BankLine:
    if match is None:
        return BankLine(row.id, row.bank_id, row.day, row.amount_minor, row.text, row.party)
    return BankLine(
        row.id,
        row.bank_id,
        row.day,
        row.amount_minor,
        row.text,
        row.party,
        MatchKind(match.kind),
        match.source_id,
        match.source_id not in by_hand,
    )


def _key(key: tuple[str, str]) -> tuple[date, UUID]:
    try:
        return date.fromisoformat(key[0]), UUID(key[1])
    except ValueError:
        raise BankNotFound from None
