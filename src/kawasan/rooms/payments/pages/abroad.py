"""Paying from abroad: a quote on the payment page, and what became of money that came in another currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from kawasan.core import clock, ids
from kawasan.core.errors import Conflict, Invalid, NotFound
from kawasan.platform.db import transaction
from kawasan.platform.i18n import language
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.payments import api as payments

# What a reader of a language most likely pays with.
_USUAL = {"zh-hans": "CNY"}


@dataclass(frozen=True, slots=True)
class FromAbroad:
    """What the payment page says about other currencies."""

    currencies: tuple[str, ...]
    usual: str
    quote: exchange.Quote | None
    is_open: bool
    owed: tuple[exchange.OwedBack, ...]
    new_id: str

    @property
    def wallet_query(self) -> str:
        """What the practice wallet is told, as a part of an address."""
        if self.quote is None:
            return ""
        told = {
            "mata_uang": self.quote.source.currency,
            "nilai": f"{self.quote.source.amount:.2f}",
            "kutipan": self.quote.public_id,
            "sampai": self.quote.expires_at.isoformat(timespec="seconds"),
        }
        return urlencode(told)


@signed_in
@require_POST
def quote(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Promise what a payment costs in another currency, for a minute. Pressed twice, it is one promise."""
    actor, at = actor_of(request), clock.now()
    asked = ids.parse("pay", payment_id)
    try:
        quote_id = ids.parse("quo", request.POST.get("id", ""))
    except NotFound:
        quote_id = ids.uuid7()
    currency = request.POST.get("currency", "")[:3]
    try:
        with transaction(actor):
            payments.quote_payment(actor=actor, payment_id=asked, quote_id=quote_id, currency=currency, at=at)
    except (Conflict, Invalid) as refusal:
        messages.error(request, " ".join(texts(refusal)))
    return redirect(f"{reverse('pay:payment', args=[payment_id])}#abroad")


def from_abroad(found: payments.Payment, *, is_mine: bool, at: datetime) -> FromAbroad | None:
    """Return what the page says; None where it says nothing (a top-up, somebody else's payment)."""
    if not is_mine or found.purpose is not payments.Purpose.ORDER:
        return None
    newest = exchange.newest_quote_for(purpose_id=found.id)
    state = newest.state(at) if newest else exchange.QuoteState.EXPIRED
    currencies = tuple(exchange.offered_currencies()) if found.is_open else ()
    usual = _USUAL.get(language(), newest.source.currency if newest else "CNY")
    return FromAbroad(
        currencies=currencies,
        usual=newest.source.currency if newest else usual,
        quote=newest if state is not exchange.QuoteState.EXPIRED else None,
        is_open=state is exchange.QuoteState.OPEN,
        owed=tuple(exchange.owed_back_for(purpose_id=found.id)),
        new_id=ids.public("quo", ids.uuid7()),
    )
