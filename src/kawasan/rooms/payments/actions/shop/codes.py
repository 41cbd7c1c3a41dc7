"""
A shop's own codes: wanted (and committed), then made by the provider, then noted, as those of bills are.

Two differences: nobody needs a second one at the same time, so a code that got lost on its way is simply asked for
again under a new number; and nobody waits for it in a transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.db.transaction import atomic as savepoint

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor, BusinessRole
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction, transaction
from kawasan.platform.facts import announce
from kawasan.platform.telemetry import log
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions import merchants
from kawasan.rooms.payments.actions.accounts import ensure_accounts
from kawasan.rooms.payments.actions.snap import calls
from kawasan.rooms.payments.actions.snap.client import client_of
from kawasan.rooms.payments.facts import ShopCodeWanted
from kawasan.rooms.payments.queries import providers
from kawasan.rooms.payments.queries import shop as queries
from kawasan.rooms.payments.rules import mdr, qris
from kawasan.rooms.payments.rules.deciding import check_qris_amount
from kawasan.rooms.payments.rules.references import reference_of
from kawasan.rooms.payments.rules.shop import COUNTER_LIFETIME
from kawasan.rooms.payments.rules.snap import wire
from kawasan.rooms.payments.rules.snap.answers import Answer
from kawasan.rooms.payments.rules.snap.codes import SnapOutcome
from kawasan.rooms.payments.types import ProviderSettings
from kawasan.rooms.payments.types.shop import (
    CounterPayment,
    CounterPaymentClosed,
    CounterPaymentIdReused,
    CounterPaymentNotFound,
    CounterStatus,
    ShopCodeKind,
    StaticCode,
)
from kawasan.rooms.payments.types.snap import CodeState

LOST_MAX = 5  # how often a code may get lost before it is refused
REASON_CLOSED = "kasir menutup tagihan"
_LOST = "lost"


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """What a provider shall make for a shop: all that the call needs, so that no transaction is open meanwhile."""

    code_id: UUID
    settings: ProviderSettings
    wanted: calls.WantedStatic | calls.Wanted


@requires_transaction
def want_static_code(*, actor: Actor, business_id: UUID, at: datetime) -> StaticCode:
    """
    Ask for a shop's static code; owners may. The one that is there or on its way is returned as it is.

    The provider makes it right after the commit. Raises Forbidden, NotFound, UnknownProvider.
    """
    actor.need_business(business_id, BusinessRole.OWNER)
    rows = models.ShopCode.objects.filter(business_id=business_id, kind=ShopCodeKind.STATIC.value)
    code_id = ids.uuid7()
    fresh = new_code(code_id, business_id, ShopCodeKind.STATIC, actor, at)
    if not rows.filter(state__in=queries.OPEN_STATES).exists():
        inserted(fresh)  # of two at once one is refused, and finds the other's below
    return queries.as_static_code(rows.get(state__in=queries.OPEN_STATES), at)


@requires_transaction
def request_counter_payment(
    *, actor: Actor, business_id: UUID, counter_id: UUID, amount: Money, at: datetime, sale_id: UUID | None = None
) -> CounterPayment:
    """
    Ask for one payment of exactly this amount at a shop's counter; owner and staff may.

    Its code is made right after the commit. Repeating it with the same id and amount returns the first one. Raises
    PaymentAmountInvalid, CounterPaymentIdReused, UnknownProvider, Forbidden, NotFound.
    """
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    check_qris_amount(amount, at=at)
    fresh = new_code(counter_id, business_id, ShopCodeKind.COUNTER, actor, at)
    fresh.amount_minor, fresh.sale_id, fresh.expires_at = amount.minor, sale_id, at + COUNTER_LIFETIME
    if inserted(fresh):
        return queries.as_counter_payment(fresh, at)
    row = models.ShopCode.objects.filter(pk=counter_id, business_id=business_id).first()
    if row is None or (row.amount_minor, row.sale_id) != (amount.minor, sale_id):
        raise CounterPaymentIdReused
    return queries.as_counter_payment(row, at)


@requires_transaction
def cancel_counter_payment(*, actor: Actor, counter_id: UUID, at: datetime) -> CounterPayment:
    """
    Close a payment at the counter that nobody shall pay any more. Repeating it changes nothing.

    Raises CounterPaymentNotFound, CounterPaymentClosed where it is paid.
    """
    row = models.ShopCode.objects.select_for_update().filter(pk=counter_id, kind=ShopCodeKind.COUNTER.value).first()
    if row is None or not (actor.is_system or row.business_id in actor.businesses):
        raise CounterPaymentNotFound
    actor.need_business(row.business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    if row.paid_at is not None:
        raise CounterPaymentClosed(status=CounterStatus.PAID)
    if row.closed_at is None:
        row.closed_at = at
        row.save(update_fields=["closed_at"])
    return queries.as_counter_payment(row, at)


@requires_transaction
def begin_shop_code(*, code_id: UUID, at: datetime) -> ShopOrder | None:
    """Take a code in hand: from now on the provider may have been told. None where there is nothing to do any more."""
    row = models.ShopCode.objects.select_for_update().filter(pk=code_id).first()
    if row is None or row.state not in (CodeState.ASKED, CodeState.UNKNOWN) or row.closed_at is not None:
        return None
    if row.expires_at is not None and row.expires_at <= at:
        return None
    was_told = row.state == CodeState.UNKNOWN
    settings = providers.provider_settings(name=row.provider)
    row.state, row.attempts, row.asked_at = CodeState.UNKNOWN.value, min(row.attempts + 1, 32_000), at
    row.save(update_fields=["state", "attempts", "asked_at"])
    return ShopOrder(row.pk, settings, _wanted(row, was_told=was_told))


def tell_provider_of_shop(order: ShopOrder) -> Answer:
    """Let the provider make a code. Call it outside any transaction; a repeat makes no second one."""
    client = client_of(order.settings)
    if isinstance(order.wanted, calls.WantedStatic):
        return calls.make_static_qr(client, order.wanted)
    return calls.make_qr(client, order.wanted)


@requires_transaction
def note_shop_code(*, code_id: UUID, answer: Answer, at: datetime) -> bool:
    """
    Write down what the provider said about a code; return whether it must be asked for again, under a new number.

    A code that does not say what was asked for is shown to nobody.
    """
    row = models.ShopCode.objects.select_for_update().filter(pk=code_id).first()
    if row is None or row.state not in (CodeState.ASKED, CodeState.UNKNOWN):
        return False
    if answer.outcome is SnapOutcome.REFUSED:
        _refuse(row, answer.code or answer.category)
    elif answer.outcome in (SnapOutcome.RETRY, SnapOutcome.UNKNOWN):
        row.problem = answer.code or answer.category
        row.save(update_fields=["problem"])
    elif answer.by_query:
        return _lost(row)
    else:
        _made(row, dict(answer.body), at)
    return False


def close_counter_code(*, counter_id: UUID) -> bool:
    """Close at the provider what was cancelled here. Call it outside any transaction; True where it is closed."""
    with transaction(SYSTEM):
        row = models.ShopCode.objects.filter(pk=counter_id, state=CodeState.MADE.value, closed_at__isnull=False).first()
        settings = providers.provider_settings(name=row.provider) if row else None
    if row is None or settings is None:
        return False
    answer = calls.cancel_qr(
        client_of(settings),
        reference=row.reference,
        provider_reference=row.provider_reference,
        reason=REASON_CLOSED,
    )
    is_closed = answer.outcome is SnapOutcome.SUCCESS or answer.is_not_there
    if is_closed:
        with transaction(SYSTEM):
            models.ShopCode.objects.filter(pk=counter_id).update(state=CodeState.CLOSED.value)
    return is_closed


def new_code(code_id: UUID, business_id: UUID, kind: ShopCodeKind, actor: Actor, at: datetime) -> models.ShopCode:
    """Return the row of a code that is wanted, not stored yet."""
    merchant = merchants.merchant_of((business_id,))
    return models.ShopCode(
        id=code_id,
        business_id=business_id,
        kind=kind.value,
        provider=providers.active_provider(),
        reference=reference_of(code_id),
        asked_by=actor.person_id or ids.derived("payments.system"),
        state=CodeState.ASKED.value,
        merchant_name=merchant.name,
        merchant_city=merchant.city,
        requested_at=at,
        asked_at=at,
    )


def inserted(row: models.ShopCode) -> bool:
    """Write down a code that is wanted; False where its id (or the one static code) is there already."""
    ensure_accounts(business_ids=(row.business_id,))
    ledger.open_accounts(mdr.new_mdr_accounts())
    try:
        with savepoint():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    announce(ShopCodeWanted(code_id=row.pk), at=row.requested_at)
    return True


def _wanted(row: models.ShopCode, *, was_told: bool) -> calls.Wanted | calls.WantedStatic:
    criteria = merchants.merchant_of((row.business_id,)).criteria
    if row.expires_at is None or row.amount_minor is None:
        return calls.WantedStatic(row.reference, row.merchant_name, row.merchant_city, criteria, was_told)
    return calls.Wanted(
        reference=row.reference,
        amount_minor=row.amount_minor,
        expires_at=row.expires_at,
        name=row.merchant_name,
        city=row.merchant_city,
        criteria=criteria,
        was_told=was_told,
    )


def _made(row: models.ShopCode, body: dict[str, object], at: datetime) -> None:
    content = wire.text_at(body, "qrContent")
    try:
        code = qris.parse(content)
    except qris.InvalidQris:
        return _refuse(row, "unreadable")
    is_static = code.initiation is qris.Initiation.STATIC
    minor = code.money.minor if code.money else None
    if minor != row.amount_minor or is_static is not (row.kind == ShopCodeKind.STATIC):
        return _refuse(row, "amount")
    row.content, row.nmid = content, code.nmid or ""
    row.merchant_name, row.merchant_city = code.merchant_name, code.merchant_city
    row.provider_reference = wire.text_at(body, "referenceNo")
    row.state, row.made_at, row.problem = CodeState.MADE.value, at, ""
    row.save()
    return None


# The provider made it and the answer never came: nobody has seen it, so another one under another number replaces it.
def _lost(row: models.ShopCode) -> bool:
    if row.attempts >= LOST_MAX:
        _refuse(row, _LOST)
        return False
    row.reference, row.state, row.problem = reference_of(ids.uuid7()), CodeState.ASKED.value, _LOST
    row.save(update_fields=["reference", "state", "problem"])
    return True


def _refuse(row: models.ShopCode, problem: str) -> None:
    row.state, row.problem = CodeState.REFUSED.value, problem
    row.save(update_fields=["state", "problem"])
    log.warning("shop-code-refused", code=str(row.pk), kind=row.kind, problem=problem)
