"""What the clean city does becomes events, and so leaves of the log."""

from __future__ import annotations

from datetime import datetime

from kawasan.platform.db import requires_transaction
from kawasan.rooms.trace.actions.capturing import put_event
from kawasan.rooms.trace.rules.city import event_of_bin, event_of_waste
from kawasan.rooms.trace.types.city import BinVisit, WasteReceipt


@requires_transaction
def note_bin(*, visit: BinVisit, at: datetime) -> None:
    """Capture a bin that was emptied or missed as one event; a repeat is the same event."""
    put_event(business_id=visit.business_id, event=event_of_bin(visit), by=visit.device_name, at=at)


@requires_transaction
def note_waste(*, receipt: WasteReceipt, at: datetime) -> None:
    """Capture waste that was weighed as one event; a repeat is the same event. Who brought it is not in it."""
    put_event(business_id=receipt.business_id, event=event_of_waste(receipt), by="", at=at)
