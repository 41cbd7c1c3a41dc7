"""Invoices that come again: which, when next, what stopped them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from kawasan.core import ids
from kawasan.core.errors import msg
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.invoices.pages.desk import context
from kawasan.rooms.zone import api as zone

EVERY = {
    invoices.Every.WEEK: msg("Every week"),
    invoices.Every.MONTH: msg("Every month"),
    invoices.Every.QUARTER: msg("Every three months"),
    invoices.Every.YEAR: msg("Every year"),
}


@signed_in
@require_GET
def recurring(request: HttpRequest, slug: str) -> HttpResponse:
    """List a business's series, the next one first; what ended stays below."""
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        found = invoices.all_recurring(actor=actor, business_id=business.id)
    shown = context(request, actor, business, "recurring", rows=[_row(series) for series in found])
    return render(request, "invoices/recurring.html", shown)


def _row(series: invoices.Recurring) -> dict[str, Any]:
    template = ids.public(invoices.DOCUMENT_PREFIX, series.template_id)
    return {"series": series, "every": gettext(EVERY[series.every]), "template": template}
