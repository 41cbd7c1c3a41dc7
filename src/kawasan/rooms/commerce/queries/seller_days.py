"""What days brought a seller, and the figures of the seller's home."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from kawasan.core import clock
from kawasan.core.access import Actor
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.queries.orders import counts_of_business
from kawasan.rooms.commerce.types.orders import Figures, SellerHome
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

DAYS_SHOWN = 14


def seller_home(*, actor: Actor, business_id: UUID, at: datetime) -> SellerHome:
    """Return a business's money and work of today for anybody with a role in it. Raises Unauthenticated, NotFound."""
    counts = counts_of_business(actor=actor, business_id=business_id)
    today = clock.business_day(at)
    days = days_of(business_id, since=today - timedelta(days=DAYS_SHOWN - 1), until=today)
    accounts = (payments.escrow(business_id), payments.balance(business_id))
    balances = ledger.balances(accounts)
    escrow, balance = (balances.get(account, ledger.Balance()).available for account in accounts)
    return SellerHome(today=days[-1], days=tuple(days), escrow_minor=escrow, balance_minor=balance, counts=counts)


def days_of(business_id: UUID, *, since: date, until: date) -> list[Figures]:
    """Return the figures of every day of a closed period, also of days on which nothing happened."""
    found = {
        row.day: row for row in models.SellerDay.objects.filter(business_id=business_id, day__gte=since, day__lte=until)
    }
    days = [since + timedelta(days=offset) for offset in range((until - since).days + 1)]
    return [_figures(day, found.get(day)) for day in days]


def _figures(day: date, row: models.SellerDay | None) -> Figures:
    if row is None:
        return Figures(day=day)
    return Figures(
        day=day,
        orders=row.orders,
        gross_minor=row.gross_minor,
        refunded_minor=row.refunded_minor,
        released_minor=row.released_minor,
        fee_minor=row.fee_minor,
        units=row.units,
    )
