"""A buyer's wallet at the counter: the one-time code that they show, and why it does not pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Invalid, NotFound, msg

WALLET_CODE_PREFIX = "wlc"


@dataclass(frozen=True, slots=True)
class WalletCode:
    """A code that a buyer shows at a counter. ``digits`` are whole only in the answer that made it."""

    id: UUID
    digits: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    amount_minor: int | None
    business_id: UUID | None

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public(WALLET_CODE_PREFIX, self.id)

    @property
    def grouped(self) -> str:
        """The digits as people read them aloud: in fours."""
        return " ".join(self.digits[start : start + 4] for start in range(0, len(self.digits), 4))


@dataclass(frozen=True, slots=True)
class CounterWalletPayment:
    """A sale at the counter that a wallet paid. Nothing about the buyer but the first letters of the name."""

    id: UUID
    business_id: UUID
    amount_minor: int
    buyer: str
    at: datetime


class WalletCodeUnknown(NotFound):
    """No wallet shows this code."""

    code = "wallet-code-unknown"
    title = msg("We do not know this wallet code")
    detail = msg("Check the digits. The buyer finds a code on their wallet's page under “Pay at a counter”.")


class WalletCodesLocked(Conflict):
    """Too many wrong codes came from this business's tills."""

    code = "wallet-codes-locked"
    title = msg("Too many wrong wallet codes")
    detail = msg("This shop takes no wallet codes until {until}. The buyer pays by QRIS or in cash meanwhile.")


class WalletCodeOver(Conflict):
    """The code was used, or its two minutes are over."""

    code = "wallet-code-over"
    title = msg("This wallet code is over")
    detail = msg("It was used, or its time is over. The buyer makes a new one.")


class WalletCannotPay(Conflict):
    """There is too little in the wallet; how much there is, is told to its owner only."""

    code = "wallet-cannot-pay"
    title = msg("There is not enough in this wallet")
    detail = msg("The buyer tops it up, or pays otherwise.")


class BuyersWalletFrozen(Conflict):
    """The zone's staff froze the wallet."""

    code = "buyers-wallet-frozen"
    title = msg("This wallet is frozen")
    detail = msg("Nothing leaves it now; its owner sees why on the wallet's page. The buyer pays otherwise.")


class CounterAmountInvalid(Invalid):
    """Nothing, or more than a till can sell."""

    code = "counter-amount-invalid"
    title = msg("This sum cannot be paid from a wallet")
    detail = msg("A sum at the counter is above nothing and at most {largest}.")
