"""Reads of shops' own codes and of what was paid to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from kawasan.core import clock
from kawasan.core.access import Actor
from kawasan.core.money import Money
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries.money import need_money
from kawasan.rooms.payments.queries.payments import uuid_of_cursor
from kawasan.rooms.payments.rules import mdr, shop
from kawasan.rooms.payments.types import Outcome
from kawasan.rooms.payments.types.counter_wallets import WalletCode, WalletCodeUnknown
from kawasan.rooms.payments.types.shop import (
    CodeReading,
    CounterPayment,
    CounterPaymentNotFound,
    MerchantFee,
    NoStaticCode,
    PayerCodeReading,
    ShopCodeKind,
    ShopPayment,
    ShopPaymentFilter,
    ShopPaymentFilterInvalid,
    ShopTakings,
    StaticCode,
)
from kawasan.rooms.payments.types.snap import CodeState

EXPORT_MAX = 10_000
INVOICE_QUIET = timedelta(minutes=15)
OPEN_STATES = [CodeState.ASKED.value, CodeState.UNKNOWN.value, CodeState.MADE.value]
_EVERYTHING = ShopPaymentFilter()


def static_code(*, actor: Actor, business_id: UUID, at: datetime) -> StaticCode:
    """Return a shop's static code: the open one, else the last that the provider refused. Raises NoStaticCode."""
    need_money(actor, business_id)
    rows = models.ShopCode.objects.filter(business_id=business_id, kind=ShopCodeKind.STATIC.value)
    row = rows.filter(state__in=OPEN_STATES).first() or rows.order_by("-pk").first()
    if row is None:
        raise NoStaticCode
    return as_static_code(row, at)


def counter_payment(*, actor: Actor, counter_id: UUID, at: datetime) -> CounterPayment:
    """Return a payment at the counter to the business's people. Raises CounterPaymentNotFound."""
    row = models.ShopCode.objects.filter(pk=counter_id, kind=ShopCodeKind.COUNTER.value).first()
    if row is None or not (actor.is_system or actor.sees_zone or row.business_id in actor.businesses):
        raise CounterPaymentNotFound
    return as_counter_payment(row, at)


def is_paid_at_counter(*, business_id: UUID, payment_id: UUID, amount_minor: int, at: datetime) -> bool:
    """Return whether exactly this amount was paid at a business's counter under an id: in time, or from a wallet."""
    rows = models.ShopCode.objects.filter(pk=payment_id, business_id=business_id, kind=ShopCodeKind.COUNTER.value)
    if rows.filter(paid_at__isnull=False, paid_at__lte=at, amount_minor=amount_minor).exists():
        return True
    by_wallet = models.WalletCode.objects.filter(payment_id=payment_id, business_id=business_id)
    return by_wallet.filter(amount_minor=amount_minor).exists()


def shop_payments(
    *,
    actor: Actor,
    business_id: UUID,
    wanted: ShopPaymentFilter = _EVERYTHING,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[ShopPayment]:
    """Return what was paid to a shop's codes, newest first. Raises ShopPaymentFilterInvalid, BadCursor."""
    need_money(actor, business_id)
    key, size = decode_cursor(cursor, str), clamp_limit(limit)
    rows = _rows(business_id, wanted)
    if key:
        rows = rows.filter(pk__lt=uuid_of_cursor(key[0]))
    found = page_of(list(rows.order_by("-pk")[: size + 1]), size, key=lambda row: [str(row.pk)])
    return Page(items=tuple(as_shop_payment(row) for row in found.items), next_cursor=found.next_cursor)


def all_shop_payments(
    *, actor: Actor, business_id: UUID, wanted: ShopPaymentFilter = _EVERYTHING
) -> Iterator[ShopPayment]:
    """Yield what was paid for a file, newest first, at most EXPORT_MAX. Raises as ``shop_payments``."""
    need_money(actor, business_id)
    for row in _rows(business_id, wanted).order_by("-pk")[:EXPORT_MAX]:
        yield as_shop_payment(row)


def shop_takings(*, actor: Actor, business_id: UUID, wanted: ShopPaymentFilter = _EVERYTHING) -> ShopTakings:
    """Return what the payments of a list add up to. Raises as ``shop_payments``."""
    need_money(actor, business_id)
    sums = _rows(business_id, wanted).aggregate(count=Count("pk"), amount=Sum("amount_minor"), fee=Sum("fee_minor"))
    return ShopTakings(sums["count"], sums["amount"] or 0, sums["fee"] or 0)


def code_reading(*, actor: Actor, business_id: UUID, payload: str, at: datetime) -> CodeReading:
    """Return what a code says and whether it is the shop's own. Raises InvalidQris."""
    try:
        own = static_code(actor=actor, business_id=business_id, at=at).content
    except NoStaticCode:
        own = ""
    return shop.reading_of(payload, own=own)


def payer_code_reading(*, actor: Actor, business_id: UUID, code: str) -> PayerCodeReading:
    """Return what a code says that a payer shows at a shop's counter, to its people. Raises InvalidQris."""
    need_money(actor, business_id)
    return shop.payer_reading_of(code)


def wallet_code(*, actor: Actor, code_id: UUID) -> WalletCode:
    """Return a code of the caller's wallet, without its digits. Raises WalletCodeUnknown."""
    row = models.WalletCode.objects.filter(pk=code_id, person_id=actor.need_person()).first()
    if row is None:
        raise WalletCodeUnknown
    return as_wallet_code(row, "")


def waiting_shop_codes(*, at: datetime, again_before: datetime, limit: int) -> list[UUID]:
    """Return codes that were wanted a while ago and are not made yet, oldest first."""
    rows = models.ShopCode.objects.filter(
        state__in=[CodeState.ASKED.value, CodeState.UNKNOWN.value], asked_at__lt=again_before
    )
    rows = rows.exclude(expires_at__lte=at)
    return list(rows.order_by("asked_at").values_list("pk", flat=True)[:limit])


def open_counter_codes(*, at: datetime, since: datetime, limit: int) -> list[UUID]:
    """
    Return codes of the counter that nobody told about: in time or just over, not asked about since.

    Nobody waits at a counter for an invoice's: those are asked about a few times an hour.
    """
    rows = models.ShopCode.objects.filter(
        kind=ShopCodeKind.COUNTER.value,
        state=CodeState.MADE.value,
        paid_at__isnull=True,
        asked_at__lt=since,
        expires_at__gt=since,
    ).exclude(invoice_id__isnull=False, asked_at__gte=at - INVOICE_QUIET)
    return list(rows.order_by("expires_at").values_list("pk", flat=True)[:limit])


def shop_code_of(*, provider: str, reference: str) -> UUID | None:
    """Return the shop's code that a provider's message names, if any."""
    rows = models.ShopCode.objects.filter(provider=provider, reference=reference)
    return rows.values_list("pk", flat=True).first()


def _rows(business_id: UUID, wanted: ShopPaymentFilter) -> QuerySet[models.ShopPayment]:
    rows = models.ShopPayment.objects.filter(business_id=business_id)
    if wanted.first and wanted.last and wanted.first > wanted.last:
        raise ShopPaymentFilterInvalid(field="last")
    if wanted.first:
        rows = rows.filter(at__gte=_begin(wanted.first))
    if wanted.last:
        rows = rows.filter(at__lt=clock.day_bounds(wanted.last)[1])
    if wanted.amount_minor is not None:
        rows = rows.filter(amount_minor=wanted.amount_minor)
    return rows.filter(kind=wanted.kind.value) if wanted.kind else rows


def _begin(day: date) -> datetime:
    return clock.day_bounds(day)[0]


def as_static_code(row: models.ShopCode, at: datetime) -> StaticCode:
    """Return a row as it crosses the door."""
    terms = mdr.terms_of(row.content) if row.content else None
    rate, free = terms.rate(at=at) if terms else (None, None)
    fee = (
        MerchantFee(terms.criteria.value, terms.segment.value, rate, free.minor)
        if terms and rate is not None and free is not None
        else None
    )
    return StaticCode(
        id=row.pk,
        business_id=row.business_id,
        state=CodeState(row.state),
        problem=row.problem,
        content=row.content,
        nmid=row.nmid,
        nns=shop.acquirer_number(row.content) if row.content else "",
        merchant_name=row.merchant_name,
        merchant_city=row.merchant_city,
        made_at=row.made_at,
        fee=fee,
    )


def as_counter_payment(row: models.ShopCode, at: datetime) -> CounterPayment:
    """Return a row as it crosses the door."""
    if row.expires_at is None or row.amount_minor is None:
        raise CounterPaymentNotFound
    status = shop.counter_status(paid_at=row.paid_at, closed_at=row.closed_at, expires_at=row.expires_at, at=at)
    return CounterPayment(
        id=row.pk,
        business_id=row.business_id,
        amount_minor=row.amount_minor,
        status=status,
        qris=row.content,
        merchant_name=row.merchant_name,
        nmid=row.nmid,
        problem=row.problem if row.state == CodeState.REFUSED else "",
        requested_at=row.requested_at,
        expires_at=row.expires_at,
        paid_at=row.paid_at,
        sale_id=row.sale_id,
        invoice_id=row.invoice_id,
    )


def as_wallet_code(row: models.WalletCode, digits: str) -> WalletCode:
    """Return a row as it crosses the door."""
    return WalletCode(row.pk, digits, row.made_at, row.expires_at, row.used_at, row.amount_minor, row.business_id)


def as_shop_payment(row: models.ShopPayment) -> ShopPayment:
    """Return a row as it crosses the door."""
    return ShopPayment(
        id=row.pk,
        business_id=row.business_id,
        kind=ShopCodeKind(row.kind),
        amount_minor=row.amount_minor,
        fee_minor=row.fee_minor,
        outcome=Outcome(row.outcome),
        payer=row.payer,
        money_id=row.money_id,
        happened_at=row.happened_at,
        at=row.at,
        abroad=Money(row.abroad_minor, row.abroad_currency) if row.abroad_minor is not None else None,
    )
