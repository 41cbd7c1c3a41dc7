"""The room's projections of the ledger."""

from __future__ import annotations

from kawasan.platform.followers import Follower
from kawasan.rooms.commerce import api
from kawasan.rooms.ledger import api as ledger


def _handle(after: int, upto: int) -> None:
    api.add_to_seller_days(after=after, upto=upto)


SELLER_DAYS = Follower(
    name="commerce.seller_days",
    sequence=ledger.TRANSFER_SEQUENCE,
    handle=_handle,
    reset=api.forget_seller_days,
)
