"""An expense by photo: the camera, the amount, a tap on what it was for."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.errors import NotFound, Refusal
from kawasan.platform.db import transaction
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms.receipts import PhotoForm, SnapForm, photo_of
from kawasan.rooms.books.pages.desk import context, language
from kawasan.rooms.zone import api as zone


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def snap(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a photo, the amount and what it was for. Sent twice, it is booked once."""
    actor, now = actor_of(request), clock.now()
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        known = {account.code: account for account in books.chart_of(actor=actor, business_id=business.id)}
    begin = {"id": ids.public(books.ENTRY_PREFIX, ids.uuid7())}
    form = SnapForm(request.POST or None, request.FILES or None, accounts=known, language=language(), initial=begin)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction(actor):
                books.add_expense(
                    actor=actor, business_id=business.id, entry_id=given["id"], day=clock.business_day(now),
                    amount_minor=given["amount"], category=given["category"], paid_from=given["money"], memo="",
                    picture=photo_of(form), at=now,
                )  # fmt: skip
            messages.success(request, gettext("Booked."))
            return redirect("books:home", slug=slug)
        except Refusal as refusal:
            form.add_refusal(refusal)
    page = context(business, "home", form=form)
    return render(request, "books/snap.html", page, status=422 if form.errors else 200)


@signed_in
@require_POST
def attach(request: HttpRequest, slug: str, entry_id: str) -> HttpResponse:
    """Keep a photo with an entry that is there."""
    actor, form = actor_of(request), PhotoForm(request.POST, request.FILES)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        found = books.entry(actor=actor, business_id=business.id, entry_id=ids.parse(books.ENTRY_PREFIX, entry_id))
    try:
        if form.is_valid():
            with transaction(actor):
                books.attach_receipt(
                    actor=actor, business_id=business.id, entry_id=found.id, picture=photo_of(form) or b"",
                    at=clock.now(),
                )  # fmt: skip
            messages.success(request, gettext("The photo is kept."))
    except Refusal as refusal:
        messages.error(request, texts(refusal)[1])
    return redirect("books:entry", slug=slug, entry_id=entry_id)


@signed_in
@require_GET
def picture(request: HttpRequest, slug: str, entry_id: str) -> HttpResponse:
    """Show a receipt's photo to whoever may see the books."""
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        found = books.receipt(actor=actor, business_id=business.id, entry_id=ids.parse(books.ENTRY_PREFIX, entry_id))
    if found is None:
        raise NotFound
    response = HttpResponse(found, content_type="image/webp")
    response["Cache-Control"] = "private, no-store"
    return response
