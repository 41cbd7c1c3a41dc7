"""The room's follower of the ledger."""

from kawasan.platform.followers import Follower
from kawasan.rooms.authority import api
from kawasan.rooms.ledger import api as ledger

SALES = Follower(
    name=api.FOLLOWER_NAME, sequence=ledger.TRANSFER_SEQUENCE, handle=api.follow_sales, reset=api.forget_sales
)
