"""What crosses the door about payment providers that speak SNAP BI: settings, codes, differences and refusals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Invalid, NotFound, msg
from kawasan.core.money import Money
from kawasan.rooms.payments.types.providers import Abroad


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """
    How a zone and its provider know each other. Secrets are whole here and never shown.

    ``their_keys`` and ``our_keys`` hold one key, or two while one of them is changed: every one of theirs is accepted,
    the first of ours signs.
    """

    id: UUID
    name: str
    profile: str
    base_url: str
    client_id: str
    partner_id: str
    channel_id: str
    merchant_id: str
    terminal_id: str
    va_prefix: str
    account_no: str
    own_bank: str
    is_active: bool
    connected_at: datetime
    client_secret: str = field(repr=False)
    our_keys: tuple[str, ...] = field(repr=False)
    their_keys: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProviderKeys:
    """The keys of a connection as people compare them: fingerprints of public halves, oldest last."""

    name: str
    profile: str
    base_url: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    our_public_pem: str


class CodeKind(StrEnum):
    """How a bill can be paid at a provider."""

    QRIS = "qris"
    VA = "va"


class CodeState(StrEnum):
    """How far a code has come. ``unknown``: the provider may have made it; it is asked before it is told again."""

    ASKED = "asked"
    UNKNOWN = "unknown"
    MADE = "made"
    REFUSED = "refused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class PaymentMeans:
    """One way to pay a bill: a QRIS code or a virtual account, and what the provider said about it."""

    id: UUID
    payment_id: UUID
    kind: CodeKind
    state: CodeState
    content: str
    problem: str

    @property
    def is_ready(self) -> bool:
        """Whether it can be paid now."""
        return self.state is CodeState.MADE


class DifferenceKind(StrEnum):
    """How the provider's list and ours differ."""

    MISSING_HERE = "missing_here"  # the provider has money that we never counted
    MISSING_ABROAD = "missing_abroad"  # the same, paid in another currency
    MISSING_THERE = "missing_there"  # we counted money that the provider does not list
    OTHER_AMOUNT = "other_amount"  # both have it, with different amounts


class Repair(StrEnum):
    """What was done about a difference."""

    TAKEN_OVER = "taken_over"  # the payment was counted now, as a notification would have
    NOTED = "noted"  # somebody settled it outside and says how
    AGREES = "agrees"  # a later comparison found it on both sides


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement of money as a provider lists it."""

    money_id: str
    reference: str
    amount_minor: int
    happened_at: datetime
    kind: str
    abroad: Abroad | None = None  # what a payer abroad paid, and the quote that their wallet named


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between the provider's list and ours, and what was done about it."""

    id: UUID
    provider: str
    kind: DifferenceKind
    money_id: str
    reference: str
    theirs_minor: int | None
    ours_minor: int | None
    payment_id: UUID | None
    happened_at: datetime
    found_at: datetime
    repair: Repair | None
    repaired_at: datetime | None
    repaired_by: str
    note: str
    abroad: Money | None = None  # what a payer abroad paid for it

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public("dif", self.id)

    @property
    def can_be_taken_over(self) -> bool:
        """Whether the payment can be counted now: the provider has it, we do not, and it names a payment of ours."""
        is_missing = self.kind in (DifferenceKind.MISSING_HERE, DifferenceKind.MISSING_ABROAD)
        return is_missing and self.repair is None and self.payment_id is not None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One comparison with a provider: what both sides counted in a period, and what the provider says it holds."""

    id: UUID
    provider: str
    starts_at: datetime
    ends_at: datetime
    ran_at: datetime
    theirs_count: int
    theirs_minor: int
    ours_count: int
    ours_minor: int
    found: int
    balance_minor: int | None
    problem: str


class ProviderSettingsInvalid(Invalid):
    """Settings of a provider that cannot be right."""

    code = "provider-settings-invalid"
    title = msg("Please check the provider's settings")
    detail = msg("{problem} is missing or does not have the right form.")


class MeansUnavailable(Conflict):
    """The provider cannot make this way of paying for this bill."""

    code = "means-unavailable"
    title = msg("This way to pay is not available")
    detail = msg("The provider cannot make it for this bill. Please choose another way to pay.")


class DifferenceNotFound(NotFound):
    """No such difference."""

    code = "difference-not-found"
    title = msg("We do not know this difference")
    detail = msg("There is no difference with this number between the provider's list and ours.")


class DifferenceClosed(Conflict):
    """Somebody has repaired it already, or it cannot be taken over."""

    code = "difference-closed"
    title = msg("This difference is settled")
    detail = msg("It was repaired before, or there is no payment of ours that could take it.")
