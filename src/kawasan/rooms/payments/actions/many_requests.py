"""Asking for many payments at once, in as few statements as for one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kawasan.platform.db import requires_transaction
from kawasan.platform.facts import announce_many
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions import requests
from kawasan.rooms.payments.actions.merchants import merchants_of
from kawasan.rooms.payments.actions.snap.means import wanted_code
from kawasan.rooms.payments.facts import PaymentRequested
from kawasan.rooms.payments.queries.providers import active_provider
from kawasan.rooms.payments.rules import accounts, deciding
from kawasan.rooms.payments.types import CodeKind, PaymentRequest, Purpose


@requires_transaction
def request_payments(wanted: Iterable[PaymentRequest]) -> None:
    """
    Ask for many payments of orders, each as ``request_payment`` does.

    One that is there already is left as it is. Raises what ``request_payment`` raises, and then asks for none; and
    IntegrityError where somebody else asks for one of them at the same moment: a repeat finds it.
    """
    asked = {one.payment_id: one for one in wanted}
    there = models.Payment.objects.filter(pk__in=list(asked)).values_list("pk", flat=True)
    for payment_id in there:
        one = asked.pop(payment_id)
        requests.request_payment(
            payment_id=one.payment_id,
            payer_id=one.payer_id,
            splits=one.splits,
            holds=one.holds,
            expires_at=one.expires_at,
            at=one.at,
        )
    if asked:
        _ask(list(asked.values()))


def _ask(wanted: Sequence[PaymentRequest]) -> None:
    rows = _rows(wanted)
    codes = [wanted_code(row, CodeKind.QRIS, at=one.at, is_first=True) for row, one in zip(rows, wanted, strict=True)]
    business_ids = {business_id for row in rows for business_id in row.businesses}
    ledger.open_accounts(accounts.new_accounts(business_ids=business_ids, person_ids={one.payer_id for one in wanted}))
    models.Payment.objects.bulk_create(rows)
    models.PaymentSplit.objects.bulk_create(
        split for row, one in zip(rows, wanted, strict=True) for split in requests.split_rows(row, one.splits)
    )
    models.Code.objects.bulk_create(codes)
    announce_many(
        (PaymentRequested(payment_id=row.pk, code_id=code.pk), one.at)
        for row, code, one in zip(rows, codes, wanted, strict=True)
    )


def _rows(wanted: Sequence[PaymentRequest]) -> list[models.Payment]:
    provider = active_provider()
    groups = [requests.businesses_of(one.splits) for one in wanted]
    merchants = merchants_of(groups)
    rows = []
    for one, group in zip(wanted, groups, strict=True):
        holds = tuple(dict.fromkeys(one.holds))
        amount = deciding.check_request(one.splits, holds=len(holds), expires_at=one.expires_at, at=one.at)
        row = requests.new_row(
            one.payment_id, one.payer_id, Purpose.ORDER, amount, group, one.expires_at, one.at,
            provider=provider, merchant=merchants[group],
        )  # fmt: skip
        row.holds = list(holds)
        rows.append(row)
    return rows
