"""Rates, quotes and exchanges, made through the exchange room's own door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.core.money import Money, rupiah
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.ledger import api as ledger

AT = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 11)
# One yuan is Rp2.400 and one dollar Rp16.800 in the middle; a yen has no parts.
PER_EURO = {"EUR": "1", "IDR": "19200", "CNY": "8", "USD": "1.142857", "SGD": "1.5", "JPY": "171.43"}
BILL = rupiah(25_000)
YUAN = Money(10_58, "CNY")  # what BILL costs at Rp2.400 and 150 basis points


def some_rates(day: date = DAY, *, at: datetime = AT, **per_euro: str) -> None:
    """Take a day's rates in."""
    told = {code: Decimal(rate) for code, rate in (PER_EURO | per_euro).items()}
    exchange.keep_rates([exchange.Rates(day=day, source="ECB", per_euro=told)], at=at, actor=SYSTEM)


def a_quote(
    given: Money,
    *,
    source: str = "CNY",
    target: str = "IDR",
    actor: Actor = SYSTEM,
    at: datetime = AT,
    purpose_id: UUID | None = None,
    quote_id: UUID | None = None,
) -> exchange.Quote:
    """Ask for a quote."""
    return exchange.give_quote(
        actor=actor, quote_id=quote_id or ids.uuid7(), given=given, source=source, target=target, at=at,
        purpose_id=purpose_id,
    )  # fmt: skip


def an_account_of(currency: str, holding: int = 0) -> UUID:
    """Open an account of a currency that cannot be overdrawn, with something in it."""
    exchange.open_currency(currency)
    owner, asset = ids.uuid7(), ledger.asset_id(currency)
    account = ledger.account_id(owner, asset, 1)
    ledger.open_accounts([ledger.NewAccount(account, owner, asset, 1, ledger.Flag.NO_OVERDRAW)])
    if holding:
        move = ledger.NewTransfer(ids.uuid7(), exchange.abroad(currency), account, holding, 1)
        ledger.post(ledger.Entry(ids.uuid7(), AT, (move,)))
    return account


def exchanged(given: Money, *, source: str = "CNY", target: str = "IDR", at: datetime = AT) -> exchange.Quote:
    """Exchange an amount for somebody who has it."""
    quote = a_quote(given, source=source, target=target, at=at)
    payer, receiver = an_account_of(source, quote.source.minor), an_account_of(target)
    return exchange.convert(quote_id=quote.id, entry_id=ids.uuid7(), payer=payer, receiver=receiver, at=at)


def posted(*accounts: UUID) -> Sequence[int]:
    """Return what has come into accounts less what went out."""
    known = ledger.balances(accounts)
    return [known.get(account, ledger.Balance()).posted for account in accounts]
