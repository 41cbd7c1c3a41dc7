"""When a machine is planned to be busy."""

from __future__ import annotations

import math
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.actions.devices import locked
from kawasan.rooms.sensors.types.machines import MachinePlan, PlanInvalid

IDEAL_MAX = 86_400.0


@requires_transaction
def plan_machine(*, actor: Actor, device_id: UUID, starts: int, ends: int, ideal_seconds: float) -> MachinePlan:
    """Say from which minute of the day to which a machine is planned, and how long a piece should take."""
    row = locked(actor, device_id)
    if not 0 <= starts < ends <= 1440 or not (math.isfinite(ideal_seconds) and 0 < ideal_seconds <= IDEAL_MAX):
        raise PlanInvalid(field="ends")
    told = {"owner_id": row.owner_id, "starts": starts, "ends": ends, "ideal_seconds": ideal_seconds}
    models.MachinePlan.objects.update_or_create(device=row, defaults=told)
    return MachinePlan(device_id, starts, ends, ideal_seconds)
