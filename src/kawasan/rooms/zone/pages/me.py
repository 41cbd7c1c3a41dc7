"""One's own profile and where the keys to one's account are."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, override
from django.views.decorators.http import require_http_methods

from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.forms import ProfileForm


@require_http_methods(["GET", "POST"])
@signed_in
def me(request: HttpRequest) -> HttpResponse:
    """Show and change the caller's profile."""
    actor = actor_of(request)
    with transaction(actor):
        person = zone.person(actor=actor)
        mine = zone.businesses_of(actor=actor)
    initial = {"name": person.name, "phone": person.phone, "language": person.language}
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                person = zone.change_profile(actor=actor, **form.cleaned_data)
            return _saved(request, person.language)
        except Refusal as refusal:
            form.refuse(refusal)
    context = {"form": form, "person": person, "mine": mine}
    return render(request, "zone/me.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, language: str) -> HttpResponse:
    with override(language):
        messages.success(request, gettext("Saved."))
    response = redirect("zone:me")
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=settings.LANGUAGE_COOKIE_AGE, samesite="Lax")
    return response
