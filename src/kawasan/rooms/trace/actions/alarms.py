"""What a sensor reported on the way becomes one event of the batch it travelled with."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from typing import Any

from kawasan.core import ids
from kawasan.platform.db import requires_transaction
from kawasan.rooms.trace import models
from kawasan.rooms.trace.actions.capturing import put_event
from kawasan.rooms.trace.rules.identifiers import known_as
from kawasan.rooms.trace.rules.reading import STANDARD_CONTEXTS
from kawasan.rooms.trace.rules.steps import NAMES
from kawasan.rooms.trace.rules.vocabulary import MEASUREMENTS
from kawasan.rooms.trace.types.events import ReadEvent
from kawasan.rooms.trace.types.goods import Alarm


@requires_transaction
def note_alarm(*, alarm: Alarm, at: datetime) -> bool:
    """
    Capture an alarm that is over as one event of the batch that its reference names; a repeat is the same event.

    Return False where the reference names no batch of the business, or nothing was measured: then there is no event.
    """
    row = _batch_of(alarm)
    kind = alarm.property_uri.rsplit("/", 1)[-1]
    if row is None or kind not in MEASUREMENTS or alarm.highest is None or alarm.lowest is None:
        return False
    told: dict[str, Any] = {"minValue": alarm.lowest, "maxValue": alarm.highest, "uom": alarm.uom}
    if alarm.mean is not None and math.isfinite(alarm.mean):
        told |= {"meanValue": alarm.mean, "value": alarm.mean}
    started, ended = _stamp(alarm.started_at), _stamp(alarm.ended_at)
    metadata = {"deviceID": f"urn:uuid:{alarm.device_id}", "startTime": started, "endTime": ended}
    body = {
        "@context": [STANDARD_CONTEXTS[0], {"kawasan": NAMES}],
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{ids.derived('trace.alarm', alarm.id)}",
        "eventTime": ended,
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "quantityList": [{"epcClass": row.uri}],
        "bizStep": "sensor_reporting",
        "readPoint": {"id": f"urn:uuid:{alarm.device_id}"},
        "kawasan:note": alarm.device_name,
        "sensorElementList": [
            {
                "sensorMetadata": metadata,
                "sensorReport": [{"type": kind, "exception": "ALARM_CONDITION", "time": ended, **told}],
            }
        ],
    }
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    put_event(business_id=alarm.business_id, event=ReadEvent(raw, body), by=alarm.device_name, at=at)
    return True


def _batch_of(alarm: Alarm) -> models.Batch | None:
    """Find the batch by its address, its identifier or its number."""
    reference = alarm.reference.strip()
    rows = models.Batch.objects.filter(business_id=alarm.business_id)
    if match := re.search(r"(?:^|/asal/)(bch_[0-9a-z]{26})$", reference):
        return rows.filter(pk=ids.parse("bch", match[1])).first()
    return rows.filter(uri=known_as(reference)).first() or rows.filter(lot=reference).order_by("-id").first()


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
