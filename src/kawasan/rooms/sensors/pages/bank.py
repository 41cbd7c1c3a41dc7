"""The waste bank: a visit entered, a receipt, prices; and a person's own visits."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.core.money import rupiah
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.sensors.forms import PriceForm, VisitForm
from kawasan.rooms.sensors.pages.owner import owner_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter what somebody brings, and show the newest visits."""
    actor, now = actor_of(request), clock.now()
    with transaction(actor):
        owner = owner_of(slug)
        prices = sensors.waste_prices(actor=actor, owner_id=owner.id, day=clock.business_day(now))
    form = VisitForm(request.POST or None, prices=prices, initial={"id": ids.public("vis", ids.uuid7())})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                made = sensors.take_waste(
                    actor=actor, visit_id=ids.parse("vis", form.cleaned_data["id"]), owner_id=owner.id,
                    email=form.cleaned_data["email"], brought=form.brought, at=now,
                )  # fmt: skip
            messages.success(request, gettext("Paid into the wallet."))
            return redirect("waste:visit", made.public_id)
        except Refusal as refusal:
            form.add_refusal(refusal)
    with transaction(actor):
        page = sensors.visits(actor=actor, owner_id=owner.id, cursor=request.GET.get("after"))
    context = owner.context(
        "bank", form=form, page=page, next_cursor=page.next_cursor, price_form=_price_form(),
        prices=[(sensors.MATERIALS[material], price) for material, price in prices.items()],
    )  # fmt: skip
    return render(request, "sensors/bank.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def price(request: HttpRequest, slug: str) -> HttpResponse:
    """Set what a kilogram is worth."""
    actor, form = actor_of(request), PriceForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            with transaction(actor):
                sensors.set_price(
                    actor=actor, price_id=ids.parse("prc", told["id"]), owner_id=owner_of(slug).id,
                    material=sensors.Material(told["material"]), per_kg=rupiah(told["per_kg"]),
                    starts_on=told["starts_on"], at=clock.now(),
                )  # fmt: skip
            messages.success(request, gettext("The price holds from that day on."))
            return redirect("waste_bank:desk", slug)
        except sensors.WasteInvalid as refusal:
            form.add_refusal(refusal)
    with transaction(actor):
        owner = owner_of(slug)
        sensors.waste_prices(actor=actor, owner_id=owner.id, day=clock.business_day(clock.now()))
    return render(request, "sensors/price.html", owner.context("bank", form=form), status=422)


@signed_in
@require_GET
def visit(request: HttpRequest, visit_id: str) -> HttpResponse:
    """Show a visit's receipt to who came and to the waste bank."""
    actor = actor_of(request)
    with transaction(actor):
        found = sensors.visit(actor=actor, visit_id=ids.parse("vis", visit_id))
    lines = [(sensors.MATERIALS[line.material], line) for line in found.lines]
    return render(request, "sensors/visit.html", {"visit": found, "lines": lines})


@signed_in
@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """List the reader's own visits."""
    actor = actor_of(request)
    with transaction(actor):
        page = sensors.own_visits(actor=actor, cursor=request.GET.get("after"))
    return render(request, "sensors/visits.html", {"page": page, "next_cursor": page.next_cursor})


def _price_form() -> PriceForm:
    today = clock.business_day(clock.now())
    return PriceForm(initial={"id": ids.public("prc", ids.uuid7()), "starts_on": today}, prefix=None)
