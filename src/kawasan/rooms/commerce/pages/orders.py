"""A buyer's orders: list, one order, cancelling, confirming, returning, reviewing, the receipt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.core.money import terbilang
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.platform.wiring import wiring
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.forms.orders import ReasonForm, ReturnForm, ReviewForm, fresh_id, refuse
from kawasan.rooms.commerce.pages import wording
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone import api as zone

EXPORT_ROWS_MAX = 5_000
TABS = ("all", "unpaid", "to-ship", "shipped", "done", "closed")


@require_GET
@signed_in
def orders(request: HttpRequest) -> HttpResponse:
    """Show what the person bought, newest first."""
    actor, which = actor_of(request), request.GET.get("which", "all")
    with transaction(actor):
        page = commerce.orders_of_buyer(actor=actor, which=which, cursor=request.GET.get("after"), limit=20)
    tabs = [
        {"label": wording.tab(name), "href": f"?which={name}", "is_current": name == which, "count": None}
        for name in TABS
    ]
    context = {"orders": [shown(order) for order in page.items], "next_cursor": page.next_cursor, "tabs": tabs}
    return render(request, "shop/orders.html", context | {"which": which})


@require_GET
@signed_in
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Download what the person bought as CSV or XLSX."""
    actor = actor_of(request)
    found = read_all(
        request, lambda cursor: commerce.orders_of_buyer(actor=actor, which="all", cursor=cursor, limit=100)
    )
    write = xlsx_response if kind == "xlsx" else csv_response
    return write(f"pesanan.{kind}", wording.export_header(), wording.export_rows(found))


@require_GET
@signed_in
def order(request: HttpRequest, order_id: str) -> HttpResponse:
    """Show one order with its timeline and what can be done now."""
    actor, key = actor_of(request), ids.parse(commerce.ORDER_PREFIX, order_id)
    with transaction(actor):
        found = commerce.order(actor=actor, order_id=key)
        reviews = commerce.reviews_of_order(actor=actor, order_id=key)
        money_back = payments.money_back_of(actor=actor, order_id=key)
        batches = wiring().batches_of_order(key)
        products = commerce.products_by_id(ids=[line.product_id for line in found.lines], at=clock.now())
        if found.buyer_id != actor.person_id:
            zone.note_looks(
                actor=actor, business_ids=[found.business_id], what=zone.Look.ORDER, at=clock.now(), text=found.number
            )
    if found.buyer_id != actor.person_id and found.business_id in actor.businesses:
        return redirect("seller:order", found.business_slug, order_id)
    context = shown(found) | {
        "linked": [(line, _product_page(products.get(line.product_id))) for line in found.lines],
        "lines": [{"line": line, "review": reviews.get(line.id)} for line in found.lines],
        "money_back": money_back,
        "batches": batches,
        "recalled": [batch for batch in batches if batch.recalled_at],
        "can_review": found.state in (commerce.OrderState.DELIVERED, commerce.OrderState.COMPLETED),
        "crumbs": [{"label": gettext("My orders"), "href": reverse("shop:orders")}, {"label": found.number}],
    }
    return render(request, "shop/order.html", context)


def _product_page(product: commerce.Product | None) -> str:
    return reverse("shop:product", args=[product.slug]) if product else ""


@require_http_methods(["GET", "POST"])
@signed_in
def cancel(request: HttpRequest, order_id: str) -> HttpResponse:
    """Ask why, then cancel."""
    actor, key = actor_of(request), ids.parse(commerce.ORDER_PREFIX, order_id)
    with transaction(actor):
        found = commerce.order(actor=actor, order_id=key)
        is_paid = found.paid_at is not None
        together = () if is_paid else commerce.group(actor=actor, group_id=found.group_id).orders
    form = ReasonForm(request.POST or None)
    if form.is_valid() and done(
        request,
        form,
        lambda at: commerce.cancel_order(actor=actor, order_id=key, reason=form.cleaned_data["reason"], at=at),
        _cancelled(found),
    ):
        return redirect("shop:order", order_id)
    lead = _before_cancelling(found, together)
    return ask(request, form, gettext("Cancel this order?"), lead, gettext("Cancel the order"), order_id, danger=True)


def _cancelled(found: commerce.Order) -> str:
    if found.paid_at is None:
        return gettext("The order is cancelled. Nothing was paid.")
    return gettext("The order is cancelled. You get back what you paid.")


def _before_cancelling(found: commerce.Order, together: Sequence[commerce.Order]) -> str:
    """Say what cancelling does with the money, and to the orders that are paid together with this one."""
    if found.paid_at is not None:
        return gettext("You get back whatever you paid.")
    others = [order.business_name for order in together if order.id != found.id]
    if not others:
        return gettext("Nothing is paid yet.")
    return gettext(
        "Nothing is paid yet. These orders are paid together, so they are cancelled, too: {sellers}."
    ).format(sellers=", ".join(others))


@require_http_methods(["GET", "POST"])
@signed_in
def confirm(request: HttpRequest, order_id: str) -> HttpResponse:
    """Ask once, then release the money to the seller."""
    actor, key = actor_of(request), ids.parse(commerce.ORDER_PREFIX, order_id)
    if request.method == "POST":
        done(
            request,
            None,
            lambda at: commerce.confirm_delivery(actor=actor, order_id=key, at=at),
            gettext("Thank you. The seller has the money now."),
        )
        return redirect("shop:order", order_id)
    context = {
        "title": gettext("Has everything arrived?"),
        "text": gettext("The money goes to the seller now. You can still ask for a return for two days."),
        "submit": gettext("Yes, it has arrived"),
        "action": request.path,
        "cancel": reverse("shop:order", args=[order_id]),
    }
    return render(request, "confirm.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def give_back(request: HttpRequest, order_id: str) -> HttpResponse:
    """Ask which units come back and why."""
    actor, key = actor_of(request), ids.parse(commerce.ORDER_PREFIX, order_id)
    with transaction(actor):
        found = commerce.order(actor=actor, order_id=key)
    form = ReturnForm(request.POST or None, lines=found.lines, initial={"return_id": fresh_id()})
    if form.is_valid() and done(
        request,
        form,
        lambda at: commerce.request_return(
            actor=actor,
            return_id=form.cleaned_data["return_id"],
            order_id=key,
            lines=form.returned(),
            reason=form.cleaned_data["reason"],
            at=at,
        ),
        gettext("The seller has been asked. You will find the answer here."),
    ):
        return redirect("shop:order", order_id)
    lead = gettext("Say how many of each come back, and what is wrong with them.")
    return ask(request, form, gettext("Return something"), lead, gettext("Ask for the return"), order_id)


@require_http_methods(["GET", "POST"])
@signed_in
def review(request: HttpRequest, order_id: str, line_id: str) -> HttpResponse:
    """Ask for stars and words about one product of the order."""
    actor, key = actor_of(request), ids.parse(commerce.ORDER_PREFIX, order_id)
    line_key = ids.parse(commerce.LINE_PREFIX, line_id)
    with transaction(actor):
        found = commerce.order(actor=actor, order_id=key)
    line = next((line for line in found.lines if line.id == line_key), None)
    if line is None:
        raise commerce.OrderNotFound
    form = ReviewForm(request.POST or None)
    if form.is_valid() and done(
        request,
        form,
        lambda at: commerce.review_line(
            actor=actor,
            line_id=line_key,
            author_name=actor.name,
            rating=form.cleaned_data["rating"],
            text=form.cleaned_data["text"],
            at=at,
        ),
        gettext("Thank you for your review."),
    ):
        return redirect("shop:order", order_id)
    return ask(request, form, gettext("Review"), line.product_name, gettext("Publish the review"), order_id)


@require_GET
@signed_in
def receipt(request: HttpRequest, order_id: str) -> HttpResponse:
    """Show an order's receipt."""
    found, context = _receipt(request, order_id)
    crumbs = [
        {"label": gettext("My orders"), "href": reverse("shop:orders")},
        {"label": found.number, "href": reverse("shop:order", args=[order_id])},
        {"label": gettext("Receipt")},
    ]
    return render(request, "shop/receipt.html", context | {"crumbs": crumbs})


@require_GET
@signed_in
def receipt_pdf(request: HttpRequest, order_id: str) -> HttpResponse:
    """Download an order's receipt as PDF."""
    from weasyprint import HTML  # slow to import, and few requests need it

    found, context = _receipt(request, order_id)
    pdf = HTML(string=render_to_string("shop/receipt_pdf.html", context, request)).write_pdf()
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{found.number}.pdf"'
    return response


def _receipt(request: HttpRequest, order_id: str) -> tuple[commerce.Order, dict[str, Any]]:
    actor, key = actor_of(request), ids.parse(commerce.ORDER_PREFIX, order_id)
    with transaction(actor):
        found = commerce.order(actor=actor, order_id=key)
        if found.paid_at is None:
            raise commerce.OrderNotPaid(number=found.number)
        paid_by = payments.transfer_of_order(order_id=key)
    voucher = gettext("Voucher {code}").format(code=found.voucher)
    sums = [(voucher, -found.discount_minor), (gettext("Refunded"), -found.refunded_minor)]
    paper = {
        "title": gettext("Receipt"),
        "number": found.number,
        "at": found.paid_at,
        "seller": found.business_name,
        "place": "",
        "lines": [
            {
                "name": wording.line_name(line),
                "quantity": line.quantity,
                "price_minor": line.unit_price_minor,
                "total_minor": line.gross_minor,
            }
            for line in found.lines
        ],
        "sums": [(name, minor) for name, minor in sums if minor],
        "total_minor": found.net_minor,
        "words": f"{terbilang(found.net_minor // 100).capitalize()} rupiah",
        "proof": ids.public(commerce.ORDER_PREFIX, found.id),
    }
    return found, {"order": found, "order_id": order_id, "receipt": paper, "paid_by": paid_by}


def shown(found: commerce.Order) -> dict[str, Any]:
    """Return what templates say about an order."""
    now = clock.now()
    label, kind = wording.state(found)
    return {
        "order": found,
        "order_id": ids.public(commerce.ORDER_PREFIX, found.id),
        "payment_id": ids.public("pay", found.payment_id) if found.payment_id else "",
        "state_label": label,
        "state_kind": kind,
        "steps": wording.steps(found),
        "events": [wording.event(event) for event in found.events],
        "returns": [wording.returned(found, item) for item in found.returns],
        "can_pay": found.state is commerce.OrderState.AWAITING_PAYMENT and (found.pay_until or now) > now,
        "can_cancel": found.state in (commerce.OrderState.AWAITING_PAYMENT, commerce.OrderState.PAID),
        "can_confirm": found.state in (commerce.OrderState.SHIPPED, commerce.OrderState.DELIVERED)
        and found.open_return is None,
        "can_return": commerce.can_return(found, at=now),
        "completes_at": commerce.completes_at(found) if found.open_return is None else None,
    }


def done(request: HttpRequest, form: Any, act: Callable[[Any], Any], thanks: str) -> bool:
    """Do one thing in one transaction; thank for it, or show in the form (or on the next page) why not."""
    try:
        with transaction(actor_of(request)):
            act(clock.now())
    except Refusal as refusal:
        if form is None:
            messages.error(request, texts(refusal)[1])
        else:
            refuse(form, refusal)
        return False
    messages.success(request, thanks)
    return True


def ask(
    request: HttpRequest, form: Any, title: str, lead: str, submit: str, order_id: str, *, danger: bool = False
) -> HttpResponse:
    """Show a page with one form about an order."""
    context = {
        "title": title,
        "lead": lead,
        "form": form,
        "action": request.path,
        "submit": submit,
        "kind": "danger" if danger else "",
        "cancel": reverse("shop:order", args=[order_id]),
    }
    return render(request, "form.html", context, status=422 if form.is_bound else 200)


def read_all(request: HttpRequest, read: Callable[[str | None], Any]) -> list[commerce.Order]:
    """Return all pages of a list, up to EXPORT_ROWS_MAX orders."""
    found: list[commerce.Order] = []
    cursor: str | None = None
    with transaction(actor_of(request)):
        while len(found) < EXPORT_ROWS_MAX:
            page = read(cursor)
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
    return found
