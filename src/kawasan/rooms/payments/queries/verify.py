"""Does what payments stores agree with the ledger?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kawasan.platform.checks import Finding, compared
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments.queries.verify_settlement import settlement_findings
from kawasan.rooms.payments.queries.verify_shop import shop_findings
from kawasan.rooms.payments.rules import accounts
from kawasan.rooms.payments.types import PaymentCode

FINDINGS_MAX = 100
STEP = 20_000  # ledger numbers read at a time

_PAID_WITHOUT_RECEIPT = """
select p.id from payments_payment p
where p.status = 'paid' and not exists (
  select from payments_receipt r where r.payment_id = p.id and r.outcome = 'paid' and r.amount_minor = p.amount_minor)
limit %s
"""
_RECEIPT_OF_UNPAID = """
select r.id, p.status from payments_receipt r join payments_payment p on p.id = r.payment_id
where r.outcome = 'paid' and p.status <> 'paid' limit %s
"""
_SPLITS_DIFFER = """
select p.id, p.amount_minor, coalesce(sum(s.amount_minor), 0)::bigint
from payments_payment p left join payments_split s on s.payment_id = p.id
group by p.id having p.amount_minor <> coalesce(sum(s.amount_minor), 0) limit %s
"""
# What came in another currency and goes back as it came took in no rupiah: exchange verifies it.
_RECEIPTS = "select id, amount_minor, entry_id from payments_receipt where outcome <> 'sent_back'"
_INCOMING = frozenset({int(PaymentCode.TOP_UP), int(PaymentCode.PAY_QRIS), int(PaymentCode.LATE_PAYMENT)})


@dataclass(slots=True)
class _Moved:
    """What the ledger says: money that came in, by entry."""

    by_entry: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))


def verify() -> list[Finding]:
    """Return every broken promise: a paid payment and its ledger entry, sums, payouts. Empty means all is well."""
    return list(_findings())


def _findings() -> Iterator[Finding]:
    for (row,) in _rows(_PAID_WITHOUT_RECEIPT):
        yield Finding("paid-without-receipt", f"payments_payment {row}", "a receipt of the same amount", "none")
    for row, status in _rows(_RECEIPT_OF_UNPAID):
        yield Finding("receipt-of-unpaid", f"payments_receipt {row}", "paid", status)
    for row, amount, parts in _rows(_SPLITS_DIFFER):
        yield Finding("splits-differ", f"payments_payment {row}", amount, parts)
    moved = _moved()
    for row, amount, entry in _rows(_RECEIPTS, limit=False):
        found = moved.by_entry.pop(entry, 0)
        if found != amount:
            yield Finding("receipt-without-entry", f"payments_receipt {row}", amount, found)
    for entry, found in moved.by_entry.items():
        yield Finding("entry-without-receipt", f"ledger_entry {entry}", 0, found)
    yield from settlement_findings()
    yield from shop_findings(_last_sequence())


def _moved() -> _Moved:
    # Rupiah come from the provider or, where the payer paid in another currency, from the zone's rupiah position.
    moved, sources = _Moved(), (accounts.provider(), exchange.position("IDR"))
    for start in range(0, _last_sequence(), STEP):
        for transfer in ledger.transfers_between(start, start + STEP, codes=list(_INCOMING)):
            if transfer.debit in sources:
                moved.by_entry[transfer.entry_id] += transfer.amount
    return moved


def _last_sequence() -> int:
    ends = (accounts.provider(), accounts.bank(), exchange.position("IDR"))
    lines = [_last_line(account) for account in ends]
    return max(lines)


def _last_line(account: UUID) -> int:
    try:
        page = ledger.statement(account, limit=1, holds=True)
    except ledger.UnknownAccount:
        return 0
    return page.items[0].sequence if page.items else 0


def _rows(sql: str, *, limit: bool = True) -> list[Any]:
    return compared(sql, [FINDINGS_MAX] if limit else [])
