"""The only writer of the ledger: a batch of entries in, an answer for each in order. Needs psycopg, not Django."""

from kawasan.rooms.ledger.engine import away
from kawasan.rooms.ledger.engine.accounts import open_accounts, open_assets, set_frozen
from kawasan.rooms.ledger.engine.batch import EXPIRE_LIMIT_DEFAULT, apply, expire_due
from kawasan.rooms.ledger.engine.months import make_months
from kawasan.rooms.ledger.engine.store import cursor_of
from kawasan.rooms.ledger.engine.writer import Writer

__all__ = [
    "EXPIRE_LIMIT_DEFAULT",
    "Writer",
    "apply",
    "away",
    "cursor_of",
    "expire_due",
    "make_months",
    "open_accounts",
    "open_assets",
    "set_frozen",
]
