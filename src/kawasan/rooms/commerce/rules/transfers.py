"""The units of orders as ledger transfers, a campaign's and its limits too; their money is payments' business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.values import value
from kawasan.rooms.commerce.rules.units import (
    campaign_account,
    limit_account,
    limit_used_account,
    unit_account,
)
from kawasan.rooms.commerce.types.campaigns import CampaignTerms
from kawasan.rooms.commerce.types.codes import AccountCode, TransferCode
from kawasan.rooms.ledger.types import Entry, Kind, NewTransfer


@value
class Units:
    """Units of one line: from the ordinary stock or, with ``campaign``, from what is set aside for it."""

    business_id: UUID
    variant_id: UUID
    buyer_id: UUID
    quantity: int
    campaign: CampaignTerms | None = None

    @property
    def campaign_offer_id(self) -> UUID | None:
        """The campaign's offer that the units come from."""
        return None if self.campaign is None else self.campaign.offer_id

    @property
    def accounts(self) -> tuple[UUID, ...]:
        """The accounts that may hold too little."""
        return (self.source,) if self.limit is None else (self.source, self.limit)

    @property
    def source(self) -> UUID:
        """The account that the units come from."""
        if self.campaign is None:
            return unit_account(self.business_id, self.variant_id, AccountCode.STOCK)
        return campaign_account(self.campaign.offer_id, self.variant_id)

    @property
    def limit(self) -> UUID | None:
        """The account of what the buyer may still take in the campaign."""
        return None if self.campaign is None else limit_account(self.campaign.offer_id, self.buyer_id)


@dataclass(frozen=True, slots=True)
class Held:
    """What a cart holds: units and, of a campaign's offer, that much of the buyer's limit."""

    hold_id: UUID
    campaign_offer_id: UUID | None = None

    @property
    def ids(self) -> tuple[UUID, ...]:
        """The pending transfers, the one of the units first."""
        return (self.hold_id,) if self.campaign_offer_id is None else (self.hold_id, limit_hold_id(self.hold_id))


def limit_hold_id(hold_id: UUID) -> UUID:
    """Return the id of the pending transfer of the limit that goes with a hold of units."""
    return ids.derived("commerce.limit-hold", hold_id)


def hold(units: Units, *, until: datetime, reference: UUID) -> list[NewTransfer]:
    """Return the pending transfers that keep units away from others for a while; the first one's id is the hold's."""
    kept = NewTransfer(
        id=ids.uuid7(),
        debit=units.source,
        credit=unit_account(units.business_id, units.variant_id, AccountCode.SOLD),
        amount=units.quantity,
        code=int(TransferCode.HOLD),
        kind=Kind.PENDING,
        expires_at=until,
        reference=reference,
    )
    return [kept, *_limit_use(units, limit_hold_id(kept.id), reference, until=until)]


def sale(units: Units, *, order_id: UUID) -> list[NewTransfer]:
    """Return the transfers that sell the units of an order's line, the buyer's limit with them."""
    sold = NewTransfer(
        id=ids.uuid7(),
        debit=units.source,
        credit=unit_account(units.business_id, units.variant_id, AccountCode.SOLD),
        amount=units.quantity,
        code=int(TransferCode.SALE),
        reference=order_id,
    )
    return [sold] if units.campaign is None else [sold, *_limit_use(units, ids.uuid7(), order_id)]


def _limit_use(units: Units, transfer_id: UUID, reference: UUID, *, until: datetime | None = None) -> list[NewTransfer]:
    if units.campaign is None or units.limit is None:
        return []
    return [
        NewTransfer(
            id=transfer_id,
            debit=units.limit,
            credit=limit_used_account(units.campaign.offer_id),
            amount=units.quantity,
            code=int(TransferCode.LIMIT_USE),
            kind=Kind.POSTED if until is None else Kind.PENDING,
            expires_at=until,
            reference=reference,
        )
    ]


def sale_of_hold(held: Held, *, order_id: UUID) -> list[NewTransfer]:
    """Return the transfers that sell the units which a cart holds."""
    codes = (TransferCode.SALE, TransferCode.LIMIT_USE)
    return [
        NewTransfer(
            id=ids.uuid7(),
            debit=None,
            credit=None,
            amount=0,
            code=int(code),
            kind=Kind.POST,
            pending_of=hold_id,
            reference=order_id,
        )
        for code, hold_id in zip(codes, held.ids, strict=False)
    ]


def from_campaign(offer_id: UUID, units: Units) -> NewTransfer:
    """Return the transfer campaign -> stock of units that a campaign does not sell any more."""
    return NewTransfer(
        id=ids.uuid7(),
        debit=campaign_account(offer_id, units.variant_id),
        credit=unit_account(units.business_id, units.variant_id, AccountCode.STOCK),
        amount=units.quantity,
        code=int(TransferCode.FROM_CAMPAIGN),
        reference=offer_id,
    )


def back_to_stock(units: Units, *, order_id: UUID, cause: UUID) -> list[NewTransfer]:
    """
    Return the transfers of a cancelled or returned line: sold -> where ``units`` come from, and its limit back.

    The same cause gives the same transfers.
    """
    back = NewTransfer(
        id=ids.derived("commerce.back-to-stock", cause, units.variant_id),
        debit=unit_account(units.business_id, units.variant_id, AccountCode.SOLD),
        credit=units.source,
        amount=units.quantity,
        code=int(TransferCode.BACK_TO_STOCK),
        reference=order_id,
    )
    return [back, *limit_back(units, order_id=order_id, cause=cause)]


def limit_back(units: Units, *, order_id: UUID, cause: UUID) -> list[NewTransfer]:
    """Return the transfer used -> a buyer's limit of a line that was cancelled or returned while its campaign runs."""
    if units.campaign is None or units.limit is None:
        return []
    return [
        NewTransfer(
            id=ids.derived("commerce.limit-back", cause, units.variant_id),
            debit=limit_used_account(units.campaign.offer_id),
            credit=units.limit,
            amount=units.quantity,
            code=int(TransferCode.LIMIT_BACK),
            reference=order_id,
        )
    ]


def void(held: Held) -> list[NewTransfer]:
    """Return the transfers that give held units back."""
    return [NewTransfer(ids.uuid7(), None, None, 0, 0, kind=Kind.VOID, pending_of=hold_id) for hold_id in held.ids]


def expiries(held: Held, at: datetime) -> list[Entry]:
    """Return the entries that end a hold whose time is over; each is refused where the ledger's sweep was faster."""
    return [expiry(hold_id, at) for hold_id in held.ids]


def expiry(hold_id: UUID, at: datetime) -> Entry:
    """Return the entry that ends a hold whose time is over; it is refused where the ledger's sweep was faster."""
    end = NewTransfer(ids.uuid7(), None, None, 0, 0, kind=Kind.EXPIRE, pending_of=hold_id)
    return Entry(ids.uuid7(), at, (end,))
