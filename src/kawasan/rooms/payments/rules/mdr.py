"""What acquirers keep of QRIS payments (MDR): whose fee it is, how much, and as which transfers it is booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from kawasan.core import ids
from kawasan.core.clock import business_day
from kawasan.core.money import Money
from kawasan.rooms.ledger.rules import IDR, account_id
from kawasan.rooms.ledger.types import Flag, NewAccount, NewTransfer
from kawasan.rooms.payments.rules import accounts, qris
from kawasan.rooms.payments.rules.qris_fees import FEES, Criteria, Segment, fee_rate, merchant_fee
from kawasan.rooms.payments.types import AccountCode, PaymentCode
from kawasan.rooms.zone.types import ZONE_OWNER

# ISO 18245 category of a code (52) -> what the merchant is. What is not listed is an ordinary shop.
_BY_CATEGORY = {
    **dict.fromkeys(("8211", "8220", "8241", "8244", "8249", "8299"), Segment.EDUCATION),
    **dict.fromkeys(("5541", "5542"), Segment.FUEL),
    **dict.fromkeys(("8398", "8661"), Segment.SOCIAL),
    **dict.fromkeys(("9211", "9222", "9311", "9399", "9402"), Segment.GOVERNMENT),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a merchant's fee is worked out: the size and the kind that its code names."""

    criteria: Criteria
    segment: Segment

    def fee_minor(self, amount_minor: int, *, at: datetime) -> int:
        """Return the fee on one payment at its moment. The payer never pays it (PBI 23/6/PBI/2021 art. 52)."""
        on = _day(at)
        return merchant_fee(Money(amount_minor), criteria=self.criteria, segment=self.segment, on=on).minor

    def rate(self, *, at: datetime) -> tuple[Decimal, Money]:
        """Return the rate of a day, and the amount up to which nothing is taken."""
        return fee_rate(criteria=self.criteria, segment=self.segment, on=_day(at))


def _day(at: datetime) -> date:
    # A provider's clock that is years behind must not keep its money out.
    return max(business_day(at), FEES[0].valid_from)


ORDINARY = Terms(Criteria.REGULAR, Segment.REGULAR)


def terms_of(payload: str) -> Terms:
    """Return the terms that a code names in 03 of its account and in 52; where it names none, the ordinary ones."""
    try:
        code = qris.parse(payload)
    except qris.InvalidQris:
        return ORDINARY
    criteria = Criteria(code.criteria) if code.criteria in list(Criteria) else Criteria.REGULAR
    return Terms(criteria, _BY_CATEGORY.get(code.mcc, Segment.REGULAR))


def acquirers() -> UUID:
    """Return the account of what acquirers keep of the payments that they took in."""
    return account_id(ZONE_OWNER, IDR, int(AccountCode.MDR))


def zone_cost() -> UUID:
    """Return the account of the fees that the zone bears itself: debited."""
    return account_id(ZONE_OWNER, IDR, int(AccountCode.MDR_COST))


def new_mdr_accounts() -> list[NewAccount]:
    """Return the accounts that fees need, to be opened."""
    codes = (AccountCode.MDR, AccountCode.MDR_COST)
    return [NewAccount(account_id(ZONE_OWNER, IDR, int(c)), ZONE_OWNER, IDR, int(c), Flag.NONE) for c in codes]


def fee_of_zone(*, provider: str, money_id: str, fee_minor: int, reference: UUID) -> NewTransfer:
    """Return the transfer of a fee on money that the zone holds for others: its commission pays for it."""
    return NewTransfer(
        id=ids.derived("payments.mdr-zone", provider, money_id),
        debit=zone_cost(),
        credit=acquirers(),
        amount=fee_minor,
        code=int(PaymentCode.MDR_ZONE),
        reference=reference,
    )


def fee_of_business(*, provider: str, money_id: str, business_id: UUID, fee_minor: int, reference: UUID) -> NewTransfer:
    """Return the transfer of a fee on money that a business was paid directly."""
    return NewTransfer(
        id=ids.derived("payments.mdr", provider, money_id),
        debit=accounts.balance(business_id),
        credit=acquirers(),
        amount=fee_minor,
        code=int(PaymentCode.MDR),
        reference=reference,
    )
