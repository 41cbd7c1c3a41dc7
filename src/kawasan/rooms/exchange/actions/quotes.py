"""Quoting: a promise at today's rate, within the zone's limits."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.exchange import models
from kawasan.rooms.exchange.queries.positions import held_of, lock_currencies, promised, spread_points
from kawasan.rooms.exchange.queries.quotes import as_quote
from kawasan.rooms.exchange.queries.rates import newest_rates
from kawasan.rooms.exchange.rules.positions import check_limit
from kawasan.rooms.exchange.rules.quoting import HOME, LIFETIME, terms
from kawasan.rooms.exchange.types import (
    CurrencyNotOffered,
    Quote,
    QuoteIdReused,
    QuotePurposeDiffers,
    SameCurrency,
    TooManyQuotes,
)

KEPT = timedelta(days=30)  # how long a quote that nobody used is kept
FORGET_MAX = 10_000
OPEN_MAX = 5


@requires_transaction
def give_quote(
    *,
    actor: Actor,
    quote_id: UUID,
    given: Money,
    source: str,
    target: str,
    at: datetime,
    purpose_id: UUID | None = None,
    lifetime: timedelta = LIFETIME,
) -> Quote:
    """
    Promise to exchange ``source`` for ``target`` until ``at`` + ``lifetime``; ``given`` is the amount of one of them.

    Repeating it with the same id and content returns the first promise. The promise counts towards the zone's position
    limits until it is used or over. Raises SameCurrency, CurrencyNotOffered, RatesMissing, RatesStale,
    QuoteAmountInvalid, PositionLimitReached, TooManyQuotes, QuoteIdReused.
    """
    if source == target:
        raise SameCurrency(currency=source)
    if given.currency not in (source, target):
        raise QuotePurposeDiffers
    locked = lock_currencies(source, target)
    with seeing_everything():  # somebody else's of the same number is refused, not overwritten
        earlier = models.Quote.objects.select_related("sheet").filter(pk=quote_id).first()
    if earlier is not None:
        return _same_or_refuse(earlier, actor=actor, given=given, source=source, target=target, purpose_id=purpose_id)
    for currency in locked.values():
        if not currency.is_offered:
            raise CurrencyNotOffered(currency=currency.code)
    _check_number(actor, at)
    rates = newest_rates(source, target, at=at)
    points = spread_points(source, target, at=at)
    agreed = terms(given=given, source=source, target=target, rates=rates, spread_points=points)
    _check_limits(locked, agreed.source, agreed.target, at)
    row = models.Quote(
        id=quote_id,
        person_id=actor.person_id,
        purpose_id=purpose_id,
        source_currency=source,
        source_minor=agreed.source.minor,
        target_currency=target,
        target_minor=agreed.target.minor,
        is_source_given=given.currency == source,
        middle_minor=agreed.middle.minor,
        income_minor=agreed.income.minor,
        worth_minor=agreed.worth.minor,
        sheet_id=rates.sheet_id,
        source_per_euro=rates.per_euro[source],
        target_per_euro=rates.per_euro[target],
        spread_points=points,
        quoted_at=at,
        expires_at=at + lifetime,
    )
    row.save(force_insert=True)
    return as_quote(row)


@requires_transaction
def forget_quotes(*, at: datetime) -> int:
    """Drop promises that nobody used and that are long over; return how many."""
    old = models.Quote.objects.filter(used_at__isnull=True, expires_at__lt=at - KEPT).values_list("pk", flat=True)
    return models.Quote.objects.filter(pk__in=list(old[:FORGET_MAX])).delete()[0]


def _check_number(actor: Actor, at: datetime) -> None:
    mine = models.Quote.objects.filter(person_id=actor.person_id, used_at__isnull=True, expires_at__gt=at)
    if actor.person_id is not None and mine.count() >= OPEN_MAX:
        raise TooManyQuotes(limit=OPEN_MAX)


def _check_limits(locked: dict[str, models.Currency], source: Money, target: Money, at: datetime) -> None:
    held = held_of(locked)
    for change in (source, -target):
        if change.currency == HOME:
            continue
        came, went = promised(change.currency, at=at)
        limit = Money(locked[change.currency].limit_minor, change.currency)
        check_limit(held=held[change.currency], promised_in=came, promised_out=went, change=change, limit=limit)


def _same_or_refuse(
    row: models.Quote, *, actor: Actor, given: Money, source: str, target: str, purpose_id: UUID | None
) -> Quote:
    amount = Money(row.source_minor, source) if row.is_source_given else Money(row.target_minor, target)
    told = (row.person_id, row.purpose_id, row.source_currency, row.target_currency, amount)
    if told != (actor.person_id, purpose_id, source, target, given):
        raise QuoteIdReused
    return as_quote(row)
