"""Money that came to a shop's own code: into its balance, less what the acquirer keeps, once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.platform.db import requires_transaction
from kawasan.platform.facts import announce
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.facts import ShopPaid
from kawasan.rooms.payments.rules import mdr, shop
from kawasan.rooms.payments.types import Notification, NotificationKind, Outcome
from kawasan.rooms.payments.types.shop import ShopCodeKind


@requires_transaction
def take_shop_money(*, notification: Notification, at: datetime) -> Outcome | None:
    """
    Do what a verified notification says about a shop's code, once; None where it names none.

    Whatever it is, the money is the shop's: a payment at the counter that came late, twice or with another amount is
    told to the shop and to staff. A payer abroad pays such a code in their own currency: their wallet's network
    exchanges and the acquirer settles the code's rupiah, so the shop is credited like for any payment. Raises the
    ledger's refusals where the money cannot be taken in at all.
    """
    rows = models.ShopCode.objects.select_for_update()
    code = rows.filter(provider=notification.provider, reference=notification.reference).first()
    if code is None or _names_our_quote(notification):  # nobody quoted a shop's code: that is for staff
        return None
    if notification.kind is NotificationKind.FAILED:
        return Outcome.FAILED_ATTEMPT
    known = models.ShopPayment.objects.filter(provider=notification.provider, money_id=notification.money_id).first()
    if known is not None:
        same = known.amount_minor == notification.amount_minor and known.code_id == code.pk
        return Outcome.REPEATED if same else Outcome.CONTRADICTION
    return _taken(code, notification, at)


def _taken(code: models.ShopCode, notification: Notification, at: datetime) -> Outcome:
    outcome = _outcome(code, notification, at)
    terms = mdr.terms_of(code.content)
    row = models.ShopPayment(
        id=ids.uuid7(),
        business_id=code.business_id,
        code=code,
        kind=code.kind,
        provider=notification.provider,
        money_id=notification.money_id,
        amount_minor=notification.amount_minor,
        fee_minor=terms.fee_minor(notification.amount_minor, at=notification.happened_at),
        criteria=terms.criteria.value,
        segment=terms.segment.value,
        outcome=outcome.value,
        payer=shop.payer_of(notification.body),
        abroad_currency=notification.abroad.paid.currency if notification.abroad else "",
        abroad_minor=notification.abroad.paid.minor if notification.abroad else None,
        entry_id=_entry_id(notification),
        happened_at=notification.happened_at,
        at=at,
    )
    _post(row, code.invoice_id)
    row.save(force_insert=True)
    if outcome is Outcome.PAID and code.kind == ShopCodeKind.COUNTER:
        code.paid_at = at
        code.save(update_fields=["paid_at"])
    announce(
        ShopPaid(
            shop_payment_id=row.pk,
            business_id=row.business_id,
            code_id=code.pk,
            amount_minor=row.amount_minor,
            outcome=outcome.value,
            invoice_id=code.invoice_id,
        ),
        at=at,
    )
    return outcome


def _names_our_quote(notification: Notification) -> bool:
    return notification.abroad is not None and notification.abroad.quote_id is not None


def _outcome(code: models.ShopCode, notification: Notification, at: datetime) -> Outcome:
    status = (
        shop.counter_status(paid_at=code.paid_at, closed_at=code.closed_at, expires_at=code.expires_at, at=at)
        if code.expires_at
        else None
    )
    return shop.outcome_of_shop_money(
        asked_minor=code.amount_minor,
        came_minor=notification.amount_minor,
        status=status,
        expires_at=code.expires_at,
        happened_at=notification.happened_at,
    )


def _post(row: models.ShopPayment, invoice_id: UUID | None) -> None:
    parts = shop.shop_transfers(
        provider=row.provider,
        money_id=row.money_id,
        business_id=row.business_id,
        amount_minor=row.amount_minor,
        fee_minor=row.fee_minor,
        reference=row.pk,
        invoice_id=invoice_id,
    )
    ledger.post(ledger.Entry(id=row.entry_id, at=row.at, transfers=parts))


def _entry_id(notification: Notification) -> UUID:
    return ids.derived("payments.shop-money", notification.provider, notification.money_id)
