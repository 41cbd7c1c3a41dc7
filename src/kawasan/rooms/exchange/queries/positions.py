"""Reads of positions, currencies and trades with the bank."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from kawasan.core.access import Actor
from kawasan.core.money import Money
from kawasan.platform.db import seeing_everything
from kawasan.rooms.exchange import models
from kawasan.rooms.exchange.queries.rates import all_newest
from kawasan.rooms.exchange.rules import accounts
from kawasan.rooms.exchange.rules.quoting import HOME, SPREAD_POINTS_USUAL, TELLING_MAX, in_rupiah
from kawasan.rooms.exchange.types import Currency, CurrencyNotOffered, Position, Trade, TradeNotFound, TradeState
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.zone import api as zone

TRADES_SHOWN = 50


def currencies(*, at: datetime) -> list[Currency]:
    """Return the currencies that the zone knows, with spread (into rupiah) and limit."""
    return [
        Currency(
            code=row.code,
            is_offered=row.is_offered,
            limit=Money(row.limit_minor, row.code),
            spread_points=spread_points(row.code, HOME, at=at),
        )
        for row in models.Currency.objects.order_by("code")
    ]


def offered_currencies() -> list[str]:
    """Return the currencies in which buyers may pay."""
    return list(models.Currency.objects.filter(is_offered=True).order_by("code").values_list("code", flat=True))


def spread_points(source: str, target: str, *, at: datetime) -> int:
    """Return what the zone keeps of an exchange, in basis points, as it was set last before ``at``."""
    rows = models.Spread.objects.filter(source=source, target=target, starts_at__lte=at)
    found = rows.order_by("-starts_at", "-pk").values_list("points", flat=True).first()
    return SPREAD_POINTS_USUAL if found is None else found


def positions(*, actor: Actor, at: datetime) -> list[Position]:
    """Return the zone's position in each currency, valued at the newest rate. For zone roles."""
    actor.need_zone()
    rates = all_newest(at=at)
    rows = list(models.Currency.objects.order_by("code"))
    held = held_of([row.code for row in rows])
    found = []
    for row in rows:
        amount = held[row.code]
        known = rates is not None and row.code in rates.per_euro
        came, went = promised(row.code, at=at)
        found.append(
            Position(
                currency=row.code,
                held=amount,
                limit=Money(row.limit_minor, row.code),
                promised_in=came,
                promised_out=went,
                cost=Money(row.cost_minor, HOME),
                value=in_rupiah(amount, rates) if known and rates else None,
                rates_day=rates.day if known and rates else None,
            )
        )
    return found


def earned(*, actor: Actor) -> tuple[list[Money], Money]:
    """Return what spreads earned, by currency, and what closing positions gained. For zone roles."""
    actor.need_zone()
    codes = [HOME, *models.Currency.objects.order_by("code").values_list("code", flat=True)]
    balances = ledger.balances([accounts.income(code) for code in codes] + [accounts.result(HOME)])
    incomes = [Money(balances.get(accounts.income(code), ledger.Balance()).posted, code) for code in codes]
    result = balances.get(accounts.result(HOME), ledger.Balance()).posted
    return [one for one in incomes if one.minor], Money(result, HOME)


def held_of(codes: Iterable[str]) -> dict[str, Money]:
    """Return what the ledger says that the zone holds of currencies."""
    wanted = list(codes)
    balances = ledger.balances([accounts.position(code) for code in wanted])
    return {code: Money(balances.get(accounts.position(code), ledger.Balance()).posted, code) for code in wanted}


def promised(currency: str, *, at: datetime) -> tuple[Money, Money]:
    """Return what open quotes may still bring in and take out of a position."""
    live = models.Quote.objects.filter(used_at__isnull=True, expires_at__gt=at - TELLING_MAX)
    with seeing_everything():  # the zone is open by everybody's quotes, whoever asks
        came = live.filter(source_currency=currency).aggregate(total=Sum("source_minor"))["total"] or 0
        went = live.filter(target_currency=currency).aggregate(total=Sum("target_minor"))["total"] or 0
    return Money(int(came), currency), Money(int(went), currency)


def lock_currencies(*codes: str) -> dict[str, models.Currency]:
    """Return currencies locked until the transaction ends, in order. Raises CurrencyNotOffered for an unknown one."""
    wanted = {code for code in codes if code != HOME}
    rows = models.Currency.objects.filter(code__in=wanted).order_by("code").select_for_update(no_key=True)
    found = {row.code: row for row in rows}
    for code in sorted(wanted - found.keys()):
        raise CurrencyNotOffered(currency=code)
    return found


def trades(*, actor: Actor, state: TradeState | None = None, limit: int = TRADES_SHOWN) -> list[Trade]:
    """Return trades with the bank, newest first. For zone roles."""
    actor.need_zone()
    rows = models.Trade.objects.order_by("-pk")
    return _named(list((rows.filter(state=state.value) if state else rows)[:limit]))


def trade(*, actor: Actor, trade_id: UUID) -> Trade:
    """Return one trade. For zone roles. Raises TradeNotFound."""
    actor.need_zone()
    row = models.Trade.objects.filter(pk=trade_id).first()
    if row is None:
        raise TradeNotFound
    return _named([row])[0]


def _named(rows: list[models.Trade]) -> list[Trade]:
    people = {row.entered_by_id for row in rows} | {row.decided_by_id for row in rows if row.decided_by_id}
    names = zone.person_names(ids=people)
    return [as_trade(row, names) for row in rows]


def as_trade(row: models.Trade, names: dict[UUID, str] | None = None) -> Trade:
    """Return a row as it crosses the door."""
    known = names or {}
    return Trade(
        id=row.pk,
        given=Money(row.given_minor, row.given_currency),
        taken=Money(row.taken_minor, row.taken_currency),
        bank_reference=row.bank_reference,
        state=TradeState(row.state),
        entered_by_id=row.entered_by_id,
        entered_by=known.get(row.entered_by_id, ""),
        entered_at=row.entered_at,
        decided_by=known.get(row.decided_by_id, "") if row.decided_by_id else "",
        decided_at=row.decided_at,
        result=None if row.result_minor is None else Money(row.result_minor, HOME),
    )
