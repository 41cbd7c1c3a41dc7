"""Rules about readings, and the alarms that they raise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Invalid, NotFound, msg


class RuleKind(StrEnum):
    """What a rule watches."""

    LIMIT = "limit"  # outside low..high for so long
    SILENCE = "silence"  # nothing told for so long


@dataclass(frozen=True, slots=True)
class Rule:
    """What may be and for how long, from a moment on."""

    id: UUID
    device_id: UUID
    stream_id: UUID
    stream_name: str
    unit: str
    kind: RuleKind
    low: float | None
    high: float | None
    seconds: int
    since: datetime
    ended_at: datetime | None

    @property
    def public_id(self) -> str:
        """The id that people and programs see."""
        return ids.public("rul", self.id)

    @property
    def minutes(self) -> int:
        """The time in whole minutes."""
        return self.seconds // 60


@dataclass(frozen=True, slots=True)
class Alarm:
    """One episode in which a rule was broken: from its first reading on, open until the first good one."""

    id: UUID
    owner_id: UUID
    device_id: UUID
    device_name: str
    stream_id: UUID
    stream_name: str
    unit: str
    rule_id: UUID
    kind: RuleKind
    started_at: datetime
    opened_at: datetime
    ended_at: datetime | None
    lowest: float | None
    highest: float | None
    mean: float | None
    count: int
    reference: str

    @property
    def public_id(self) -> str:
        """The id that people and programs see."""
        return ids.public("alm", self.id)


class RuleInvalid(Invalid):
    """A rule that could never or always be broken."""

    code = "rule-invalid"
    title = msg("Please check the rule")
    detail = msg("{problem}")


class UnknownRule(NotFound):
    """No such rule, or not of the caller."""

    code = "unknown-rule"
    title = msg("We do not know this rule")
    detail = msg("It does not exist, or it is not yours.")
