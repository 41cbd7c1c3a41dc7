"""Refunds that go on to where their order was paid from, and why that is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, msg


class BackState(StrEnum):
    """How far the money of a refund has come."""

    WALLET = "wallet"  # in the buyer's wallet; it can be sent on
    WANTED = "wanted"  # the provider will be asked
    SENT = "sent"  # out of the wallet, the provider has not said yet that it is done
    DONE = "done"
    KEPT = "kept"  # in the wallet, since the provider could not send it or it was spent before


@dataclass(frozen=True, slots=True)
class MoneyBack:
    """A refund as its buyer sees it. ``can_be_sent``: its order was paid by QRIS, and nobody has asked yet."""

    refund_id: UUID
    amount_minor: int
    at: datetime
    state: BackState
    can_be_sent: bool
    settled_at: datetime | None = None

    @property
    def public_id(self) -> str:
        """The refund's id as people see it."""
        return ids.public("ret", self.refund_id)


@dataclass(frozen=True, slots=True)
class BackOrder:
    """What a provider is asked to send back. ``was_told``: an earlier round may have asked for it already."""

    refund_id: UUID
    provider: str
    reference: str
    provider_reference: str
    refund_no: str
    amount_minor: int
    was_told: bool


class CannotSendBack(Conflict):
    """A refund that stays in the wallet: not paid by QRIS, or asked for before."""

    code = "cannot-send-back"
    title = msg("This money stays in the wallet")
    detail = msg("Only the money of an order paid by QRIS is sent back to where it came from, and only once.")
