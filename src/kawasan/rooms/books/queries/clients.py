"""An accountant's desk: every business whose books somebody keeps, and what waits in each."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from kawasan.core import clock
from kawasan.core.access import Actor, BusinessRole
from kawasan.rooms.books import models
from kawasan.rooms.books.queries import documents
from kawasan.rooms.books.queries.desk import accounts
from kawasan.rooms.books.queries.periods import closed_through
from kawasan.rooms.books.queries.sums import FIRST_DAY, net, sums
from kawasan.rooms.books.queries.taxes import month_tax
from kawasan.rooms.books.rules.cashflow import CASH_LINE
from kawasan.rooms.books.types.clients import CLIENTS_MAX, Client
from kawasan.rooms.books.types.due import Age, Side
from kawasan.rooms.books.types.months import month_of
from kawasan.rooms.zone import api as zone

_MAY = (BusinessRole.OWNER, BusinessRole.ACCOUNTANT)


def clients(*, actor: Actor, at: datetime) -> list[Client]:
    """Return the businesses whose books the asking person keeps, those first where something waits."""
    actor.need_person()
    mine = [business_id for business_id, role in actor.businesses.items() if role in _MAY][:CLIENTS_MAX]
    today = clock.business_day(at)
    found = [_client(business, today) for business in zone.businesses(ids=mine).values() if business.joined_at]
    return sorted(found, key=lambda item: (not item.waits, item.name.casefold()))


def _client(business: zone.Business, today: date) -> Client:
    span = month_of(today.replace(day=1) - timedelta(days=1))
    closed = closed_through(business.id)
    cash = _cash(business.id, today)
    receivables = documents.aged(business.id, Side.RECEIVABLE, today)
    return Client(
        business_id=business.id,
        name=business.name,
        slug=business.slug,
        month=span.first,
        is_closed=closed is not None and closed >= span.last,
        open_lines=_open_lines(business.id),
        tax_minor=month_tax(business.id, span, today),
        cash_minor=sum(cash.values()),
        negative=tuple(code for code, amount in cash.items() if amount < 0),
        overdue_minor=receivables.total_minor - receivables.by_age[Age.NOT_DUE],
    )


def _cash(business_id: UUID, today: date) -> dict[str, int]:
    known = accounts(business_id)
    until = net(sums(business_id, FIRST_DAY, today))
    return {code: amount for code, amount in until.items() if known[code].line == CASH_LINE}


def _open_lines(business_id: UUID) -> int:
    matched = models.Match.objects.filter(business_id=business_id, undone_at=None).values("line_id")
    return models.BankLine.objects.filter(business_id=business_id).exclude(id__in=matched).count()
