"""Books of a business: sales in the ledger followed into its journal, and entries by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.platform import followers
from kawasan.rooms.books import api as books

AT = datetime(2026, 12, 5, 3, 0, tzinfo=UTC)
NOVEMBER = date(2026, 11, 1)


def an_owner(business_id: UUID, role: BusinessRole = BusinessRole.OWNER) -> Actor:
    """Somebody with a role in one business."""
    return Actor(person_id=ids.uuid7(), businesses={business_id: role})


def follow() -> None:
    """Let the journal take what the ledger has."""
    followers.catch_up(books.FOLLOWER_NAME)


def an_expense(business_id: UUID, amount_minor: int = 150_000_00, **given: Any) -> books.Entry:
    """Write that something was paid in cash."""
    values: dict[str, Any] = {
        "actor": an_owner(business_id),
        "business_id": business_id,
        "entry_id": ids.uuid7(),
        "day": date(2026, 11, 12),
        "amount_minor": amount_minor,
        "category": "6103",
        "paid_from": "1101",
        "memo": "Listrik toko",
        "at": AT,
    }
    return books.add_expense(**(values | given))


def balances(business_id: UUID, last: date | None = None) -> dict[str, int]:
    """Return debit minus credit of every account that has any: by a day, or of everything that is booked by now."""
    last = last or max(date(2026, 12, 31), clock.business_day(clock.now()))
    found = books.trial_balance(actor=an_owner(business_id), business_id=business_id, span=books.Span(NOVEMBER, last))
    return {row.account.code: row.balance_minor for row in found.rows if row.balance_minor}
