"""Calling a batch back: whom it concerns, telling them, and the list as a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response
from kawasan.platform.web import actor_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace.forms.goods import RecallForm
from kawasan.rooms.trace.pages.desk import desk_page, of_business
from kawasan.rooms.zone import api as zone

SHOWN_MAX = 200


@require_http_methods(["GET", "HEAD", "POST"])
@of_business
def recall(request: HttpRequest, business: zone.Business, batch_id: str) -> HttpResponse:
    """Show every buyer of a batch and of what it went into; call it back."""
    actor, which = actor_of(request), ids.parse(trace.BATCH_PREFIX, batch_id)
    form = RecallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                trace.recall(
                    actor=actor,
                    business_id=business.id,
                    batch_id=which,
                    reason=form.cleaned_data["reason"],
                    region=business.regency_code,
                    at=clock.now(),
                )
            messages.success(request, gettext("The batch is called back. Every buyer gets a message."))
            return redirect("trace:recall", business.slug, batch_id)
        except Refusal as refusal:
            form.add_refusal(refusal)
    context = _concerned(request, business, batch_id) | {"form": form}
    return desk_page(request, business, "recall.html", context, status=422 if form.errors else 200)


@require_safe
@of_business
def buyers_file(request: HttpRequest, business: zone.Business, batch_id: str) -> HttpResponseBase:
    """Download the orders that took of a batch, and of what it went into, as CSV."""
    told = _concerned(request, business, batch_id)
    header = [gettext("Order"), gettext("Buyer"), gettext("Batch of goods"), gettext("Units"), gettext("When?")]
    rows = [(row["number"], row["name"], row["lot"], row["units"], row["at"]) for row in told["orders"]]
    return csv_response(f"penarikan-{told['batch'].lot}.csv", header, rows)


def _concerned(request: HttpRequest, business: zone.Business, batch_id: str) -> dict[str, Any]:
    actor, which = actor_of(request), ids.parse(trace.BATCH_PREFIX, batch_id)
    with transaction(actor):
        batch = trace.batch(actor=actor, business_id=business.id, batch_id=which)
        found = trace.affected(actor=actor, business_id=business.id, batch_id=which)
        parties = trace.addressed_to(actor=actor, business_id=business.id, batch_id=which)
        own = [one for one in found if one.order_id is not None]
        buyers = commerce.buyers_of_orders(order_ids=[one.order_id for one in own if one.order_id])
        sellers = zone.businesses(ids={one.business_id for one in found})
        product = commerce.own_product(
            actor=actor, business_id=business.id, product_id=batch.product_id, at=clock.now()
        )
    batches: dict[Any, dict[str, Any]] = {}
    for one in found:
        seller = sellers.get(one.business_id)
        row = batches.setdefault(one.batch_id, {"lot": one.lot, "seller": seller.name if seller else "", "units": 0})
        row["units"] += one.units
    return {
        "batch": batch,
        "public": batch_id,
        "product": product,
        "orders": [_order(one, buyers) for one in own],
        "shown_max": SHOWN_MAX,
        "batches": list(batches.values()),
        "parties": parties,
        "people": len({buyer.buyer_id for buyer in buyers.values()}),
        "units": sum(one.units for one in found),
    }


def _order(one: trace.Affected, buyers: dict[Any, commerce.OrderBuyer]) -> dict[str, Any]:
    buyer = buyers.get(one.order_id)
    return {
        "number": buyer.number if buyer else gettext("Counter"),
        "name": buyer.name if buyer else "–",
        "public": ids.public(commerce.ORDER_PREFIX, one.order_id) if buyer and one.order_id else "",
        "lot": one.lot,
        "units": one.units,
        "at": one.at,
    }
