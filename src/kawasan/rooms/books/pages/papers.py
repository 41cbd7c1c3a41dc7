"""Papers as PDF."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from kawasan.core import clock


def pdf_response(request: HttpRequest, filename: str, template: str, shown: dict[str, Any]) -> HttpResponse:
    """Return a page as a PDF download."""
    from weasyprint import HTML  # loads a text layout library: only where a PDF is asked for

    page = render_to_string(template, shown | {"at": clock.now()}, request=request)
    response = HttpResponse(HTML(string=page).write_pdf(), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
