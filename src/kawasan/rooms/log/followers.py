"""The sequencer as a follower of submissions: one at a time, and never past a commit that is late."""

from __future__ import annotations

from kawasan.platform.followers import Follower
from kawasan.rooms.log import api


def _append(after: int, upto: int) -> None:
    api.append_leaves(after=after, upto=upto)


LEAVES = Follower(
    name=api.LEAVES_FOLLOWER,
    sequence=api.SUBMISSION_SEQUENCE,
    handle=_append,
    reset=api.forget_tree,
)
