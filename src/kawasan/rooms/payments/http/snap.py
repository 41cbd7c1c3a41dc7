"""The door for providers: SNAP BI's notifications and questions, answered in the standard's codes."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from ninja import Router

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.rooms.payments import api as payments

router = Router(tags=["providers"])


@router.post("/payments/snap/{provider_name}/v1.0/{path:service}", auth=None, include_in_schema=False)
def snap(request: HttpRequest, provider_name: str, service: str) -> HttpResponse:
    """
    Take a provider's message (qr-mpm-notify, transfer-va/payment) or question (transfer-va/inquiry).

    The signature over the raw bytes is checked before anything is read. A repeat gets the first answer again.
    """
    try:
        with transaction(SYSTEM):
            reply = payments.receive_snap(
                provider_name=provider_name,
                service_path=service,
                url=request.get_full_path(),
                headers=request.headers,
                body=request.body,
                at=clock.now(),
            )
    except Refusal as refusal:  # rolled back: the provider is told to send it again
        reply = payments.failed_reply(service, refusal)
    return HttpResponse(json.dumps(reply.body), status=reply.status, content_type="application/json")
