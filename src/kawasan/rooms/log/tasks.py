"""Background work of the log: sign what the tree has become, every few seconds."""

from __future__ import annotations

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.jobs import periodic
from kawasan.rooms.log import api


@periodic("* * * * * */5")
def publish_checkpoint() -> None:
    """Publish a checkpoint where the tree has grown."""
    with transaction(SYSTEM):
        api.publish(at=clock.now())
