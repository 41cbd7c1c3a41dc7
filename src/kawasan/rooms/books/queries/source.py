"""What the follower reads: transfers of money through the ledger's door."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from kawasan.rooms.books import models
from kawasan.rooms.books.rules import posting
from kawasan.rooms.books.rules.units import effects
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments.api import PAYMENT_CODES

FOLLOWER_NAME = "books.journal"


def transfers_of_money(after: int, upto: int, *, units: bool = False) -> list[ledger.TransferRow]:
    """Return the transfers of money with ``after < sequence <= upto``, with ``units`` those of goods."""
    codes = {*codes_of_money(), *effects()} if units else codes_of_money()
    return ledger.transfers_between(after, upto, codes)


def codes_of_money() -> Collection[int]:
    """Return every code of payments, with or without a rule."""
    return PAYMENT_CODES | {code for code, rule in posting.rules().items() if rule.other_side or rule.earns}


def stock_cards_since() -> dict[UUID, int]:
    """Return from which number of the ledger on each business with stock cards has its units followed."""
    rows = models.StockChoice.objects.order_by("-since")
    return dict(rows.values_list("business_id", "position"))  # the earliest comes last and stays


def last_of_ledger() -> int:
    """Return the last number that the ledger has drawn."""
    with connection.cursor() as cursor:
        cursor.execute(f"select case when is_called then last_value else 0 end from {ledger.TRANSFER_SEQUENCE}")
        return int(cursor.fetchone()[0])
