"""Whether everybody may see the screen: the operator's decision."""

from __future__ import annotations

from datetime import datetime

from kawasan.core.access import Actor, ZoneRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.authority.models import Setting
from kawasan.rooms.authority.queries.access import SCREEN_IS_PUBLIC


@requires_transaction
def publish_screen(*, actor: Actor, is_public: bool, at: datetime) -> None:
    """
    Let everybody see the screen, or only those with a role in the zone. For the operator; a repeat changes nothing.

    Raises Unauthenticated and Forbidden.
    """
    actor.need_zone(ZoneRole.OPERATOR)
    known = Setting.objects.filter(name=SCREEN_IS_PUBLIC).first()
    if known is not None and known.is_on == is_public:
        return
    row = Setting(name=SCREEN_IS_PUBLIC, is_on=is_public, changed_at=at, changed_by=actor.person_id)
    Setting.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["is_on", "changed_at", "changed_by"],
    )
