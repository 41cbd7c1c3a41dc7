"""The naive shop behind HTTP: one plain Django view, served by the same web server as ours."""

from __future__ import annotations

import json
import os

from kawasan.bench.baselines import naive_shop

naive_shop.set_up(os.environ["DATABASE_URL"], root_urlconf=__name__)

from django.core.wsgi import get_wsgi_application  # noqa: E402  # Django is set up by now
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

from kawasan.bench.baselines import naive_models  # noqa: E402


def place(request: HttpRequest) -> JsonResponse:
    """Take one order: ``{"buyer": 1, "item": 2}``."""
    wanted = json.loads(request.body)
    order = naive_models.checkout(wanted["buyer"], wanted["item"])
    return JsonResponse({"id": order.pk, "total": order.total}, status=201)


urlpatterns = [path("orders", place)]
application = get_wsgi_application()
