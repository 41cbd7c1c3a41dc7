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


@dataclass(frozen=True, slots=True)
class BackStatement:
    """What one of staff heard from the provider about a refund on its way."""

    outcome: BackState
    by: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StaffBack:
    """A refund that a provider is to send back, as staff see it."""

    refund_id: UUID
    order_id: UUID
    provider: str
    reference: str
    refund_no: str
    amount_minor: int
    state: BackState
    problem: str
    attempts: int
    wanted_at: datetime
    asked_at: datetime
    settled_at: datetime | None
    statements: tuple[BackStatement, ...]

    @property
    def public_id(self) -> str:
        """The refund's id as people see it."""
        return ids.public("ret", self.refund_id)


class BackNotOpen(Conflict):
    """A refund that is not on its way: it was settled, or nobody has asked the provider yet."""

    code = "back-not-open"
    title = msg("This refund is not on its way")
    detail = msg("It was settled in the meantime, or the provider was not asked yet. Look at the list again.")


class CannotSendBack(Conflict):
    """A refund that stays in the wallet: not paid by QRIS, or asked for before."""

    code = "cannot-send-back"
    title = msg("This money stays in the wallet")
    detail = msg("Only the money of an order paid by QRIS is sent back to where it came from, and only once.")
