"""What the clean city does as EPCIS events: bins are things that are collected from, waste is a class with a weight."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kawasan.core import ids
from kawasan.rooms.trace.rules.reading import STANDARD_CONTEXTS
from kawasan.rooms.trace.rules.steps import BIN_EMPTIED, BIN_MISSED, NAMES, REGION, WASTE
from kawasan.rooms.trace.types.city import BinVisit, WasteReceipt
from kawasan.rooms.trace.types.events import ReadEvent

GRAMS = 1_000


def event_id_of(source: UUID) -> str:
    """Return the event number that belongs to a stop, a weighing or a visit: so each becomes one event."""
    return f"urn:uuid:{ids.derived('trace.city', source)}"


def event_of_bin(visit: BinVisit) -> ReadEvent:
    """Return the event of a bin that was emptied (the CBV's *collecting*) or missed (a word of ours)."""
    body = _begun(visit.id, visit.at) | {
        "epcList": [f"urn:uuid:{visit.device_id}"],
        "bizStep": "collecting" if visit.is_emptied else BIN_MISSED,
        "kawasan:step": BIN_EMPTIED if visit.is_emptied else BIN_MISSED,
        "kawasan:note": visit.device_name,
    }
    if visit.fill is not None:
        body["kawasan:fill"] = visit.fill
    if visit.district_code:
        body["readPoint"] = {"id": REGION + visit.district_code}
    return _read(body)


def event_of_waste(receipt: WasteReceipt) -> ReadEvent:
    """Return the event of waste that came in: kilograms of each material, from where, and the visit it belongs to."""
    weighed = [
        {"epcClass": WASTE + material, "quantity": grams / GRAMS, "uom": "KGM"} for material, grams in receipt.materials
    ]
    body = _begun(receipt.id, receipt.at) | {"bizStep": "receiving", "quantityList": weighed}
    if receipt.district_code:
        body["sourceList"] = [{"type": "location", "source": REGION + receipt.district_code}]
    if receipt.is_brought:
        paper = f"{NAMES}visit:{ids.public('vis', receipt.id)}"
        body["bizTransactionList"] = [{"type": "recadv", "bizTransaction": paper}]
    return _read(body)


def _begun(source: UUID, at: datetime) -> dict[str, Any]:
    return {
        "@context": [STANDARD_CONTEXTS[0], {"kawasan": NAMES}],
        "type": "ObjectEvent",
        "eventID": event_id_of(source),
        "eventTime": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
    }


def _read(body: dict[str, Any]) -> ReadEvent:
    return ReadEvent(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), body)
