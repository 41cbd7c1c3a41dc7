"""A shop's QRIS at the seller's desk: its code and placard, the screen that shows what comes, and the list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from kawasan.core import clock
from kawasan.core.access import BusinessRole
from kawasan.core.errors import NotFound, Refusal, msg
from kawasan.core.money import Money, UnreadableAmount, parse_rupiah
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import tasks
from kawasan.rooms.payments.pages.pay import drawn, reachable
from kawasan.rooms.payments.templatetags.payments import shop_code_kind, shop_outcome
from kawasan.rooms.zone import api as zone

SHOWN_AT_ONCE = 8
LIST_LENGTH = 50
COLUMNS = (
    msg("Came in"),
    msg("Paid at"),
    msg("Paid to"),
    msg("Amount (Rp)"),
    msg("QRIS fee (Rp)"),
    msg("To your balance (Rp)"),
    msg("Payer"),
    msg("Number of the movement"),
    msg("Number"),
    msg("Remark"),
)
Page = Callable[..., Any]


def of_shop(page: Page) -> Page:
    """Open a page of the desk for the business's people: the address names it."""

    @signed_in
    @wraps(page)
    def opened(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = actor_of(request)
        with transaction(actor):
            business = zone.business_by_slug(slug=slug)
        actor.need_business(business.id)
        answer: HttpResponse = page(request, business, *args, **kwargs)
        return answer

    return opened


@require_safe
@of_shop
def home(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Show the shop's code, what it costs, and the latest payments; or how to get a code."""
    actor, at = actor_of(request), clock.now()
    with transaction(actor):
        code = static_of(request, business)
        found = payments.shop_payments(actor=actor, business_id=business.id, limit=SHOWN_AT_ONCE)
        today = payments.shop_takings(actor=actor, business_id=business.id, wanted=_today())
        practice = payments.practice_address()
        read = _read(request, business)
    context = {
        "business": business,
        "code": code,
        "qr": drawn(code.content) if code and code.is_ready else "",
        "payments": found.items,
        "today": today,
        "largest": payments.largest_payment(clock.business_day(at)),
        "practice": reachable(practice, request),
        "practice_language": (get_language() or "id")[:2],
        "may_ask": actor.businesses.get(business.id) is BusinessRole.OWNER,
        "waits": code is not None and code.state in (payments.CodeState.ASKED, payments.CodeState.UNKNOWN),
        "pasted": request.GET.get("kode", ""),
        "seller_nav": "qris",
    } | read
    return render(request, "payments/shop_qris.html", context)


@require_POST
@of_shop
def want(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Ask for the shop's code; pressed twice, it is one."""
    actor = actor_of(request)
    try:
        with transaction(actor):
            payments.want_static_code(actor=actor, business_id=business.id, at=clock.now())
    except payments.UnknownProvider as refusal:
        messages.error(request, texts(refusal)[0])
    return redirect("shop_qris:home", slug=business.slug)


@require_safe
@of_shop
def status(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Answer the page's question whether the code has been made."""
    with transaction(actor_of(request)):
        code = static_of(request, business)
    response = HttpResponse(status=204)
    if code is None or code.state not in (payments.CodeState.ASKED, payments.CodeState.UNKNOWN):
        response["HX-Refresh"] = "true"
    return response


@require_safe
@of_shop
def screen(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Show what was paid just now, large enough to see from behind the counter; it follows by itself."""
    return render(request, "payments/shop_screen.html", _latest(request, business) | {"language": get_language()})


@require_safe
@of_shop
def latest(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Answer the screen's question: the list anew where something came since, else nothing."""
    context = _latest(request, business)
    if context["newest"] == request.GET.get("after", ""):
        return HttpResponse(status=204)
    return render(request, "payments/_shop_latest.html", context)


@require_POST
@of_shop
def ask(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Let us ask the bank now what was paid to the shop's code ("it is not there yet")."""
    with transaction(actor_of(request)):
        tasks.check_static.defer(business_id=str(business.id))
    messages.info(request, gettext("We are asking the bank. What it knows appears here in a moment."))
    return redirect("shop_qris:screen", slug=business.slug)


@require_safe
@of_shop
def listed(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """List what was paid, by day and amount."""
    actor, refusal = actor_of(request), ""
    try:
        wanted = wanted_of(request)
    except Refusal as problem:
        wanted, refusal = payments.ShopPaymentFilter(), texts(problem)[1]
    with transaction(actor):
        page = payments.shop_payments(
            actor=actor,
            business_id=business.id,
            wanted=wanted,
            cursor=request.GET.get("after") or None,
            limit=LIST_LENGTH,
        )
        sums = payments.shop_takings(actor=actor, business_id=business.id, wanted=wanted)
    context = {
        "business": business,
        "page": page,
        "sums": sums,
        "refusal": refusal,
        "kinds": list(payments.ShopCodeKind),
        "narrowed": wanted != payments.ShopPaymentFilter(),
        "given": {name: request.GET.get(name, "") for name in ("q", "dari", "sampai", "jenis")},
        "seller_nav": "qris",
    }
    return render(request, "payments/shop_payments.html", context, status=422 if refusal else 200)


@require_safe
@of_shop
def file(request: HttpRequest, business: zone.Business, kind: str) -> HttpResponse:
    """Download the list as CSV or XLSX. Raises NotFound for another kind of file."""
    if kind not in ("csv", "xlsx"):
        raise NotFound
    actor = actor_of(request)
    with transaction(actor):
        found = list(payments.all_shop_payments(actor=actor, business_id=business.id, wanted=wanted_of(request)))
    name = f"qris-{business.slug}-{clock.business_day(clock.now()):%Y%m%d}.{kind}"
    rows, header = [_row(one) for one in found], [gettext(column) for column in COLUMNS]
    return cast(HttpResponse, (csv_response if kind == "csv" else xlsx_response)(name, header, rows))


def static_of(request: HttpRequest, business: zone.Business) -> payments.StaticCode | None:
    """Return the shop's static code, or None before it asked for one."""
    try:
        return payments.static_code(actor=actor_of(request), business_id=business.id, at=clock.now())
    except payments.NoStaticCode:
        return None


def wanted_of(request: HttpRequest) -> payments.ShopPaymentFilter:
    """Return how a list was narrowed. Raises ShopPaymentFilterInvalid, UnreadableAmount."""
    given = request.GET
    try:
        return payments.ShopPaymentFilter(
            first=date.fromisoformat(given["dari"]) if given.get("dari") else None,
            last=date.fromisoformat(given["sampai"]) if given.get("sampai") else None,
            amount_minor=parse_rupiah(given["q"]).minor if given.get("q", "").strip() else None,
            kind=payments.ShopCodeKind(given["jenis"]) if given.get("jenis") else None,
        )
    except (ValueError, UnreadableAmount):
        raise payments.ShopPaymentFilterInvalid from None


def _today() -> payments.ShopPaymentFilter:
    day = clock.business_day(clock.now())
    return payments.ShopPaymentFilter(first=day, last=day)


def _latest(request: HttpRequest, business: zone.Business) -> dict[str, Any]:
    actor = actor_of(request)
    with transaction(actor):
        found = payments.shop_payments(actor=actor, business_id=business.id, limit=SHOWN_AT_ONCE).items
        today = payments.shop_takings(actor=actor, business_id=business.id, wanted=_today())
    return {
        "business": business,
        "payments": found,
        "today": today,
        "newest": found[0].public_id if found else "none",
        "seller_nav": "qris",
    }


def _read(request: HttpRequest, business: zone.Business) -> dict[str, Any]:
    """Return what a pasted code says: a shop's, or the one that a payer shows."""
    pasted, actor = request.GET.get("kode", "").strip(), actor_of(request)
    if not pasted:
        return {}
    try:
        if payments.is_consumer_code(pasted):
            return {"payer": payments.payer_code_reading(actor=actor, business_id=business.id, code=pasted)}
        return {"reading": payments.code_reading(actor=actor, business_id=business.id, payload=pasted, at=clock.now())}
    except payments.InvalidQris as refusal:
        return {"not_read": " ".join(texts(refusal))}


def _row(one: payments.ShopPayment) -> list[object]:
    moments = [at.astimezone(clock.WIB).strftime("%Y-%m-%d %H:%M:%S") for at in (one.at, one.happened_at)]
    sums = [Money(minor).amount for minor in (one.amount_minor, one.fee_minor, one.net_minor)]
    remark = shop_outcome(one.outcome) if one.is_odd else ""
    return [*moments, shop_code_kind(one.kind), *sums, one.payer, one.money_id, one.public_id, remark]
