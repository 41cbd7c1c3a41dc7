"""Vouchers at the desk of a shop and of the zone's staff: the list, a new one, closing, and a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from kawasan.core import clock, ids
from kawasan.core.access import BusinessRole, ZoneRole
from kawasan.core.money import Money
from kawasan.core.paging import LIMIT_MAX
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.forms.vouchers import VoucherForm
from kawasan.rooms.commerce.pages.desk import of_business
from kawasan.rooms.commerce.pages.orders import done
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone import api as zone

FILE_PAGES_MAX = 50


@require_GET
@of_business
def of_shop(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """A shop's vouchers."""
    return _list(request, business)


@require_GET
@signed_in
def of_zone(request: HttpRequest) -> HttpResponse:
    """The zone's vouchers."""
    return _list(request, None)


@require_http_methods(["GET", "POST"])
@of_business
def new_of_shop(request: HttpRequest, business: zone.Business) -> HttpResponse:
    """Make a voucher of a shop."""
    return _new(request, business)


@require_http_methods(["GET", "POST"])
@signed_in
def new_of_zone(request: HttpRequest) -> HttpResponse:
    """Make a voucher of the zone."""
    return _new(request, None)


@require_http_methods(["GET", "POST"])
@of_business
def close_of_shop(request: HttpRequest, business: zone.Business, voucher_id: str) -> HttpResponse:
    """Ask, then close a voucher of a shop."""
    return _close(request, business, voucher_id)


@require_http_methods(["GET", "POST"])
@signed_in
def close_of_zone(request: HttpRequest, voucher_id: str) -> HttpResponse:
    """Ask, then close a voucher of the zone."""
    return _close(request, None, voucher_id)


@require_GET
@of_business
def file_of_shop(request: HttpRequest, business: zone.Business) -> HttpResponseBase:
    """A shop's vouchers as CSV."""
    return csv_response(f"voucher-{business.slug}.csv", _header(), _rows(request, business))


@require_GET
@signed_in
def file_of_zone(request: HttpRequest) -> HttpResponseBase:
    """The zone's vouchers as CSV."""
    actor_of(request).need_zone()
    return csv_response("voucher.csv", _header(), _rows(request, None))


def _list(request: HttpRequest, business: zone.Business | None) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    with transaction(actor):
        page = commerce.vouchers(actor=actor, business_id=_id(business), at=at, cursor=request.GET.get("after") or None)
    context = {
        "may_fund": business is None and _may_act(request, None),
        "rows": [(item, _address("close", business, _public(item))) for item in page.items],
        "next_cursor": page.next_cursor,
        "new_url": _address("new", business),
        "file_url": _address("file", business),
        "may_act": _may_act(request, business),
    }
    return render(request, "shop/vouchers.html", context | _shown(business))


def _new(request: HttpRequest, business: zone.Business | None) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    _need_maker(request, business)
    initial = {"starts_at": at.replace(second=0, microsecond=0), "ends_at": at.replace(second=0) + timedelta(days=30)}
    money = None
    if business is None:
        with transaction(actor):
            money = payments.promotion_money(actor=actor)
    form = VoucherForm(request.POST or None, initial=initial, money=money)
    if form.is_valid() and done(
        request,
        form,
        lambda at: commerce.make_voucher(actor=actor, voucher=form.voucher(business_id=_id(business)), at=at),
        gettext("The voucher is made. Give its code to your buyers."),
    ):
        return redirect(_address("list", business))
    lead = (
        gettext("Buyers type its code at the checkout. You get what they pay; the zone's fee counts on that, too.")
        if business
        else gettext(
            "It holds in every shop. Sellers get the full price; the zone pays the discount from its fees or promotion "
            "money."
        )
    )
    context = {
        "title": gettext("New voucher"),
        "lead": lead,
        "form": form,
        "submit": gettext("Make the voucher"),
        "cancel": _address("list", business),
    }
    return render(request, "form.html", context | _shown(business), status=422 if form.errors else 200)


def _close(request: HttpRequest, business: zone.Business | None, voucher_id: str) -> HttpResponse:
    actor, key = actor_of(request), ids.parse(commerce.VOUCHER_PREFIX, voucher_id)
    _need_maker(request, business)
    if request.method == "POST":
        done(
            request,
            None,
            lambda at: commerce.close_voucher(actor=actor, voucher_id=key, at=at),
            gettext("The voucher is closed."),
        )
        return redirect(_address("list", business))
    with transaction(actor):
        found = commerce.voucher(actor=actor, voucher_id=key, at=clock.now())
    context = {
        "title": gettext("Close {voucher} now?").format(voucher=found.terms.code),
        "text": gettext("Nobody can use it any more. Orders that were placed with it keep their discount."),
        "submit": gettext("Close it now"),
        "action": request.path,
        "cancel": _address("list", business),
        "danger": True,
        "fields": {},
    }
    return render(request, "confirm.html", context | _shown(business))


def _need_maker(request: HttpRequest, business: zone.Business | None) -> None:
    actor = actor_of(request)
    if business is None:
        actor.need_zone(ZoneRole.STAFF)
    else:
        actor.need_business(business.id, BusinessRole.OWNER)


def _may_act(request: HttpRequest, business: zone.Business | None) -> bool:
    actor = actor_of(request)
    if business is None:
        return actor.zone_role in (ZoneRole.STAFF, ZoneRole.OPERATOR)
    return actor.businesses.get(business.id) is BusinessRole.OWNER


def _address(what: str, business: zone.Business | None, *more: str) -> str:
    if business is None:
        return reverse(f"shop:zone_vouchers_{what}", args=more)
    return reverse(f"seller:vouchers_{what}", args=[business.slug, *more])


def _shown(business: zone.Business | None) -> dict[str, Any]:
    if business is None:
        return {"zone_nav": "vouchers", "is_zone": True}
    return {"seller_nav": "vouchers", "business": business}


def _id(business: zone.Business | None) -> UUID | None:
    return None if business is None else business.id


def _public(item: commerce.Voucher) -> str:
    return ids.public(commerce.VOUCHER_PREFIX, item.terms.id)


def _header() -> list[str]:
    return [
        gettext("Code"), gettext("Name"), gettext("State"), gettext("Per cent"), gettext("Rupiah"),
        gettext("Highest discount"), gettext("Smallest purchase"), gettext("How often for each buyer"),
        gettext("Budget"), gettext("Given away"), gettext("Left"), gettext("Orders"), gettext("From"),
        gettext("Until"),
    ]  # fmt: skip


def _rows(request: HttpRequest, business: zone.Business | None) -> Iterator[list[Any]]:
    actor, cursor = actor_of(request), None
    for _ in range(FILE_PAGES_MAX):
        with transaction(actor):
            page = commerce.vouchers(
                actor=actor, business_id=_id(business), at=clock.now(), cursor=cursor, limit=LIMIT_MAX
            )
        yield from map(_cells, page.items)
        cursor = page.next_cursor
        if cursor is None:
            return


def _state(state: commerce.VoucherState) -> str:
    return {"running": gettext("Running"), "planned": gettext("Coming")}.get(state.value, gettext("Over"))


def _cells(item: commerce.Voucher) -> list[Any]:
    terms = item.terms
    amounts = (terms.amount_minor, terms.most_minor or 0, terms.least_minor)
    amount, most, least = (Money(minor).amount for minor in amounts)
    budget, given, left = (Money(minor).amount for minor in (item.budget_minor, item.given_minor, item.left_minor))
    return [
        terms.code, item.name, _state(item.state), terms.percent_bp / 100 or "", amount or "", most or "", least,
        terms.per_buyer, budget, given, left, item.orders, terms.starts_at, terms.ends_at,
    ]  # fmt: skip
