"""Labels to print: the code of a batch's passport, many on a sheet."""

from __future__ import annotations

import base64

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from kawasan.core import clock, ids
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace.pages.desk import of_business
from kawasan.rooms.trace.pages.shown import code_of, passport_address
from kawasan.rooms.zone import api as zone

LABELS = 24  # on a sheet of A4: three by eight


@require_safe
@of_business
def labels(request: HttpRequest, business: zone.Business, batch_id: str) -> HttpResponse:
    """Download a sheet of labels as PDF."""
    from weasyprint import HTML  # loads a text layout library: only where a PDF is asked for

    actor, which = actor_of(request), ids.parse(trace.BATCH_PREFIX, batch_id)
    with transaction(actor):
        batch = trace.batch(actor=actor, business_id=business.id, batch_id=which)
        product = commerce.own_product(
            actor=actor, business_id=business.id, product_id=batch.product_id, at=clock.now()
        )
    address = passport_address(request, batch)
    picture = "data:image/svg+xml;base64," + base64.b64encode(code_of(address).encode()).decode()
    context = {
        "batch": batch,
        "product": product,
        "business": business,
        "picture": picture,
        "address": address,
        "labels": range(LABELS),
    }
    pdf = HTML(string=render_to_string("trace/labels_pdf.html", context, request=request)).write_pdf()
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="label-{batch.lot}.pdf"'
    return response
