"""What staff sets and closes: spreads, limits, trades with the bank, each trade by two people."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction
from kawasan.rooms.exchange import models
from kawasan.rooms.exchange.actions.conversions import open_currency
from kawasan.rooms.exchange.queries.positions import as_trade, held_of, lock_currencies
from kawasan.rooms.exchange.rules import transfers
from kawasan.rooms.exchange.rules.positions import Closed, check_settings, closed
from kawasan.rooms.exchange.rules.quoting import HOME
from kawasan.rooms.exchange.types import (
    Trade,
    TradeAmountInvalid,
    TradeClosed,
    TradeNeedsOther,
    TradeNotFound,
    TradeState,
)
from kawasan.rooms.ledger import api as ledger

REFERENCE_LENGTH_MAX = 60


@requires_transaction
def set_currency(
    *, actor: Actor, currency: str, is_offered: bool, limit: Money, spread_points: int, at: datetime
) -> None:
    """
    Say whether buyers may pay in a currency, how far the zone may be open in it, and what it keeps, from now on.

    Operators may. Quotes already given stay as they are; earlier spreads stay on record. Raises
    CurrencySettingsInvalid, CurrencyNotOffered for a currency that the zone does not know.
    """
    actor.need_zone(ZoneRole.OPERATOR)
    check_settings(spread_points=spread_points, limit=limit)
    row = lock_currencies(currency)[currency]
    row.is_offered, row.limit_minor = is_offered, limit.minor
    row.save(update_fields=["is_offered", "limit_minor"])
    for source, target in ((currency, HOME), (HOME, currency)):
        newest = models.Spread.objects.filter(source=source, target=target).order_by("-starts_at", "-pk").first()
        if newest is None or newest.points != spread_points:
            models.Spread(
                id=ids.uuid7(), source=source, target=target, points=spread_points, starts_at=at,
                set_by_id=actor.person_id,
            ).save(force_insert=True)  # fmt: skip


@requires_transaction
def enter_trade(
    *, actor: Actor, trade_id: UUID, given: Money, taken: Money, bank_reference: str, at: datetime
) -> Trade:
    """
    Enter a trade that closes (a part of) a position against the bank. Nothing moves until somebody else approves it.

    Staff may. Repeating it with the same id returns the first one. Raises TradeAmountInvalid.
    """
    actor.need_zone(ZoneRole.STAFF)
    earlier = models.Trade.objects.filter(pk=trade_id).first()
    if earlier is not None:
        return as_trade(earlier)
    _closing(given, taken)
    row = models.Trade(
        id=trade_id,
        given_currency=given.currency,
        given_minor=given.minor,
        taken_currency=taken.currency,
        taken_minor=taken.minor,
        bank_reference=" ".join(bank_reference.split())[:REFERENCE_LENGTH_MAX],
        state=TradeState.ENTERED.value,
        entered_by_id=actor.need_person(),
        entered_at=at,
    )
    row.save(force_insert=True)
    return as_trade(row)


@requires_transaction
def decide_trade(*, actor: Actor, trade_id: UUID, is_approved: bool, at: datetime) -> Trade:
    """
    Approve a trade, which moves the position in one ledger entry, or reject it. Staff may, but not who entered it.

    Who entered it may reject it. Raises TradeNotFound, TradeClosed, TradeNeedsOther, TradeAmountInvalid where the
    position has become too small.
    """
    actor.need_zone(ZoneRole.STAFF)
    row = models.Trade.objects.select_for_update(no_key=True).filter(pk=trade_id).first()
    if row is None:
        raise TradeNotFound
    if row.state != TradeState.ENTERED:
        raise TradeClosed
    if is_approved and row.entered_by_id == actor.need_person():
        raise TradeNeedsOther
    if is_approved:
        _book(row, at)
    row.state = (TradeState.APPROVED if is_approved else TradeState.REJECTED).value
    row.decided_by_id, row.decided_at = actor.need_person(), at
    row.save()
    return as_trade(row)


def _book(row: models.Trade, at: datetime) -> None:
    trade = as_trade(row)
    locked, done = _closing(trade.given, trade.taken)
    open_currency(done.currency)
    open_currency(HOME)
    entry = ids.derived("exchange.trade-entry", row.pk)
    ledger.post(ledger.Entry(id=entry, at=at, transfers=transfers.of_trade(trade, done.result)))
    locked.cost_minor += done.cost_change
    locked.save(update_fields=["cost_minor"])
    row.entry_id, row.result_minor, row.cost_change = entry, done.result.minor, done.cost_change


def _closing(given: Money, taken: Money) -> tuple[models.Currency, Closed]:
    foreign = given.currency if given.currency != HOME else taken.currency
    locked = lock_currencies(foreign)
    if foreign not in locked:  # rupiah on both sides
        raise TradeAmountInvalid(held=Money.zero(HOME))
    held = held_of([foreign])[foreign]
    cost = Money(locked[foreign].cost_minor, HOME)
    return locked[foreign], closed(given=given, taken=taken, held=held, cost=cost)
