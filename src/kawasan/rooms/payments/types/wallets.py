"""Wallets: levels of identity check, limits, freezing and appeals, money between people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Forbidden, Invalid, NotFound, msg


class Level(StrEnum):
    """How well the zone knows a person."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"  # staff has seen an identity document


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of a level, and the law or office that it comes from."""

    amount_minor: int
    authority: str


@dataclass(frozen=True, slots=True)
class WalletStep:
    """Something staff decided about a wallet."""

    id: UUID
    level: Level
    is_frozen: bool
    reason: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Appeal:
    """A person's words against a freezing, and the answer."""

    id: UUID
    person_id: UUID
    person_name: str
    text: str
    at: datetime
    answer: str
    answered_by_name: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class WalletState:
    """What holds for a wallet: level, limits, whether it is frozen and why, and the newest appeal."""

    person_id: UUID
    level: Level
    is_frozen: bool
    reason: str
    frozen_at: datetime | None
    balance_max: Limit
    month_max: Limit
    send_max: Limit
    came_this_month_minor: int
    appeal: Appeal | None

    @property
    def may_appeal(self) -> bool:
        """Whether the person may write an appeal now."""
        return self.is_frozen and (self.appeal is None or self.appeal.answered_at is not None)


@dataclass(frozen=True, slots=True)
class WalletView:
    """A wallet as staff sees it: no balance and no movements, since those are nobody else's business."""

    person_id: UUID
    name: str
    masked_email: str
    state: WalletState
    steps: tuple[WalletStep, ...]
    appeals: tuple[Appeal, ...]


@dataclass(frozen=True, slots=True)
class WalletTransfer:
    """Money from one person to another: prepared until ``sent_at`` is set."""

    id: UUID
    sender_id: UUID
    recipient_id: UUID
    masked_recipient: str
    amount_minor: int
    note: str
    prepared_at: datetime
    sent_at: datetime | None

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public("wtr", self.id)


class WalletFrozen(Forbidden):
    """Nothing can leave a frozen wallet."""

    code = "wallet-frozen"
    title = msg("This wallet is frozen")
    detail = msg("Nothing can be paid, sent or topped up while the wallet is frozen. Refunds still arrive.")


class WalletLimit(Conflict):
    """More than a wallet of this level may hold, take in or send."""

    code = "wallet-limit"
    title = msg("This is more than the wallet's limit")
    detail = msg("The limit is {limit}; {left} of it is left. The zone's staff can raise it by checking your identity.")


class SendingNeedsIdentity(Forbidden):
    """People whose identity was not checked do not send money to others."""

    code = "sending-needs-identity"
    title = msg("Your identity must be checked first")
    detail = msg("Only people whose identity the zone has checked send money to others.")


class RecipientNotFound(NotFound):
    """Nobody who can take money has this address."""

    code = "recipient-not-found"
    title = msg("We found nobody with this address")
    detail = msg("Check the e-mail address. Money is sent only to people who have an account here.")


class RecipientCannotTake(Conflict):
    """The recipient's wallet cannot take this amount now; why is their own business."""

    code = "recipient-cannot-take"
    title = msg("This person cannot take this amount now")
    detail = msg("Try a smaller amount, or ask the person to look at the wallet's limits.")


class RecipientIsSender(Invalid):
    """Somebody sends money to themselves."""

    code = "recipient-is-sender"
    title = msg("This is your own address")
    detail = msg("Enter the e-mail address of the person who shall get the money.")


class SendAmountInvalid(Invalid):
    """Nothing, or more than there is."""

    code = "send-amount-invalid"
    title = msg("This amount cannot be sent")
    detail = msg("You can send between {smallest} and {available}.")


class TooManySends(Conflict):
    """Somebody prepares more transfers than a person needs in a day."""

    code = "too-many-sends"
    title = msg("That was a lot for one day")
    detail = msg("You can prepare {limit} transfers a day. Try again tomorrow.")


class SendIdReused(Conflict):
    """The id belongs to a transfer of other content."""

    code = "send-id-reused"
    title = msg("This transfer exists already")
    detail = msg("A transfer with the same number was prepared before, with other content. Begin anew.")


class SendNotFound(NotFound):
    """No such transfer, or not this caller's."""

    code = "send-not-found"
    title = msg("We do not know this transfer")
    detail = msg("There is no transfer with this number among yours.")


class SendTooLate(Conflict):
    """A transfer that was prepared too long ago."""

    code = "send-too-late"
    title = msg("This took too long")
    detail = msg("A transfer is confirmed within {minutes} minutes. Begin anew, so that you see the name again.")


class WalletReasonNeeded(Invalid):
    """A decision, an appeal or an answer without words."""

    code = "wallet-reason-needed"
    title = msg("Please give a reason")
    detail = msg("Say in 3 to {limit} letters why.")


class NoAppealPossible(Conflict):
    """The wallet is not frozen, or an appeal waits already, or none waits."""

    code = "no-appeal-possible"
    title = msg("There is nothing to appeal or to answer")
    detail = msg("An appeal is against the freezing of a wallet, one at a time; it is answered once.")
