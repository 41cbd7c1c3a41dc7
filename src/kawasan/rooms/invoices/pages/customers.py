"""Customers, and what a business always writes on its papers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.invoices.forms import CustomerForm, HabitsForm
from kawasan.rooms.invoices.pages.desk import context, new_key
from kawasan.rooms.zone import api as zone


@signed_in
@require_GET
def customers(request: HttpRequest, slug: str) -> HttpResponse:
    """List customers by name, numbers masked."""
    actor, text = actor_of(request), request.GET.get("q", "")[:60]
    is_archived = request.GET.get("arsip") == "1"
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        page = invoices.customers(
            actor=actor, business_id=business.id, text=text, archived=is_archived, cursor=request.GET.get("after")
        )
    shown = context(request, actor, business, "customers", page=page, text=text, is_archived=is_archived)
    return render(request, "invoices/customers.html", shown)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Write a customer down, and go on with the paper that needed it."""
    actor, now = actor_of(request), clock.now()
    kind = request.POST.get("jenis") or request.GET.get("jenis") or ""
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        invoices.habits_of(actor=actor, business_id=business.id)
    form = CustomerForm(request.POST or None, initial={"key": new_key(invoices.CUSTOMER_PREFIX)})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                made = invoices.add_customer(
                    actor=actor,
                    business_id=business.id,
                    customer_id=form.cleaned_data["key"],
                    data=form.data_of(),
                    at=now,
                )
            messages.success(request, gettext("Saved."))
            if kind in ("invoice", "quotation"):
                return redirect(reverse("invoices:new", args=[slug]) + f"?jenis={kind}&pelanggan={made.public_id}")
            return redirect("invoices:customers", slug=slug)
        except Refusal as refusal:
            form.add_refusal(refusal)
    shown = context(request, actor, business, "customers", form=form, kind=kind, customer=None)
    return render(request, "invoices/customer.html", shown, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def customer(request: HttpRequest, slug: str, customer: str) -> HttpResponse:
    """Change a customer; what is personal stays where its field is left empty."""
    actor, key = actor_of(request), ids.parse(invoices.CUSTOMER_PREFIX, customer)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        found = invoices.customer(actor=actor, business_id=business.id, customer_id=key)
    begin = {"key": found.public_id, "name": found.name, "country": found.country, "proof": found.proof.value}
    form = CustomerForm(request.POST or None, initial=begin | {"language": found.language})
    for field, known in (
        ("number", found.masked_number), ("email", found.masked_email), ("address", found.masked_address),
    ):  # fmt: skip
        if known:
            form.fields[field].widget.attrs["placeholder"] = known
            form.fields[field].help_text = gettext("Leave it empty to keep it.")
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                invoices.change_customer(actor=actor, business_id=business.id, customer_id=key, data=form.data_of())
            messages.success(request, gettext("Saved."))
            return redirect("invoices:customers", slug=slug)
        except Refusal as refusal:
            form.add_refusal(refusal)
    shown = context(request, actor, business, "customers", form=form, customer=found)
    return render(request, "invoices/customer.html", shown, status=422 if form.errors else 200)


@signed_in
@require_POST
def archive(request: HttpRequest, slug: str, customer: str) -> HttpResponse:
    """Put a customer away, or back."""
    actor, now = actor_of(request), clock.now()
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        key = ids.parse(invoices.CUSTOMER_PREFIX, customer)
        found = invoices.archive_customer(actor=actor, business_id=business.id, customer_id=key, at=now)
    said = gettext("Put away. Its papers stay.") if found.is_archived else gettext("It is back in the list.")
    messages.success(request, said)
    return redirect("invoices:customers", slug=slug)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def habits(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what every paper begins with."""
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        known = invoices.habits_of(actor=actor, business_id=business.id)
    names = ("due_days", "bank", "note", "place", "reminds")
    begin = {name: getattr(known, name) for name in names}
    form = HabitsForm(request.POST or None, initial=begin | {"series": known.prefix})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        wanted = invoices.Habits(business.id, given["series"].strip().upper(), *(given[name] for name in names))
        try:
            with transaction(actor):
                invoices.say_habits(actor=actor, wanted=wanted)
            messages.success(request, gettext("Saved."))
            return redirect("invoices:habits", slug=slug)
        except invoices.HabitsInvalid as refusal:
            form.add_refusal(refusal)
    shown = context(request, actor, business, "habits", form=form)
    return render(request, "invoices/habits.html", shown, status=422 if form.errors else 200)
