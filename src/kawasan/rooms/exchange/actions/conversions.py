"""Exchanging: both sides of a quote through the zone's positions, in one ledger entry, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kawasan.core.money import MINOR_DIGITS, Money
from kawasan.platform.db import requires_transaction
from kawasan.rooms.exchange import models
from kawasan.rooms.exchange.queries.positions import lock_currencies
from kawasan.rooms.exchange.queries.quotes import as_quote
from kawasan.rooms.exchange.rules import accounts, transfers
from kawasan.rooms.exchange.rules.positions import cost_changes
from kawasan.rooms.exchange.rules.quoting import HOME, Terms, check_told, check_use
from kawasan.rooms.exchange.types import Quote, QuoteNotFound, QuoteUsed
from kawasan.rooms.ledger import api as ledger


@requires_transaction
def open_currency(currency: str) -> None:
    """Open a currency's asset, with the digits of ISO 4217, and the zone's accounts. Repeating it changes nothing."""
    ledger.open_assets([ledger.NewAsset(currency, MINOR_DIGITS[currency])])
    ledger.open_accounts(accounts.zone_accounts(currency))


@requires_transaction
def convert(
    *, quote_id: UUID, entry_id: UUID, payer: UUID, receiver: UUID, at: datetime, purpose_id: UUID | None = None
) -> Quote:
    """
    Exchange as a quote says: payer's account -> position, position -> receiver's account, in one entry, once.

    Repeating it with the same entry id returns the same. Raises QuoteNotFound, QuoteExpired, QuoteUsed,
    QuotePurposeDiffers, and the ledger's refusals (InsufficientBalance) with nothing changed.
    """
    row = _locked(quote_id)
    found = as_quote(row)
    if found.entry_id == entry_id:
        return found
    check_use(found, purpose_id=purpose_id, at=at)
    answer = _post(row, found, entry_id, payer, (transfers.taken(found, receiver=receiver),), (), at)
    if isinstance(answer, ledger.Refused):
        raise answer.refusal
    return as_quote(row)


@requires_transaction
def convert_told(
    *,
    quote_id: UUID,
    entry_id: UUID,
    purpose_id: UUID,
    paid: Money,
    paid_at: datetime,
    parts: Sequence[ledger.NewTransfer],
    alongside: Sequence[ledger.NewTransfer],
    at: datetime,
) -> bool:
    """
    Exchange what a payer abroad paid for a quote, as a provider tells; ``alongside`` happens in the same entry.

    ``parts`` come from the position of the target currency and are the target's amount together. Return False, with
    nothing changed, where the ledger refuses (what was held is gone). Raises QuoteNotFound, QuoteUsed, QuoteExpired,
    QuotePurposeDiffers where the money does not fit the quote, and ConversionDiffers.
    """
    row = _locked(quote_id)
    found = as_quote(row)
    check_told(found, purpose_id=purpose_id, paid=paid, paid_at=paid_at, at=at)
    transfers.check_handed_out(found, tuple(parts))
    answer = _post(row, found, entry_id, accounts.abroad(found.source.currency), tuple(parts), tuple(alongside), at)
    return isinstance(answer, ledger.Applied)


# Note [One entry for an exchange]
# What the payer gives, what receivers get and what the zone earns are one linked entry: no moment exists in which one
# side has moved and the other has not. The quote's row is locked first and the currencies' rows after it, always in
# this order, so two uses of one quote wait for each other and the second finds it used.
def _post(
    row: models.Quote,
    quote: Quote,
    entry_id: UUID,
    payer: UUID,
    parts: tuple[ledger.NewTransfer, ...],
    alongside: tuple[ledger.NewTransfer, ...],
    at: datetime,
) -> ledger.Answer:
    locked = lock_currencies(quote.source.currency, quote.target.currency)
    for currency in {quote.source.currency, quote.target.currency}:
        open_currency(currency)
    linked = (*alongside, transfers.given(quote, payer=payer), *parts, *transfers.earned(quote))
    (answer,) = ledger.post_many([ledger.Entry(id=entry_id, at=at, transfers=linked)])
    if isinstance(answer, ledger.Refused):
        return answer
    if answer.repeated:  # this entry was posted before for something else
        raise QuoteUsed
    agreed = Terms(quote.source, quote.target, quote.middle, quote.income, Money(row.worth_minor, HOME))
    for currency, change in cost_changes(agreed).items():
        locked[currency].cost_minor += change
        locked[currency].save(update_fields=["cost_minor"])
    row.used_at, row.entry_id = at, entry_id
    row.save(update_fields=["used_at", "entry_id"])
    return answer


def _locked(quote_id: UUID) -> models.Quote:
    rows = models.Quote.objects.select_related("sheet").select_for_update(of=("self",), no_key=True)
    row = rows.filter(pk=quote_id).first()
    if row is None:
        raise QuoteNotFound
    return row
