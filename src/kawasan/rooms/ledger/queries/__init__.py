"""The ledger's reads."""

from kawasan.rooms.ledger.queries.accounts import account, accounts_of, asset, balance, balances
from kawasan.rooms.ledger.queries.months import months, plan_of
from kawasan.rooms.ledger.queries.statements import statement
from kawasan.rooms.ledger.queries.transfers import entry, pending_state, transfer, transfers_between
from kawasan.rooms.ledger.queries.verify import verify

__all__ = [
    "account",
    "accounts_of",
    "asset",
    "balance",
    "balances",
    "entry",
    "months",
    "pending_state",
    "plan_of",
    "statement",
    "transfer",
    "transfers_between",
    "verify",
]
