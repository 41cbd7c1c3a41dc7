"""What can be made to go wrong, and how it is asked for: a header, the last rupiah of the amount, or a control call."""

from __future__ import annotations

import threading
from collections import deque
from enum import StrEnum


class Fault(StrEnum):
    """What the bank does with a partner's call."""

    NONE = ""
    TIMEOUT_AFTER = "timeout-after-success"  # does it, and the answer never comes
    TIMEOUT_BEFORE = "timeout-before"  # does nothing, and no answer comes
    HANG = "hang"  # does it, and keeps the caller waiting
    REFUSE = "refuse"  # refuses for good (a refund: the payer's account is closed)
    PENDING = "pending"  # takes it and finishes it by the time somebody asks
    ERROR = "error"  # does nothing and answers 500
    BROKEN = "broken"  # does it and answers with half a body


class Pay(StrEnum):
    """How the payer's side behaves."""

    PAY = "pay"
    LATE = "late"  # the bank's clock says that it was paid after the code's end
    TWICE = "twice"  # the payer pays one code twice: two movements of money
    FAIL = "fail"  # the payer's bank refuses
    SILENT = "silent"  # pays, and the notification gets lost
    REPEATED = "repeated"  # one payment, told three times
    DELAYED = "delayed"  # one payment, told after a few seconds
    WRONG_SIGNATURE = "wrong-signature"  # told with a signature that is not the bank's, and never rightly
    OUT_OF_ORDER = "out-of-order"  # refused, then paid; told the other way round
    OTHER_AMOUNT = "other-amount"  # the payer changed the amount (a virtual account that is not closed)


# The last two rupiah of an amount ask for a fault, as public sandboxes do: Rp10.091 times out after success.
BY_AMOUNT = {
    91: Fault.TIMEOUT_AFTER,
    92: Fault.TIMEOUT_BEFORE,
    93: Fault.REFUSE,
    94: Fault.PENDING,
    95: Fault.ERROR,
}
PLANNED_MAX = 1_000


class Plan:
    """Faults that a control call has asked for, each for the next call of a service."""

    def __init__(self) -> None:
        self._next: dict[tuple[str, str], deque[Fault]] = {}
        self._lock = threading.Lock()
        self.uses_amounts = False  # prices of real goods end in any digits

    def add(self, client_id: str, service: str, fault: Fault, times: int = 1) -> None:
        """Let the next ``times`` calls of a service go wrong."""
        with self._lock:
            waiting = self._next.setdefault((client_id, service), deque(maxlen=PLANNED_MAX))
            waiting.extend([fault] * min(times, PLANNED_MAX))

    def take(self, client_id: str, service: str, *, header: str, amount_minor: int | None) -> Fault:
        """Return what shall happen to a call: as its header says, else as was planned, else as its amount says."""
        if header and header in list(Fault):
            return Fault(header)
        with self._lock:
            waiting = self._next.get((client_id, service))
            if waiting:
                return waiting.popleft()
        if self.uses_amounts and amount_minor is not None:
            return BY_AMOUNT.get(amount_minor // 100 % 100, Fault.NONE)
        return Fault.NONE
