"""The room's follower of the ledger."""

from kawasan.platform.followers import Follower
from kawasan.rooms.books import api
from kawasan.rooms.ledger import api as ledger

JOURNAL = Follower(
    name=api.FOLLOWER_NAME, sequence=ledger.TRANSFER_SEQUENCE, handle=api.follow_journal, reset=api.forget_journal
)
