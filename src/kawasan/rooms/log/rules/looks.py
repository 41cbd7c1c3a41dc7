"""An entry of the zone's access log as a document: who did or read what of a business, when."""

from __future__ import annotations

from datetime import UTC

from kawasan.rooms.zone.types import AccessEntry

KIND = "access.noted"


def document(entry: AccessEntry) -> dict[str, object]:
    """Return what the log commits to. People are named by their number: a name can change, or have to be forgotten."""
    told: dict[str, object] = {
        "id": str(entry.id),
        "at": entry.at.astimezone(UTC).isoformat(),
        "action": entry.action,
        "person": str(entry.person_id) if entry.person_id else "",
        "business": str(entry.business_id) if entry.business_id else "",
        "note": entry.note,
        "by_program": entry.is_program or "",
    }
    return {name: value for name, value in told.items() if value != ""}
