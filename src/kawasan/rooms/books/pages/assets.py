"""The register of fixed assets."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from kawasan.core import clock, ids
from kawasan.core.errors import NotFound, Refusal
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms.receipts import GROUPS, AssetForm, DisposalForm, photo_of
from kawasan.rooms.books.pages.desk import context, language, names
from kawasan.rooms.zone import api as zone


@signed_in
@require_GET
def assets(request: HttpRequest, slug: str) -> HttpResponse:
    """List the assets with what is left of them today."""
    business, found, known = _register(request, slug)
    there = [item for item in found if item.disposed_on is None]
    page = context(
        business,
        "assets",
        rows=[(item, known[item.account], GROUPS[item.group]) for item in found],
        cost=sum(item.cost_minor for item in there),
        left=sum(item.book_value_minor for item in there),
    )
    return render(request, "books/assets.html", page)


@signed_in
@require_GET
def assets_file(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """Download the register: csv or xlsx."""
    business, found, known = _register(request, slug)
    header = [
        gettext("Asset"), gettext("Account"), gettext("Used since"), gettext("Used up in"), gettext("Cost"),
        gettext("Depreciated"), pgettext("asset", "Left"), gettext("Gone on"), gettext("Sold for"),
    ]  # fmt: skip
    rows = [
        (
            item.name, known[item.account], item.in_use_from, str(GROUPS[item.group]), _figure(item.cost_minor),
            _figure(item.depreciated_minor), _figure(item.book_value_minor), item.disposed_on or "",
            "" if item.proceeds_minor is None else _figure(item.proceeds_minor),
        )
        for item in found
    ]  # fmt: skip
    if kind == "csv":
        return csv_response(f"aset-{business.slug}.csv", header, rows)
    if kind == "xlsx":
        return xlsx_response(f"aset-{business.slug}.xlsx", header, rows)
    raise NotFound


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def acquire(request: HttpRequest, slug: str) -> HttpResponse:
    """Put an asset into the register. Sent twice, it is booked once."""
    actor, now = actor_of(request), clock.now()
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        known = {account.code: account for account in books.chart_of(actor=actor, business_id=business.id)}
    begin = {"id": ids.public(books.ENTRY_PREFIX, ids.uuid7()), "day": clock.business_day(now), "account": "1504"}
    form = AssetForm(request.POST or None, request.FILES or None, accounts=known, language=language(), initial=begin)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction(actor):
                books.acquire_asset(
                    actor=actor, business_id=business.id, entry_id=given["id"], day=given["day"], asset=form.asset,
                    paid_from=given["money"], picture=photo_of(form), at=now,
                )  # fmt: skip
            messages.success(request, gettext("Booked."))
            return redirect("books:assets", slug=slug)
        except Refusal as refusal:
            form.add_refusal(refusal)
    page = context(business, "assets", form=form)
    return render(request, "books/asset_new.html", page, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def asset(request: HttpRequest, slug: str, asset: UUID) -> HttpResponse:
    """Show one asset; take it out when it is sold or gone."""
    actor, now = actor_of(request), clock.now()
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        who: dict[str, Any] = {"actor": actor, "business_id": business.id}
        known = {account.code: account for account in books.chart_of(**who)}
        found = books.asset(**who, asset_id=asset, day=clock.business_day(now))
        has_receipt = books.has_receipt(business_id=business.id, entry_id=asset)
    begin = {"id": ids.public(books.ENTRY_PREFIX, ids.uuid7()), "day": clock.business_day(now)}
    form = DisposalForm(request.POST or None, accounts=known, language=language(), initial=begin)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction(actor):
                books.dispose_asset(
                    **who, asset_id=asset, entry_id=given["id"], day=given["day"],
                    proceeds_minor=given["proceeds"] or 0, money=given["money"], at=now,
                )  # fmt: skip
            messages.success(request, gettext("Booked."))
            return redirect("books:asset", slug=slug, asset=asset)
        except Refusal as refusal:
            form.add_refusal(refusal)
    page = context(
        business, "assets", asset=found, form=form, group=GROUPS[found.group], has_receipt=has_receipt,
        account=known[found.account].name(language()),
    )  # fmt: skip
    return render(request, "books/asset.html", page, status=422 if form.errors else 200)


def _register(request: HttpRequest, slug: str) -> tuple[zone.Business, list[books.Asset], dict[str, str]]:
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        who: dict[str, Any] = {"actor": actor, "business_id": business.id}
        found = books.assets(**who, day=clock.business_day(clock.now()))
        return business, found, names(books.chart_of(**who))


def _figure(minor: int) -> Any:
    return Money(minor).amount
