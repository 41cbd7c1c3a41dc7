"""Does what shops were paid directly, and what acquirers keep, agree with the ledger?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from uuid import UUID

from kawasan.platform.checks import Finding
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.rules import mdr
from kawasan.rooms.payments.rules.qris_fees import Criteria, Segment
from kawasan.rooms.payments.types import PaymentCode

STEP = 20_000  # ledger numbers read at a time
_SHOP = (int(PaymentCode.QRIS_SHOP), int(PaymentCode.MDR))
_INVOICE = int(PaymentCode.INVOICE_QRIS)  # the same money, for an invoice
_ZONE = int(PaymentCode.MDR_ZONE)


def shop_findings(last_sequence: int) -> Iterator[Finding]:
    """Yield every payment to a shop without its ledger entry, the other way round, and every fee that is not due."""
    moved, zone_fees = _moved(last_sequence)
    for row in models.ShopPayment.objects.order_by("pk").iterator(STEP):
        yield from _of_payment(row, moved.pop(row.entry_id, {}))
    for entry, found in moved.items():
        yield Finding("shop-entry-without-payment", f"ledger_entry {entry}", 0, sum(found.values()))
    yield from _of_zone(zone_fees)
    paid = models.ShopPayment.objects.filter(kind="counter", outcome="paid").values("code_id")
    for code_id in (
        models.ShopCode.objects.filter(paid_at__isnull=False).exclude(pk__in=paid).values_list("pk", flat=True)
    ):
        yield Finding("counter-paid-without-money", f"payments_shop_code {code_id}", "a payment", "none")


def _moved(last_sequence: int) -> tuple[dict[UUID, dict[int, int]], dict[UUID, int]]:
    shop: dict[UUID, dict[int, int]] = defaultdict(dict)
    zone: dict[UUID, int] = {}
    for start in range(0, last_sequence, STEP):
        for transfer in ledger.transfers_between(start, start + STEP, codes=[*_SHOP, _INVOICE, _ZONE]):
            if transfer.code == _ZONE:
                zone[transfer.entry_id] = transfer.amount
            else:
                code = _SHOP[0] if transfer.code == _INVOICE else transfer.code
                shop[transfer.entry_id][code] = transfer.amount
    return shop, zone


def _of_payment(row: models.ShopPayment, found: dict[int, int]) -> Iterator[Finding]:
    expected = {_SHOP[0]: row.amount_minor} | ({_SHOP[1]: row.fee_minor} if row.fee_minor else {})
    if found != expected:
        yield Finding("shop-payment-differs", f"payments_shop_payment {row.pk}", expected, found)
    due = mdr.Terms(Criteria(row.criteria), Segment(row.segment)).fee_minor(row.amount_minor, at=row.happened_at)
    if due != row.fee_minor:
        yield Finding("merchant-fee-differs", f"payments_shop_payment {row.pk}", due, row.fee_minor)


def _of_zone(fees: dict[UUID, int]) -> Iterable[Finding]:
    """Fees that the zone bears: each belongs to money that came, and is what its code's terms say."""
    rows = models.Receipt.objects.filter(entry_id__in=list(fees)).select_related("payment")
    known = {row.entry_id: row for row in rows}
    for entry, booked in fees.items():
        row = known.get(entry)
        due = mdr.terms_of(row.payment.qris).fee_minor(row.amount_minor, at=row.happened_at) if row else 0
        if due != booked:
            yield Finding("zone-fee-differs", f"ledger_entry {entry}", due, booked)
