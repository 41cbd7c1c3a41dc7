"""Tables of events, batches and subscriptions."""

from kawasan.rooms.trace.models.events import Capture, Event, Link, Name, Sending
from kawasan.rooms.trace.models.goods import Batch, Certificate, Desk, Doubt, Draw, Notice
from kawasan.rooms.trace.models.subscriptions import Delivery, Query, Subscription

__all__ = [
    "Batch",
    "Capture",
    "Certificate",
    "Delivery",
    "Desk",
    "Doubt",
    "Draw",
    "Event",
    "Link",
    "Name",
    "Notice",
    "Query",
    "Sending",
    "Subscription",
]
