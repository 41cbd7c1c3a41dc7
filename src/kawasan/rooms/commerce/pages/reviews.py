"""Reviews under the eyes of the zone's staff."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.forms.orders import ReasonForm
from kawasan.rooms.commerce.pages.orders import done
from kawasan.rooms.zone import api as zone

REVIEW_PREFIX = "rev"


@require_GET
@signed_in
def reviews(request: HttpRequest) -> HttpResponse:
    """Show buyers' reviews, newest first, hidden ones too."""
    actor = actor_of(request)
    with transaction(actor):
        page = commerce.all_reviews(actor=actor, cursor=request.GET.get("after"), limit=20)
        shown = {one.business_id for one in page.items}
        zone.note_looks(actor=actor, business_ids=shown, what=zone.Look.REVIEWS, at=clock.now())
    context = {"reviews": page.items, "next_cursor": page.next_cursor, "zone_nav": "reviews"}
    return render(request, "shop/moderation.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def hide(request: HttpRequest, review_id: str) -> HttpResponse:
    """Ask why, then hide."""
    actor, key = actor_of(request), ids.parse(REVIEW_PREFIX, review_id)
    actor.need_zone()
    form = ReasonForm(request.POST or None)
    if form.is_valid() and done(
        request,
        form,
        lambda at: commerce.hide_review(actor=actor, review_id=key, reason=form.cleaned_data["reason"], at=at),
        gettext("The review is hidden."),
    ):
        return redirect("shop:moderation")
    context = {
        "title": gettext("Hide this review?"),
        "lead": gettext("It is no longer shown and no longer counted. The reason is kept."),
        "form": form,
        "action": request.path,
        "submit": gettext("Hide"),
        "kind": "danger",
        "cancel": reverse("shop:moderation"),
        "zone_nav": "reviews",
    }
    return render(request, "form.html", context, status=422 if form.is_bound else 200)


@require_POST
@signed_in
def show(request: HttpRequest, review_id: str) -> HttpResponse:
    """Show a hidden review again."""
    actor, key = actor_of(request), ids.parse(REVIEW_PREFIX, review_id)
    done(
        request,
        None,
        lambda _: commerce.show_review(actor=actor, review_id=key),
        gettext("The review is shown again."),
    )
    return redirect("shop:moderation")
