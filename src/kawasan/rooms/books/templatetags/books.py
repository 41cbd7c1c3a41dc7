"""What the books tell on pages of others."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import template
from django.db import connection

from kawasan.core import clock
from kawasan.platform.db import transaction
from kawasan.rooms.books import api

register = template.Library()


@register.simple_tag(takes_context=True)
def tax_due(context: template.Context, business_id: UUID) -> dict[str, Any] | None:
    """Return what of a business's taxes is due within a week or overdue, for owners and accountants."""
    actor, now = context["actor"], clock.now()
    if connection.in_atomic_block:  # a page drawn within its edge's transaction
        duty = api.next_duty(actor=actor, business_id=business_id, at=now)
    else:
        with transaction(actor):
            duty = api.next_duty(actor=actor, business_id=business_id, at=now)
    return {"duty": duty, "is_late": duty.due < clock.business_day(now)} if duty else None
