"""The room's own projection of its transfers: each account's list of them, which statements go by."""

from __future__ import annotations

from kawasan.platform.followers import Follower
from kawasan.rooms.ledger import api


def _handle(after: int, upto: int) -> None:
    api.add_lines(after=after, upto=upto)


LINES = Follower(
    name=api.LINES_FOLLOWER,
    sequence=api.TRANSFER_SEQUENCE,
    handle=_handle,
    reset=api.forget_lines,
)
