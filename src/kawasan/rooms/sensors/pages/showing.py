"""What several pages show: a key with its QR code, the spans of a chart."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.sensors.pages.owner import Owner

SPANS = {"24j": timedelta(hours=24), "7h": timedelta(days=7), "30h": timedelta(days=30)}


def key_page(request: HttpRequest, owner: Owner, made: sensors.DeviceKey, *, is_new: bool) -> HttpResponse:
    """Show a device's key, this once, and everything that a device needs to begin, also as a QR code."""
    device = made.device
    topic = sensors.topic_of(device.owner_id, device.id)
    address = request.build_absolute_uri("/v1/readings")
    told = {
        "kawasan": 1,
        "id": device.public_id,
        "key": made.secret,
        "http": address,
        "mqtt": topic,
        "streams": [stream.name for stream in device.streams],
    }
    context = owner.context(
        "devices", device=device, secret=made.secret, topic=topic, address=address, is_new=is_new,
        code=drawn(json.dumps(told, separators=(",", ":"))), sample=device.streams[0] if device.streams else None,
    )  # fmt: skip
    response = render(request, "sensors/key.html", context)
    response["Cache-Control"] = "no-store"
    return response


def drawn(payload: str) -> SafeString:
    """Return a QR code as SVG."""
    code = segno.make(payload, error="m", micro=False).svg_inline(omitsize=True, border=2, dark="#1b1c26", light="#fff")
    return mark_safe(code)  # noqa: S308 - made by segno from squares; the payload is not in it as text


def span_asked(request: HttpRequest, now: datetime) -> tuple[str, datetime]:
    """Return the name of the span in the address and when it begins."""
    name = request.GET.get("rentang", "24j")
    name = name if name in SPANS else "24j"
    return name, now - SPANS[name]
