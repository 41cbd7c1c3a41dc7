"""Rules about streams: set and ended, never changed."""

from __future__ import annotations

import math
from datetime import datetime
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.core.errors import msg
from kawasan.platform.db import requires_transaction
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.actions.devices import locked
from kawasan.rooms.sensors.actions.reach import need_keeper
from kawasan.rooms.sensors.actions.watching import close_open
from kawasan.rooms.sensors.queries.alarms import as_rule
from kawasan.rooms.sensors.types.alarms import Rule, RuleInvalid, RuleKind, UnknownRule
from kawasan.rooms.sensors.types.devices import UnknownStream

RULES_MAX = 20
SECONDS_MAX = 7 * 86_400


@requires_transaction
def set_rule(
    *,
    actor: Actor,
    rule_id: UUID,
    device_id: UUID,
    stream: str,
    kind: RuleKind,
    seconds: int,
    at: datetime,
    low: float | None = None,
    high: float | None = None,
) -> Rule:
    """
    Say what may be of a stream: between ``low`` and ``high`` except for less than ``seconds``, or silent for no longer.

    It holds for readings from now on. A repeat with the same id changes nothing. Raises UnknownDevice, UnknownStream,
    RuleInvalid, Forbidden.
    """
    device = locked(actor, device_id)
    row = models.Stream.objects.filter(device=device, name=stream).first()
    if row is None:
        raise UnknownStream(field="stream", name=stream[:40])
    _check(kind, seconds, low, high)
    if earlier := models.Rule.objects.select_related("stream").filter(pk=rule_id, device=device).first():
        return as_rule(earlier)
    if models.Rule.objects.filter(device=device, ended_at__isnull=True).count() >= RULES_MAX:
        raise RuleInvalid(problem=msg("The device has too many rules."))
    made = models.Rule(
        id=rule_id, owner_id=device.owner_id, device=device, stream=row, kind=kind.value, seconds=seconds, since=at,
        low=low if kind is RuleKind.LIMIT else None, high=high if kind is RuleKind.LIMIT else None,
        set_by=actor.person_id,
    )  # fmt: skip
    made.save(force_insert=True)
    return as_rule(made)


@requires_transaction
def end_rule(*, actor: Actor, rule_id: UUID, at: datetime) -> Rule:
    """End a rule; an alarm of it that is open ends with it. A repeat changes nothing. Raises UnknownRule, Forbidden."""
    row = models.Rule.objects.select_for_update(of=("self",)).select_related("stream").filter(pk=rule_id).first()
    if row is None:
        actor.need_scope("devices:write")
        raise UnknownRule
    need_keeper(actor, row.owner_id)
    if row.ended_at is None:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        close_open(row, at=at)
    return as_rule(row)


def _check(kind: RuleKind, seconds: int, low: float | None, high: float | None) -> None:
    if not 0 <= seconds <= SECONDS_MAX:
        raise RuleInvalid(field="minutes", problem=msg("The time is between nothing and seven days."))
    if kind is RuleKind.SILENCE:
        if seconds < 60:
            raise RuleInvalid(field="minutes", problem=msg("Silence is counted from one minute on."))
        return
    if (low is None and high is None) or any(one is not None and not math.isfinite(one) for one in (low, high)):
        raise RuleInvalid(field="high", problem=msg("Name the lowest or the highest value that is allowed."))
    if low is not None and high is not None and low >= high:
        raise RuleInvalid(field="low", problem=msg("The lowest value lies below the highest."))
