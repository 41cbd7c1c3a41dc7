"""The seller's home and order desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.errors import NotFound
from kawasan.core.money import Money, format_money
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.i18n import language
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.forms.orders import COURIERS, DecisionForm, ReasonForm, ReplyForm, ShipForm
from kawasan.rooms.commerce.pages import wording
from kawasan.rooms.commerce.pages.orders import done, read_all, shown
from kawasan.rooms.zone import api as zone

TABS = ("to-pack", "packed", "shipped", "returns", "done", "closed", "unpaid", "all")
PACK_MAX = 100
LOW_STOCK_SHOWN = 6
CHOSEN = "business"  # session key: the business whose desk was open last


@dataclass(frozen=True, slots=True)
class Desk:
    """The business whose desk is open."""

    id: Any
    name: str
    slug: str


@require_GET
@signed_in
def choose(request: HttpRequest) -> HttpResponse:
    """Go to the desk of one's business, or let choose between several; without one, invite to open one."""
    return _to_desk(request, "seller:home")


@require_GET
@signed_in
def choose_orders(request: HttpRequest) -> HttpResponse:
    """Go to the orders of one's business."""
    return _to_desk(request, "seller:orders")


@require_GET
@signed_in
def home(request: HttpRequest, slug: str) -> HttpResponse:
    """Show today's money, what waits, and the last fourteen days."""
    desk, actor, at = _desk(request, slug), actor_of(request), clock.now()
    with transaction(actor):
        found = commerce.seller_home(actor=actor, business_id=desk.id, at=at)
        waiting = commerce.orders_of_business(actor=actor, business_id=desk.id, which="to-pack", limit=5)
        low = commerce.low_stock(actor=actor, business_id=desk.id, limit=LOW_STOCK_SHOWN)
    context = {
        "home": found,
        "waiting": [shown(order) for order in waiting.items],
        "low": low,
        "to_pack": str(found.counts["to-pack"]),
        "has_sold": any(day.orders for day in found.days),
        "chart": [(f"{day.day:%d/%m}", day.net_minor) for day in found.days],
    }
    return _render(request, "seller/home.html", desk, "home", context)


@require_GET
@signed_in
def orders(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the order desk: what to pack first, the rest in tabs, found by typing."""
    desk, actor = _desk(request, slug), actor_of(request)
    which, search = request.GET.get("which", "to-pack"), request.GET.get("q", "")
    with transaction(actor):
        counts = commerce.counts_of_business(actor=actor, business_id=desk.id)
        page = commerce.orders_of_business(
            actor=actor, business_id=desk.id, which=which, search=search, cursor=request.GET.get("after"), limit=25
        )
    tabs = [
        {"label": wording.tab(name), "href": f"?which={name}", "is_current": name == which, "count": counts.get(name)}
        for name in TABS
    ]
    context = {
        "orders": [shown(order) for order in page.items],
        "next_cursor": page.next_cursor,
        "tabs": tabs,
        "which": which,
        "search": search,
    }
    return _render(request, "seller/orders.html", desk, "orders", context)


@require_GET
@signed_in
def export(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """Download a list of the desk as CSV or XLSX."""
    desk, actor = _desk(request, slug), actor_of(request)
    which, search = request.GET.get("which", "all"), request.GET.get("q", "")

    def read(cursor: str | None) -> Any:
        return commerce.orders_of_business(
            actor=actor, business_id=desk.id, which=which, search=search, cursor=cursor, limit=100
        )

    write = xlsx_response if kind == "xlsx" else csv_response
    rows = wording.export_rows(read_all(request, read))
    return write(f"pesanan-{slug}.{kind}", wording.export_header(), rows)


@require_POST
@signed_in
def pack(request: HttpRequest, slug: str) -> HttpResponse:
    """Mark the ticked orders as packed, all or none."""
    desk, actor = _desk(request, slug), actor_of(request)
    chosen = [ids.parse(commerce.ORDER_PREFIX, text) for text in request.POST.getlist("order")[:PACK_MAX]]
    if not chosen:
        messages.error(request, gettext("Tick the orders that you have packed."))
    else:
        thanks = ngettext("%(count)s order is packed.", "%(count)s orders are packed.", len(chosen))
        done(
            request,
            None,
            lambda at: commerce.pack_orders(actor=actor, business_id=desk.id, order_ids=chosen, at=at),
            thanks % {"count": len(chosen)},
        )
    if len(chosen) == 1 and request.POST.get("back") == "order":
        return redirect("seller:order", slug, ids.public(commerce.ORDER_PREFIX, chosen[0]))
    return redirect("seller:orders", slug)


@require_GET
@signed_in
def order(request: HttpRequest, slug: str, order_id: str) -> HttpResponse:
    """Show one order to its seller."""
    desk, found = _own(request, slug, order_id)
    context = shown(found) | {
        "linked": [
            (line, reverse("seller:product", args=[slug, ids.public("prd", line.product_id)])) for line in found.lines
        ],
        "ship_form": ShipForm(),
        "couriers": COURIERS,
        "can_pack": found.state is commerce.OrderState.PAID,
        "can_ship": found.state in (commerce.OrderState.PAID, commerce.OrderState.PACKED),
        "can_refund": bool(found.paid_at and not found.cancelled_at and found.net_minor),
        "fee_minor": _fee(request, found),
        "can_mark": found.state is commerce.OrderState.SHIPPED and found.open_return is None,
        "crumbs": [
            {"label": gettext("Orders"), "href": reverse("seller:orders", args=[slug])},
            {"label": found.number},
        ],
    }
    return _render(request, "seller/order.html", desk, "orders", context)


def _fee(request: HttpRequest, found: commerce.Order) -> int:
    actor = actor_of(request)
    with transaction(actor):
        return commerce.expected_fee(actor=actor, order_id=found.id)


@require_POST
@signed_in
def ship(request: HttpRequest, slug: str, order_id: str) -> HttpResponse:
    """Hand the parcel to a courier."""
    desk, found = _own(request, slug, order_id)
    actor, form = actor_of(request), ShipForm(request.POST)
    if form.is_valid() and done(
        request,
        form,
        lambda at: commerce.ship_order(
            actor=actor,
            order_id=found.id,
            courier=form.cleaned_data["courier"],
            tracking=form.cleaned_data["tracking"],
            at=at,
        ),
        gettext("The buyer can follow the parcel now."),
    ):
        return redirect("seller:order", slug, order_id)
    return _ask(request, desk, form, gettext("Ship the order"), found.number, gettext("Hand to the courier"), order_id)


@require_POST
@signed_in
def mark_delivered(request: HttpRequest, slug: str, order_id: str) -> HttpResponse:
    """Note that the courier has delivered."""
    _, found = _own(request, slug, order_id)
    actor = actor_of(request)
    thanks = gettext("Noted. The money is released when the buyer confirms, or after two days.")
    done(request, None, lambda at: commerce.mark_delivered(actor=actor, order_id=found.id, at=at), thanks)
    return redirect("seller:order", slug, order_id)


@require_http_methods(["GET", "POST"])
@signed_in
def cancel(request: HttpRequest, slug: str, order_id: str) -> HttpResponse:
    """Ask why, then cancel and pay back."""
    desk, found = _own(request, slug, order_id)
    actor, form = actor_of(request), ReasonForm(request.POST or None)
    if form.is_valid() and done(
        request,
        form,
        lambda at: commerce.cancel_order(actor=actor, order_id=found.id, reason=form.cleaned_data["reason"], at=at),
        gettext("The order is cancelled and the buyer has the money back."),
    ):
        return redirect("seller:order", slug, order_id)
    lead = gettext("The buyer gets everything back at once and reads your reason. The units are on sale again.")
    submit = gettext("Cancel the order")
    return _ask(request, desk, form, gettext("Cancel this order?"), lead, submit, order_id, danger=True)


@require_http_methods(["GET", "POST"])
@signed_in
def approve(request: HttpRequest, slug: str, order_id: str, return_id: str) -> HttpResponse:
    """Accept a return: how much is paid back, and whether the goods are sold again."""
    desk, found = _own(request, slug, order_id)
    actor, key = actor_of(request), ids.parse(commerce.RETURN_PREFIX, return_id)
    asked = next((item for item in found.returns if item.id == key), None)
    if asked is None:
        raise commerce.ReturnNotFound
    amount = format_money(Money(asked.asked_minor), language())
    form = DecisionForm(request.POST or None, initial={"amount": format_money(Money(asked.asked_minor), "id")})
    if form.is_valid() and done(
        request,
        form,
        lambda at: commerce.approve_return(
            actor=actor,
            return_id=key,
            amount_minor=form.cleaned_data["amount"],
            restock=form.cleaned_data["restock"],
            at=at,
        ),
        gettext("The buyer has the money back."),
    ):
        return redirect("seller:order", slug, order_id)
    lead = gettext("The returned goods cost %(amount)s.") % {"amount": amount}
    return _ask(request, desk, form, gettext("Accept the return"), lead, gettext("Pay back"), order_id)


@require_http_methods(["GET", "POST"])
@signed_in
def reject(request: HttpRequest, slug: str, order_id: str, return_id: str) -> HttpResponse:
    """Decline a return with a reason."""
    desk, _ = _own(request, slug, order_id)
    actor, key = actor_of(request), ids.parse(commerce.RETURN_PREFIX, return_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and done(
        request,
        form,
        lambda at: commerce.reject_return(actor=actor, return_id=key, reason=form.cleaned_data["reason"], at=at),
        gettext("The buyer reads your reason."),
    ):
        return redirect("seller:order", slug, order_id)
    lead = gettext("Explain it kindly: the buyer reads this.")
    submit = gettext("Decline the return")
    return _ask(request, desk, form, gettext("Decline the return?"), lead, submit, order_id, danger=True)


@require_GET
@signed_in
def slip(request: HttpRequest, slug: str) -> HttpResponse:
    """Show packing slips to print: of the orders named, or of all that wait to be packed."""
    desk, actor = _desk(request, slug), actor_of(request)
    chosen = [ids.parse(commerce.ORDER_PREFIX, text) for text in request.GET.getlist("order")[:PACK_MAX]]
    with transaction(actor):
        if chosen:
            found = [commerce.order(actor=actor, order_id=key) for key in chosen]
        else:
            page = commerce.orders_of_business(actor=actor, business_id=desk.id, which="to-pack", limit=PACK_MAX)
            found = list(page.items)
    slips = [order for order in found if order.business_id == desk.id and order.paid_at is not None]
    return _render(request, "seller/slips.html", desk, "orders", {"slips": slips})


@require_GET
@signed_in
def reviews(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what buyers say about the business's products."""
    desk, actor = _desk(request, slug), actor_of(request)
    with transaction(actor):
        page = commerce.reviews_of_business(actor=actor, business_id=desk.id, cursor=request.GET.get("after"), limit=20)
    context = {"reviews": page.items, "next_cursor": page.next_cursor}
    return _render(request, "seller/reviews.html", desk, "reviews", context)


@require_http_methods(["GET", "POST"])
@signed_in
def reply(request: HttpRequest, slug: str, review_id: str) -> HttpResponse:
    """Answer a review."""
    desk, actor, key = _desk(request, slug), actor_of(request), ids.parse("rev", review_id)
    form = ReplyForm(request.POST or None)
    if form.is_valid() and done(
        request,
        form,
        lambda at: commerce.reply_to_review(actor=actor, review_id=key, text=form.cleaned_data["text"], at=at),
        gettext("Your answer is published."),
    ):
        return redirect("seller:reviews", slug)
    context = {
        "title": gettext("Answer the review"),
        "form": form,
        "action": request.path,
        "submit": gettext("Publish the answer"),
        "cancel": reverse("seller:reviews", args=[slug]),
    }
    return _render(request, "form.html", desk, "reviews", context, status=422 if form.is_bound else 200)


def _to_desk(request: HttpRequest, name: str) -> HttpResponse:
    actor = actor_of(request)
    with transaction(actor):
        mine = sorted(zone.businesses(ids=list(actor.businesses)).values(), key=lambda business: business.name)
    chosen = next((item for item in mine if item.slug == request.session.get(CHOSEN)), None)
    if len(mine) == 1 or (chosen and name != "seller:home"):
        return redirect(name, (chosen or mine[0]).slug)
    return render(request, "seller/choose.html", {"businesses": mine})


def _desk(request: HttpRequest, slug: str) -> Desk:
    """Return the business of the address. Raises NotFound for people without a role in it."""
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
    if business.id not in actor.businesses:
        raise NotFound
    if request.session.get(CHOSEN) != slug:
        request.session[CHOSEN] = slug
    return Desk(business.id, business.name, business.slug)


def _own(request: HttpRequest, slug: str, order_id: str) -> tuple[Desk, commerce.Order]:
    desk, actor = _desk(request, slug), actor_of(request)
    with transaction(actor):
        found = commerce.order(actor=actor, order_id=ids.parse(commerce.ORDER_PREFIX, order_id))
    if found.business_id != desk.id:
        raise commerce.OrderNotFound
    return desk, found


def _render(
    request: HttpRequest, template: str, desk: Desk, section: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    return render(request, template, {"business": desk, "seller_nav": section} | context, status=status)


def _ask(
    request: HttpRequest,
    desk: Desk,
    form: Any,
    title: str,
    lead: str,
    submit: str,
    order_id: str,
    *,
    danger: bool = False,
) -> HttpResponse:
    context = {
        "title": title,
        "lead": lead,
        "form": form,
        "action": request.path,
        "submit": submit,
        "kind": "danger" if danger else "",
        "cancel": reverse("seller:order", args=[desk.slug, order_id]),
    }
    return _render(request, "form.html", desk, "orders", context, status=422 if form.is_bound else 200)
