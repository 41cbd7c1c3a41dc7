"""Money in another currency that its payment could not take: it goes back as it came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.money import Money


class OwedState(StrEnum):
    """How far money to be sent back has come."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"  # the provider cannot send it back: staff settles it


@dataclass(frozen=True, slots=True)
class OwedBack:
    """Money owed to a payer abroad, to be sent back by the provider that took it in."""

    id: UUID
    person_id: UUID
    purpose_id: UUID
    provider: str
    money_id: str
    amount: Money
    reason: str
    state: OwedState
    problem: str
    owed_at: datetime
    sent_at: datetime | None

    @property
    def public_id(self) -> str:
        """The id as people and programs see it."""
        return ids.public("bck", self.id)
