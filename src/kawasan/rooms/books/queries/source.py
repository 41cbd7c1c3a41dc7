"""What the follower reads: transfers of money through the ledger's door."""

from __future__ import annotations

from collections.abc import Collection

from kawasan.rooms.books.rules import posting
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments.api import PAYMENT_CODES

FOLLOWER_NAME = "books.journal"


def transfers_of_money(after: int, upto: int) -> list[ledger.TransferRow]:
    """Return the transfers of money with ``after < sequence <= upto``; units have no lines in the journal."""
    return ledger.transfers_between(after, upto, codes_of_money())


def codes_of_money() -> Collection[int]:
    """Return every code of payments, with or without a rule."""
    return PAYMENT_CODES | {code for code, rule in posting.rules().items() if rule.other_side or rule.earns}
