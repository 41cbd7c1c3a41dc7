"""
Promotion money: entered from the bank's statement by one of staff, approved by another, spent by vouchers.

Note [Where promotion money stands]: what a sponsor or the zone itself pays into the zone's bank account for promotions
is no fee that the zone earned. It has an account of its own (bank -> promotion), and a voucher says which of the two it
is paid from. What such a voucher does not give away goes back to where it came from.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from kawasan.core.access import Actor, ZoneRole
from kawasan.core.clock import WIB, business_day
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries.promotion import as_entries
from kawasan.rooms.payments.rules import accounts, transfers
from kawasan.rooms.payments.types import MakerCannotCheck
from kawasan.rooms.payments.types.promotion import (
    PROMOTION_AMOUNT_MAX,
    PROMOTION_REFERENCE_LENGTH_MAX,
    PromotionAmountInvalid,
    PromotionDayInvalid,
    PromotionDecided,
    PromotionEnteredBefore,
    PromotionEntry,
    PromotionIdReused,
    PromotionMoneyMissing,
    PromotionNotFound,
    PromotionReferenceInvalid,
    PromotionState,
    PromotionWay,
)

DAYS_MAX = 90
NOTE_LENGTH_MAX = 200


@requires_transaction
def enter_promotion(
    *,
    actor: Actor,
    entry_id: UUID,
    way: PromotionWay,
    amount: Money,
    day: date,
    bank_reference: str,
    note: str,
    at: datetime,
) -> PromotionEntry:
    """
    Enter a transfer of the bank into the promotion budget, or out of it. Nothing moves until another one approves it.

    Staff may. Repeating an id with the same content returns the first one. Raises PromotionAmountInvalid,
    PromotionReferenceInvalid, PromotionDayInvalid, PromotionEnteredBefore for a transfer that stands in the list,
    PromotionIdReused.
    """
    actor.need_zone(ZoneRole.STAFF)
    reference = _checked(amount, day, bank_reference, at)
    said = " ".join(note.replace("\0", "").split())[:NOTE_LENGTH_MAX]
    content = {"way": way.value, "amount_minor": amount.minor, "day": day, "bank_reference": reference, "note": said}
    if earlier := models.PromotionEntry.objects.filter(pk=entry_id).first():
        if any(getattr(earlier, name) != value for name, value in content.items()):
            raise PromotionIdReused
        return as_entries([earlier])[0]
    row = models.PromotionEntry(
        id=entry_id, state=PromotionState.ENTERED.value, entered_by_id=actor.need_person(), entered_at=at, **content
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "payments_promotion_entry_once" in str(error):
            raise PromotionEnteredBefore(field="bank_reference", reference=reference) from None
        raise PromotionIdReused from None
    return as_entries([row])[0]


@requires_transaction
def decide_promotion(*, actor: Actor, entry_id: UUID, is_approved: bool, at: datetime) -> PromotionEntry:
    """
    Approve an entry, which moves its money in one ledger entry, or reject it. Staff may, but not who entered it.

    Who entered it may reject it. Raises PromotionNotFound, PromotionDecided, MakerCannotCheck, PromotionMoneyMissing
    where more shall go out than is left.
    """
    actor.need_zone(ZoneRole.STAFF)
    row = models.PromotionEntry.objects.select_for_update(no_key=True).filter(pk=entry_id).first()
    if row is None:
        raise PromotionNotFound
    if row.state != PromotionState.ENTERED:
        raise PromotionDecided
    if is_approved and row.entered_by_id == actor.need_person():
        raise MakerCannotCheck
    if is_approved:
        _move(row, at)
    row.state = (PromotionState.APPROVED if is_approved else PromotionState.REJECTED).value
    row.decided_by_id, row.decided_at = actor.need_person(), at
    row.save(update_fields=["state", "decided_by", "decided_at"])
    return as_entries([row])[0]


def _checked(amount: Money, day: date, bank_reference: str, at: datetime) -> str:
    if amount.currency != "IDR" or not 0 < amount.minor <= PROMOTION_AMOUNT_MAX or amount.minor % 100:
        raise PromotionAmountInvalid(field="amount", largest=Money(PROMOTION_AMOUNT_MAX))
    today = business_day(at, WIB)
    if not today - timedelta(days=DAYS_MAX) <= day <= today:
        raise PromotionDayInvalid(field="day", days=DAYS_MAX)
    reference = " ".join(bank_reference.replace("\0", "").split()).upper()
    if not 1 <= len(reference) <= PROMOTION_REFERENCE_LENGTH_MAX:
        raise PromotionReferenceInvalid(field="bank_reference", limit=PROMOTION_REFERENCE_LENGTH_MAX)
    return reference


def _move(row: models.PromotionEntry, at: datetime) -> None:
    ledger.open_accounts([accounts.new_promotion(), *accounts.new_accounts()])
    moved = transfers.promotion(entry_id=row.pk, amount_minor=row.amount_minor, is_in=row.way == PromotionWay.IN)
    (answer,) = ledger.post_many([ledger.Entry(row.pk, at, (moved,))])
    if isinstance(answer, ledger.Refused):
        if not isinstance(answer.refusal, ledger.InsufficientBalance):
            raise answer.refusal
        available = Money(max(0, int(answer.refusal.data["available"])))
        raise PromotionMoneyMissing(available=available, needed=Money(row.amount_minor))
