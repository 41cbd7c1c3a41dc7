"""What a run brought, counted from the ledger: rupiah paid, and units sold beyond stock (none, ever)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from kawasan.demo.sample.people import everything
from kawasan.platform import followers
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

STEP = 20_000  # ledger numbers read at a time
PAID = frozenset({payments.PaymentCode.PAY_WALLET, payments.PaymentCode.PAY_QRIS})
FILLED = frozenset({commerce.TransferCode.STOCK_IN, commerce.TransferCode.SET_ASIDE})
LATE = payments.PaymentCode.LATE_PAYMENT
REFUNDED = frozenset({payments.PaymentCode.REFUND, payments.PaymentCode.REFUND_FROM_SELLER})


@dataclass(frozen=True, slots=True)
class Counted:
    """Sums over the transfers of a run; ``oversold`` looks at all transfers there ever were."""

    gross_minor: int
    refunded_minor: int
    returned_to_wallets: int
    oversold: int


def last_number() -> int:
    """Return the last number that the ledger has given to a transfer."""
    with everything(), connection.cursor() as cursor:
        cursor.execute(f'select case when is_called then last_value else 0 end from "{ledger.TRANSFER_SEQUENCE}"')
        return int(cursor.fetchone()[0])


def count(*, after: int) -> Counted:
    """Count the transfers above a number, and replay every unit of stock from the first transfer on."""
    gross = refunded = late = 0
    last = last_number()
    with everything():
        rows = list(_transfers(last))
    for row in rows:
        if row.sequence > after and row.kind is ledger.Kind.POSTED:
            gross += row.amount if row.code in PAID else 0
            refunded += row.amount if row.code in REFUNDED else 0
            late += row.code == LATE
    return Counted(gross_minor=gross, refunded_minor=refunded, returned_to_wallets=late, oversold=oversold(rows))


def oversold(rows: Iterable[ledger.TransferRow]) -> int:
    """
    Return how many units left a shelf or a campaign that did not hold them, by replaying the transfers in order.

    It looks at transfers only, not at the balances that the ledger keeps and guards, so it would see where they lie.
    """
    shelves: dict[UUID, int] = {}
    lowest: dict[UUID, int] = defaultdict(int)
    for row in rows:
        if row.code in FILLED:
            shelves.setdefault(row.credit, 0)
        if row.kind not in (ledger.Kind.POSTED, ledger.Kind.POST):
            continue
        if row.credit in shelves:
            shelves[row.credit] += row.amount
        if row.debit in shelves:
            shelves[row.debit] -= row.amount
            lowest[row.debit] = min(lowest[row.debit], shelves[row.debit])
    return -sum(lowest.values())


def are_followers_level() -> bool:
    """Whether every follower has taken the last row of its source; each source numbers rows of its own."""
    with everything(), connection.cursor() as cursor:
        for item in followers.followers():
            cursor.execute(f'select last_value, is_called from "{item.sequence}"')
            last, is_drawn = cursor.fetchone()
            if is_drawn and followers.position(item.name) < last:
                return False
    return True


def jobs(zone: str) -> tuple[int, int]:
    """Return how many background jobs of a zone wait or run, and how many failed for good."""
    with everything(), connection.cursor() as cursor:
        cursor.execute(
            "select count(*) filter (where status in ('todo', 'doing')), count(*) filter (where status = 'failed')"
            " from public.procrastinate_jobs where args ->> 'zone' = %s",
            [zone],
        )
        waiting, failed = cursor.fetchone()
        return int(waiting), int(failed)


def _transfers(last: int) -> Iterator[ledger.TransferRow]:
    for start in range(0, last, STEP):
        yield from ledger.transfers_between(start, start + STEP)
