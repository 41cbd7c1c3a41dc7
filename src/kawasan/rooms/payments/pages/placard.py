"""A shop's static code as files: the placard for the wall, and the code alone as a picture."""

from __future__ import annotations

import base64
import io

import segno
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from kawasan.core import clock
from kawasan.core.errors import NotFound
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.pages.shop import of_shop, static_of
from kawasan.rooms.zone import api as zone

SIZES = ("a5", "a6")
PIXELS_EACH = 16  # a module of the picture: far above the 115 pixels that a printed code needs
QUIET = 4  # modules around a code that must stay white (ISO/IEC 18004)


@require_safe
@of_shop
def placard(request: HttpRequest, business: zone.Business, size: str) -> HttpResponse:
    """Download the placard to print, A5 or A6. Raises NotFound before there is a code, and for another size."""
    from weasyprint import HTML  # loads a text layout library: only where a PDF is asked for

    if size not in SIZES:
        raise NotFound
    code = _ready(request, business)
    svg = base64.b64encode(_picture(code.content, "svg")).decode()
    context = {
        "business": business,
        "code": code,
        "size": size,
        "picture": f"data:image/svg+xml;base64,{svg}",
        "printed_on": clock.business_day(clock.now()),
    }
    page = render_to_string("payments/placard_pdf.html", context, request=request)
    return _file(HTML(string=page).write_pdf(), "application/pdf", f"qris-{business.slug}-{size}.pdf")


@require_safe
@of_shop
def picture(request: HttpRequest, business: zone.Business, kind: str) -> HttpResponse:
    """Download the code alone, PNG or SVG. Raises NotFound before there is a code, and for another kind."""
    if kind not in ("png", "svg"):
        raise NotFound
    code = _ready(request, business)
    form = "image/png" if kind == "png" else "image/svg+xml"
    return _file(_picture(code.content, kind), form, f"qris-{business.slug}.{kind}")


def _ready(request: HttpRequest, business: zone.Business) -> payments.StaticCode:
    with transaction(actor_of(request)):
        code = static_of(request, business)
    if code is None or not code.is_ready:
        raise payments.NoStaticCode
    return code


def _picture(payload: str, kind: str) -> bytes:
    out = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(out, kind=kind, scale=PIXELS_EACH, border=QUIET, light="#fff")
    return out.getvalue()


def _file(content: bytes, form: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=form)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
