"""The currency desk of the zone's staff: rates, positions, quotes, exchanges, trades with the bank, money sent back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.core.errors import NotFound, Refusal
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.exchange.forms import CurrencyForm, RatesForm, TradeForm


@signed_in
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show rates, positions with what they are worth today, and what waits for somebody."""
    return _desk(request)


@signed_in
@require_GET
def conversions(request: HttpRequest) -> HttpResponse:
    """List exchanges that happened, newest first, of one currency or all."""
    actor, currency = actor_of(request), request.GET.get("currency", "")[:3]
    with transaction(actor):
        page = exchange.conversions(actor=actor, currency=currency, cursor=request.GET.get("after"))
        known = exchange.currencies(at=clock.now())
    context = {"page": page, "currency": currency, "known": known, "zone_nav": "money", "money_nav": "currencies"}
    return render(request, "exchange/conversions.html", context)


@signed_in
@require_POST
def enter_trade(request: HttpRequest) -> HttpResponse:
    """Enter a trade that closes a part of a position; somebody else approves it."""
    actor, at = actor_of(request), clock.now()
    with transaction(actor):
        known = [one.code for one in exchange.currencies(at=at)]
    form = TradeForm(request.POST, currencies=known)
    if form.is_valid():
        try:
            with transaction(actor):
                _enter(actor, form.cleaned_data)
            messages.success(request, gettext("The trade is entered. Somebody else approves it."))
            return redirect("exchange:desk")
        except Refusal as refusal:
            form.add_refusal(refusal)
    return _desk(request, trade_form=form, status=422)


@signed_in
@require_POST
def decide_trade(request: HttpRequest, trade_id: str) -> HttpResponse:
    """Approve or reject a trade."""
    actor, is_approved = actor_of(request), request.POST.get("decision") == "approve"
    try:
        with transaction(actor):
            trade = ids.parse("trd", trade_id)
            exchange.decide_trade(actor=actor, trade_id=trade, is_approved=is_approved, at=clock.now())
    except (exchange.TradeClosed, exchange.TradeNeedsOther, exchange.TradeAmountInvalid) as refusal:
        messages.error(request, " ".join(texts(refusal)))
    else:
        messages.success(request, gettext("Approved and booked.") if is_approved else gettext("Rejected."))
    return redirect("exchange:desk")


@signed_in
@require_http_methods(["GET", "POST"])
def currency(request: HttpRequest, code: str) -> HttpResponse:
    """Set spread and limit of a currency and whether buyers may pay in it."""
    actor, at = actor_of(request), clock.now()
    actor.need_zone(ZoneRole.OPERATOR)
    with transaction(actor):
        found = next((one for one in exchange.currencies(at=at) if one.code == code), None)
    if found is None:
        raise NotFound
    initial = {"is_offered": found.is_offered, "limit": str(found.limit.amount), "spread_points": found.spread_points}
    form = CurrencyForm(request.POST or None, initial=initial, currency=code)
    if request.method == "POST" and form.is_valid():
        with transaction(actor):
            exchange.set_currency(actor=actor, currency=code, at=at, **form.cleaned_data)
        messages.success(request, gettext("Saved. It holds for quotes from now on."))
        return redirect("exchange:desk")
    context = {"found": found, "form": form, "zone_nav": "money", "money_nav": "currencies"}
    return render(request, "exchange/currency.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def settle_owed(request: HttpRequest, back_id: str) -> HttpResponse:
    """Note how money was sent back that the provider could not send."""
    actor, note = actor_of(request), request.POST.get("note", "")[:200]
    if not note.strip():
        messages.error(request, gettext("Say how it was sent back."))
        return redirect("exchange:desk")
    with transaction(actor):
        exchange.settle_owed(actor=actor, back_id=ids.parse("bck", back_id), note=note, at=clock.now())
    messages.success(request, gettext("Noted and booked."))
    return redirect("exchange:desk")


def _enter(actor: Actor, told: dict[str, Any]) -> None:
    amount, rupiah = told["amount"], told["rupiah"]
    held = exchange.held_of([amount.currency])[amount.currency]
    # What is held is sold for rupiah; what is owed is bought with it.
    given, taken = (amount, rupiah) if held.minor >= 0 else (rupiah, amount)
    exchange.enter_trade(
        actor=actor,
        trade_id=ids.parse("trd", told["id"]),
        given=given,
        taken=taken,
        bank_reference=told["bank_reference"],
        at=clock.now(),
    )


def _desk(request: HttpRequest, *, trade_form: TradeForm | None = None, status: int = 200) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    with transaction(actor):
        positions = exchange.positions(actor=actor, at=at)
        incomes, result = exchange.earned(actor=actor)
        context = {
            "positions": positions,
            "incomes": incomes,
            "result": result,
            "rates": exchange.all_newest(at=at),
            "is_stale": not exchange.are_fresh(at=at),
            "currencies": exchange.currencies(at=at),
            "quotes": exchange.open_quotes(actor=actor, at=at),
            "sheets": exchange.sheets(actor=actor),
            "trades": exchange.trades(actor=actor),
            "owed": exchange.owed_back(actor=actor),
            "latest": exchange.conversions(actor=actor, limit=5).items,
        }
    open_ones = [one.currency for one in positions if one.held.minor]
    valued = [one for one in positions if one.gain is not None]
    context |= {
        "open_positions": [one for one in positions if one.is_used],
        "gain": sum((one.gain for one in valued if one.gain), start=Money.zero()),
        "worth": sum((one.value for one in valued if one.value), start=Money.zero()),
        "rates_form": RatesForm(),
        "trade_form": trade_form or TradeForm(currencies=open_ones, initial={"id": ids.public("trd", ids.uuid7())}),
        "may_act": actor.zone_role in (ZoneRole.STAFF, ZoneRole.OPERATOR),
        "may_set": actor.zone_role is ZoneRole.OPERATOR,
        "me": actor.person_id,
        "zone_nav": "money",
        "money_nav": "currencies",
    }
    return render(request, "exchange/desk.html", context, status=status)
