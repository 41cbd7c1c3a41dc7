"""Which currency prices are also shown in: a reader's own choice, kept in a cookie."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from kawasan.rooms.exchange import api as exchange


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remember a currency (or rupiah alone) for a year and go back to the page."""
    wanted, onward = request.POST.get("currency", ""), request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()}):
        onward = "/"
    response = HttpResponseRedirect(onward)
    if wanted in exchange.SHOWN:
        response.set_cookie(
            exchange.COOKIE,
            wanted,
            max_age=exchange.COOKIE_SECONDS,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
    return response
