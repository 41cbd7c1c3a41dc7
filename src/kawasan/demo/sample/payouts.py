"""One payout batch of the sample zone: made by staff, approved by the operator, one payout paid and one returned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor, BusinessRole, ZoneRole
from kawasan.core.money import rupiah
from kawasan.demo.sample.people import everything
from kawasan.rooms.payments import api as payments

SMALLEST = rupiah(10_000)
RETURNED_BECAUSE = "Nama pemilik rekening tidak sesuai"


def pay_out(sellers: Sequence[tuple[UUID, UUID, str]], *, staff: UUID, operator: UUID, at: datetime) -> int:
    """
    Pay out the first two of these sellers (business, owner, owner's name) that have money; return how many were.

    The first one's bank pays, the second one's returns the money with a reason.
    """
    with everything():
        paid = [one for one in sellers if _has_money(one[0])][:2]
        for number, (business, owner, name) in enumerate(paid):
            _save(business, owner, name, f"12345678{number}1", at)
        for waiting, account in payments.unchecked_accounts(limit=len(paid)):
            payments.note_name_at_bank(account_id=waiting, owner=payments.AccountOwner(account.holder.upper()), at=at)
        if len(paid) < 2:
            return 0
        maker = Actor(person_id=staff, zone_role=ZoneRole.STAFF)
        checker = Actor(person_id=operator, zone_role=ZoneRole.OPERATOR)
        batch = payments.make_batch(actor=maker, batch_id=ids.uuid7(), at=at)
        payments.approve_batch(actor=checker, batch_id=batch.id, at=at + timedelta(minutes=20))
        back = next(one for one in batch.payouts if one.business_id == paid[1][0])
        answered = at + timedelta(hours=3)
        payments.note_bank_answer(
            actor=maker, payout_id=back.id, paid=False, reason=RETURNED_BECAUSE, bank_reference="TRX-0002", at=answered
        )
        payments.note_rest_paid(actor=maker, batch_id=batch.id, bank_reference="TRX-0001", at=answered)
        return batch.count


def _has_money(business_id: UUID) -> bool:
    money = payments.seller_money(actor=SYSTEM, business_id=business_id)
    return money.available_minor >= SMALLEST.minor


def _save(business: UUID, owner: UUID, name: str, number: str, at: datetime) -> None:
    payments.save_bank_account(
        actor=Actor(person_id=owner, businesses={business: BusinessRole.OWNER}),
        business_id=business,
        account_id=ids.uuid7(),
        bank="014",
        number=number,
        holder=name,
        rhythm=payments.Rhythm.WEEKLY,
        smallest=SMALLEST,
        at=at,
    )
