"""What pages share: who asks, and the decorators of an edge."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from kawasan.core.access import STRANGER, Actor

View = Callable[..., HttpResponseBase]


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks (set by the server's middleware from session or key)."""
    return getattr(request, "actor", STRANGER)


def signed_in(view: View) -> View:
    """Send strangers to the sign-in page and back afterwards."""

    @functools.wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if actor_of(request).person_id is None:
            target = request.get_full_path() if request.method == "GET" else request.META.get("HTTP_REFERER", "/")
            return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': target})}")
        return view(request, *args, **kwargs)

    checked.needs_sign_in = True  # type: ignore[attr-defined]
    return checked
