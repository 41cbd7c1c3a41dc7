"""The live screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Unauthenticated
from kawasan.platform.db import transaction
from kawasan.platform.i18n import language
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.authority import api
from kawasan.rooms.authority.pages.labels import (
    line_of,
    report_address,
    sector_label,
)

POLL_SECONDS = 2
PROVINCES_LISTED = 6


def _or_sign_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Send strangers to the sign-in page only where the door turns them away: a published screen is open to all."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Unauthenticated:
            return HttpResponseRedirect(
                f"{reverse('account_login')}?{urlencode({'next': reverse('authority:screen')})}"
            )

    return checked


@require_GET
@_or_sign_in
def screen(request: HttpRequest) -> HttpResponse:
    """Show the live screen."""
    return _no_store(render(request, "authority/screen.html", _screen_context(request)))


@require_GET
@_or_sign_in
def live(request: HttpRequest) -> HttpResponse:
    """Return the part of the screen that changes; the page asks for it every POLL_SECONDS."""
    return _no_store(render(request, "authority/_live.html", _screen_context(request)))


@require_POST
@signed_in
def publish(request: HttpRequest) -> HttpResponse:
    """Let everybody see the screen, or take it back."""
    is_public = request.POST.get("public") == "1"
    actor = actor_of(request)
    with transaction(actor):
        api.publish_screen(actor=actor, is_public=is_public, at=clock.now())
    done = gettext("Everybody can see the screen now.") if is_public else gettext("The screen is private again.")
    messages.success(request, done)
    return HttpResponseRedirect(reverse("authority:report"))


# The screen's sums reach over every business, and a published one is read by people who may see no single row. So the
# transaction sees the zone, and the door decides who gets the sums.
def _screen_context(request: HttpRequest) -> dict[str, Any]:
    now, actor = clock.now(), actor_of(request)
    with transaction(SYSTEM):
        shown = api.screen(actor=actor, at=now)
    may_open = actor.zone_role is not None
    day = api.Period(shown.day, shown.day)
    return {
        "screen": shown,
        "now": now,
        "chart": api.chart_of(shown.minutes, now),
        "sectors": _bars(shown.sectors, api.By.SECTOR, day, may_open=may_open),
        "provinces": _bars(shown.provinces[:PROVINCES_LISTED], api.By.PROVINCE, day, may_open=may_open),
        "regencies": _bars(shown.regencies, api.By.REGENCY, day, may_open=may_open),
        "map": {row.key: row.figures.gross_minor for row in shown.provinces if row.key},
        "newest": [(order, _what(order)) for order in shown.newest],
        "may_open": may_open,
        "today_address": report_address(day),
        "poll_seconds": POLL_SECONDS,
    }


def _what(order: api.NewOrder) -> str:
    """Return what an order is for: its category or, where commerce does not know the order, its seller's sector."""
    return order.category.get(language(), "") or sector_label(order.sector)


def _bars(rows: Iterable[api.Row], by: api.By, period: api.Period, *, may_open: bool) -> list[tuple[str, int, str]]:
    lines = [line_of(row, by, period, api.Filter()) for row in rows]
    return [(line.label, line.row.figures.gross_minor, line.href if may_open else "") for line in lines]


def _no_store(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
