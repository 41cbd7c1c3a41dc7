"""The transfers of an exchange, of a trade with the bank, of money that is sent back; ids follow from their purpose."""

from __future__ import annotations

from uuid import UUID

from kawasan.core import ids
from kawasan.core.money import Money
from kawasan.rooms.exchange.rules import accounts
from kawasan.rooms.exchange.types import ConversionDiffers, OwedBack, Quote, Trade
from kawasan.rooms.exchange.types.accounts import ExchangeCode
from kawasan.rooms.ledger.types import NewTransfer


def given(quote: Quote, *, payer: UUID) -> NewTransfer:
    """Return the transfer payer -> position of the source currency."""
    book = accounts.position(quote.source.currency)
    return _transfer("given", quote.id, payer, book, quote.source, ExchangeCode.GIVEN)


def taken(quote: Quote, *, receiver: UUID) -> NewTransfer:
    """Return the transfer position of the target currency -> the one receiver."""
    book = accounts.position(quote.target.currency)
    return _transfer("taken", quote.id, book, receiver, quote.target, ExchangeCode.TAKEN)


def earned(quote: Quote) -> list[NewTransfer]:
    """Return the transfer position -> income of the spread; none where nothing is earned."""
    if not quote.income.minor:
        return []
    book, profit = accounts.position(quote.income.currency), accounts.income(quote.income.currency)
    return [_transfer("earned", quote.id, book, profit, quote.income, ExchangeCode.INCOME)]


def check_handed_out(quote: Quote, parts: tuple[NewTransfer, ...]) -> None:
    """Raise ConversionDiffers unless all parts come from the target's position and are the target's amount together."""
    position = accounts.position(quote.target.currency)
    found = sum(part.amount for part in parts)
    if found != quote.target.minor or any(part.debit != position for part in parts):
        raise ConversionDiffers(expected=quote.target, found=Money(found, quote.target.currency))


def of_trade(trade: Trade, result: Money) -> tuple[NewTransfer, ...]:
    """Return the transfers of a trade with the bank: what is given, what is taken, what was gained or lost."""
    out, back = trade.given.currency, trade.taken.currency
    position, profit = accounts.position(result.currency), accounts.result(result.currency)
    dealt = (
        ("trade-given", accounts.position(out), accounts.dealer(out), trade.given, ExchangeCode.TRADE_GIVEN),
        ("trade-taken", accounts.dealer(back), accounts.position(back), trade.taken, ExchangeCode.TRADE_TAKEN),
        ("trade-gain", position, profit, result, ExchangeCode.GAIN),
        ("trade-loss", profit, position, -result, ExchangeCode.LOSS),
    )
    return tuple(
        _transfer(what, trade.id, debit, credit, amount, code)
        for what, debit, credit, amount, code in dealt
        if amount.minor > 0
    )


def owed(back: OwedBack) -> NewTransfer:
    """Return the transfer abroad -> the payer's account of money to be sent back."""
    currency = back.amount.currency
    book = accounts.owed(back.person_id, currency)
    return _transfer("owed", back.id, accounts.abroad(currency), book, back.amount, ExchangeCode.OWED)


def sent_back(back: OwedBack) -> NewTransfer:
    """Return the transfer the payer's account of money to be sent back -> abroad."""
    currency = back.amount.currency
    book = accounts.owed(back.person_id, currency)
    return _transfer("sent-back", back.id, book, accounts.abroad(currency), back.amount, ExchangeCode.SENT_BACK)


def _transfer(what: str, of: UUID, debit: UUID, credit: UUID, amount: Money, code: ExchangeCode) -> NewTransfer:
    return NewTransfer(
        id=ids.derived(f"exchange.{what}", of),
        debit=debit,
        credit=credit,
        amount=amount.minor,
        code=int(code),
        reference=of,
    )
