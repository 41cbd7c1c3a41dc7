"""How a proof's page tells values of papers that only this room knows: names of products, public ids."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.utils.translation import gettext

from kawasan.core import clock, ids
from kawasan.core.errors import msg
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.trace import api as trace

FILES = {"image/png": msg("Picture (PNG)"), "image/jpeg": msg("Picture (JPEG)"), "application/pdf": msg("Paper (PDF)")}


def _product(value: str) -> str:
    found = commerce.products_by_id(ids=[UUID(value)], at=clock.now()).get(UUID(value))
    return found.name if found else ""


def _file(value: str) -> str:
    return gettext(FILES[value]) if value in FILES else ""


def _device(value: str) -> str:
    """Return the public id of a device that an event names by its number; other things have their own names."""
    return ids.public("dev", UUID(value)) if value.startswith("urn:uuid:") else ""


PAPERS: dict[str, Callable[[str], str]] = {
    "id": lambda value: ids.public(trace.CERTIFICATE_PREFIX, UUID(value)),
    "batch": lambda value: ids.public(trace.BATCH_PREFIX, UUID(value)),
    "product": _product,
    "file_type": _file,
}
EVENTS: dict[str, Callable[[str], str]] = {
    "eventID": lambda value: ids.public("evn", UUID(value)) if value.startswith("urn:uuid:") else "",
    "epcList": _device,
    "readPoint.id": _device,
}
