"""The log's followers: two commit to transfers and to looks at data, one makes leaves of submissions in their order."""

from __future__ import annotations

from kawasan.platform.followers import Follower
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.log import api
from kawasan.rooms.zone import api as zone


def _append(after: int, upto: int) -> None:
    api.append_leaves(after=after, upto=upto)


def _commit(after: int, upto: int) -> None:
    api.commit_transfers(after=after, upto=upto)


def _commit_looks(after: int, upto: int) -> None:
    api.commit_looks(after=after, upto=upto)


def _keep() -> None:
    """What was committed stays committed: beginning again takes only what is not."""


TRANSFERS = Follower(
    name=api.TRANSFERS_FOLLOWER,
    sequence=ledger.TRANSFER_SEQUENCE,
    handle=_commit,
    reset=_keep,
)
LOOKS = Follower(
    name=api.LOOKS_FOLLOWER,
    sequence=zone.ACCESS_SEQUENCE,
    handle=_commit_looks,
    reset=_keep,
)
LEAVES = Follower(
    name=api.LEAVES_FOLLOWER,
    sequence=api.SUBMISSION_SEQUENCE,
    handle=_append,
    reset=api.forget_tree,
)
