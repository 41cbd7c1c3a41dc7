"""Who may wait, and saying no to the others: at once, and so cheaply that it takes little from those who are served."""

from __future__ import annotations

import re
from functools import cache

from kawasan.intake import answers, limits
from kawasan.intake.languages import chosen
from kawasan.intake.refusals import IntakeFull

ORDERS_PATH = "/v1/orders"
_ORDER = b"POST /v1/orders HTTP/1.1\r\n"
# Whoever sends one of these, or the length twice, is read as usual, and refused then.
_UNUSUAL = re.compile(rb"\r\n(?:transfer-encoding|expect|upgrade|connection):(?! ?keep-alive\r\n)").search
_LENGTH, _LANGUAGE = b"\r\ncontent-length:", b"\r\naccept-language:"


class Admission:
    """
    How many orders may wait: as many as are served within WAIT_SECONDS.

    How many that are nobody knows beforehand, it depends on the machine and on who else uses it. So it is found out:
    where the oldest of a batch had to wait longer, fewer are let in; where not, slowly more again.
    """

    def __init__(self, most: int) -> None:
        self._most, self.room = most, most

    def note(self, waited: float) -> None:
        """Note how long the oldest order of a batch has waited for it."""
        if waited > limits.WAIT_SECONDS:
            share = max(limits.ROOM_SHARE_MIN, limits.WAIT_SECONDS / waited)
            self.room = max(min(limits.ROOM_MIN, self._most), int(self.room * share))
        else:
            self.room = min(self._most, self.room + limits.ROOM_STEP)


def refusal_to(data: bytes) -> bytes | None:
    """
    Return the answer "not now" to what was received, where that is exactly one order; None where it must be read.

    It is not looked at further: reading it would cost several times as much.
    """
    if not data.startswith(_ORDER):
        return None
    end = data.find(b"\r\n\r\n")
    head = data[: end + 2].lower()
    if end < 0 or head.count(_LENGTH) != 1 or _UNUSUAL(head):
        return None
    if _value(head, _LENGTH) != b"%d" % (len(data) - end - 4):
        return None
    return _refusal(chosen(_value(head, _LANGUAGE).decode("latin-1")))


@cache
def _refusal(language: str) -> bytes:
    return answers.problem(IntakeFull(), path=ORDERS_PATH, language=language, keep_alive=True)


def _value(head: bytes, name: bytes) -> bytes:
    """Return the value of a header in lower case, empty where there is none."""
    start = head.find(name)
    return b"" if start < 0 else head[start + len(name) : head.index(b"\r\n", start + 2)].strip()
