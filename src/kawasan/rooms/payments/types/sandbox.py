"""What the practice bank can do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from kawasan.core.errors import NotFound, msg
from kawasan.rooms.payments.types.payments import Bill


class Scenario(StrEnum):
    """How the sandbox bank pays."""

    PAY = "pay"
    LATE = "late"
    TWICE = "twice"
    FAIL = "fail"
    SILENT = "silent"  # pays, and its notification gets lost


@dataclass(frozen=True, slots=True)
class SandboxReceipt:
    """What the sandbox bank did: the bill, and the messages that it will send."""

    bill: Bill
    scenario: Scenario
    money_ids: tuple[UUID, ...]


class SandboxOff(NotFound):
    """The sandbox bank is not switched on in this deployment."""

    code = "sandbox-off"
    title = msg("There is no sandbox here")
    detail = msg("The sandbox bank is switched off, since real money is used here.")
