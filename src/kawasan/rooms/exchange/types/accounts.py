"""What the room's accounts and transfers are for."""

from __future__ import annotations

from enum import IntEnum


class ExchangeAccount(IntEnum):
    """What an account is for; each exists once for each currency."""

    POSITION = 40  # what the zone holds (or owes) of a currency because of exchanges
    INCOME = 41  # spreads earned
    RESULT = 42  # gained or lost when a position was closed against the bank
    ABROAD = 43  # the world outside: what a provider took in for the zone in this currency is debited
    OWED = 44  # a payer's own money that is to be sent back, in the currency it came in
    DEALER = 45  # the world outside: the bank that positions are closed against


class ExchangeCode(IntEnum):
    """What a transfer means; the ledger keeps it as the transfer's code (300-319)."""

    GIVEN = 300  # payer's account -> position of that currency
    TAKEN = 301  # position -> receiver, where the receiver's room gives no code of its own
    INCOME = 302  # position -> income: the spread
    TRADE_GIVEN = 303  # position -> bank
    TRADE_TAKEN = 304  # bank -> position
    GAIN = 305  # position -> result
    LOSS = 306  # result -> position
    OWED = 307  # abroad -> payer's account of money to be sent back
    SENT_BACK = 308  # payer's account of money to be sent back -> abroad


EXCHANGE_CODES = frozenset(int(code) for code in ExchangeCode)
