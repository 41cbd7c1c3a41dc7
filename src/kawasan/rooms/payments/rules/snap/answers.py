"""What a provider answered, and how a request whose answer got lost is settled: ask first, repeat only after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kawasan.rooms.payments.rules.snap import wire
from kawasan.rooms.payments.rules.snap.codes import (
    NotAResponseCode,
    SnapOutcome,
    TransactionStatus,
    response_code,
    transaction_status,
)

ATTEMPTS_MAX = 3
WAIT_SECONDS = 0.4  # before the first repeat, twice as long before each further one
FINAL_FAILURES = frozenset({"failed", "cancelled"})  # known there, and known to have moved nothing
AWAY = "away"  # the category of a call that was not tried, because the last ones reached nobody
NOT_THERE = frozenset({"transaction_not_found", "bill_not_found", "not_found"})


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, typed: what it means for us, the standard's code (none where nobody answered), the whole body."""

    outcome: SnapOutcome
    code: str = ""
    category: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    by_query: bool = False  # we learned it by asking, not from the request's own answer

    @property
    def is_not_there(self) -> bool:
        """Whether the provider says that it knows nothing of what was asked about."""
        if self.outcome is SnapOutcome.SUCCESS:
            return self.status is not None and self.status.name == "not_found"
        return self.outcome is SnapOutcome.REFUSED and self.category in NOT_THERE

    @property
    def is_away(self) -> bool:
        """Whether nothing was sent, because nobody has answered for a while. To wait a moment would not help."""
        return self.outcome is SnapOutcome.RETRY and self.category == AWAY

    @property
    def status(self) -> TransactionStatus | None:
        """The state of the transaction that an answer tells, if it tells one."""
        code = wire.text_at(dict(self.body), "latestTransactionStatus")
        return transaction_status(code) if code else None


def answer_of(http_status: int, body: bytes) -> Answer:
    """
    Return what an HTTP answer means.

    What cannot be read may stand for something done, so it is UNKNOWN; so is any failure of the server itself,
    whatever its body says.
    """
    try:
        told = wire.read(body)
        code = response_code(told.get("responseCode"))
    except (wire.BadField, NotAResponseCode):
        outcome = SnapOutcome.RETRY if http_status == 429 else SnapOutcome.UNKNOWN
        return Answer(outcome, category=f"http_{http_status}")
    outcome = SnapOutcome.UNKNOWN if http_status >= 500 else code.outcome
    return Answer(outcome, code.text, code.category, told)


def settled(
    send: Callable[[], Answer],
    query: Callable[[], Answer],
    *,
    wait: Callable[[float], None],
    ask_first: bool = False,
    attempts: int = ATTEMPTS_MAX,
) -> Answer:
    """
    Send something that may happen only once, and return what became of it.

    Where an answer got lost the provider is asked; only when it says that it knows nothing is the request sent again.
    ``ask_first`` is for a request that an earlier run may have sent. UNKNOWN means: not even asking helped, so nothing
    more was sent; come back later.
    """
    answer = Answer(SnapOutcome.UNKNOWN) if ask_first else send()
    for attempt in range(attempts):
        if answer.outcome is SnapOutcome.UNKNOWN:
            known = query()
            if not known.is_not_there:
                is_known = known.outcome in (SnapOutcome.SUCCESS, SnapOutcome.PENDING)
                outcome = known.outcome if is_known or known.category in FINAL_FAILURES else SnapOutcome.UNKNOWN
                return Answer(outcome, known.code, known.category, known.body, by_query=True)
        elif answer.outcome is not SnapOutcome.RETRY or answer.is_away:
            return answer
        if attempt or not ask_first:
            wait(WAIT_SECONDS * 2**attempt)
        answer = send()
    return answer
