"""One decision about a seller's money at a time."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

_LOCK = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"


def lock_wallets(person_ids: Iterable[UUID]) -> None:
    """Let nobody else decide about the limits of these people's wallets until the transaction ends."""
    _lock("wallet", person_ids)


# Note [Why sellers are locked]
# What an order brings, what a refund takes and what a payout may have depend on balance, reserve and debt together. One
# lock for each seller, taken in order and after the orders' rows, makes such decisions one after another.
def lock_sellers(business_ids: Iterable[UUID]) -> None:
    """Let nobody else decide about the money of these businesses until the transaction ends."""
    _lock("seller", business_ids)


def _lock(kind: str, owners: Iterable[UUID]) -> None:
    with connection.cursor() as cursor:
        for owner in sorted(set(owners)):
            cursor.execute(_LOCK, [f"payments.{kind}:{owner}"])
