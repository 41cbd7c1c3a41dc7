"""A business's page of who looked at its data, each look with its proof."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from kawasan.core.access import Actor, BusinessRole
from kawasan.core.paging import LIMIT_MAX
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.log import api as log
from kawasan.rooms.zone import api as zone

LOOKS_A_PAGE = 25
ROWS_MAX = 5_000  # of a file


@signed_in
@require_GET
def looks(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a business's people who of the zone read its private data, or everything that its access log holds."""
    actor, is_everything = actor_of(request), _is_everything(request)
    with transaction(actor):
        business = _own(actor, slug)
        page = zone.access_log(
            actor=actor, business_id=business.id, only_looks=not is_everything, cursor=request.GET.get("after"),
            limit=LOOKS_A_PAGE,
        )  # fmt: skip
        leaves = log.leaves_of_looks(entry_ids=[one.id for one in page.items])
    context = {
        "business": business,
        "rows": [(one, leaves.get(one.id)) for one in page.items],
        "page": page,
        "is_everything": is_everything,
        "is_owner": actor.businesses[business.id] is BusinessRole.OWNER,
        "business_nav": "looks",
        "seller_nav": "looks" if business.is_admitted else None,
    }
    return render(request, "log/looks.html", context)


@signed_in
@require_GET
def looks_file(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Download the same as CSV."""
    actor = actor_of(request)
    with transaction(actor):
        business = _own(actor, slug)
        found = list(_all(actor, business, only_looks=not _is_everything(request)))
    header = [gettext("When"), gettext("By whom"), gettext("What was done"), gettext("Note"), gettext("Number")]
    rows = [(one.at, one.person_name, _said(one), one.note, str(one.id)) for one in found]
    return csv_response(f"akses-{business.slug}.csv", header, rows)


def _own(actor: Actor, slug: str) -> zone.Business:
    business = zone.business_by_slug(slug=slug)
    actor.need_business(business.id)
    return business


def _is_everything(request: HttpRequest) -> bool:
    return request.GET.get("semua") == "1"


def _said(one: zone.AccessEntry) -> str:
    text = zone.LABELS["action"].get(one.action)
    return gettext(text) if text else one.action


def _all(actor: Actor, business: zone.Business, *, only_looks: bool) -> Iterator[zone.AccessEntry]:
    cursor, count = None, 0
    while count < ROWS_MAX:
        page = zone.access_log(
            actor=actor, business_id=business.id, only_looks=only_looks, cursor=cursor, limit=LIMIT_MAX
        )
        yield from page.items
        count, cursor = count + len(page.items), page.next_cursor
        if cursor is None:
            return
