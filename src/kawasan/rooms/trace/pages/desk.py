"""What the seller's pages share: whose they are."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.zone import api as zone

View = Callable[..., Any]


def of_business(view: View) -> View:
    """Open a page of the desk: sign-in, the business named in the address, and a role in it."""

    @signed_in
    @functools.wraps(view)
    def opened(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = actor_of(request)
        with transaction(actor):
            found = zone.business_by_slug(slug=slug)
        actor.need_business(found.id)
        answer: HttpResponse = view(request, found, *args, **kwargs)
        return answer

    return opened


@signed_in
def chosen(request: HttpRequest) -> HttpResponse:
    """Lead to the batches of the caller's business, the first by name."""
    actor = actor_of(request)
    with transaction(actor):
        own = sorted(zone.businesses(ids=list(actor.businesses)).values(), key=lambda item: item.name)
    return redirect("trace:batches", own[0].slug) if own else redirect("shop:home")


def desk_page(
    request: HttpRequest, business: zone.Business, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Return a page of the desk."""
    shown = {"business": business, "seller_nav": "trace"} | context
    return render(request, f"trace/{template}", shown, status=status)
