"""The access log: one row for each thing somebody did to a business or a role, and each look at private data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.zone import models
from kawasan.rooms.zone.types import ACCESS_SEQUENCE, Look

LOOK_LIFETIME = timedelta(minutes=15)  # turning pages and coming back within this time is still the same look


@requires_transaction
def note_look(*, actor: Actor, business_id: UUID, at: datetime, text: str = "") -> None:
    """
    Write down that somebody of the zone looked at a business's transfers; ``text`` says at which (a period).

    The same person's look at the same within LOOK_LIFETIME is written once. A business that the register does not
    know, and the system's own work, leave no row. Raises Unauthenticated, Forbidden.
    """
    actor.need_zone()
    if not actor.is_system:
        _note_looks(actor, {business_id}, Look.TRANSFERS, at, text)


@requires_transaction
def note_looks(*, actor: Actor, business_ids: Iterable[UUID], what: Look, at: datetime, text: str = "") -> None:
    """
    Write down that what is private to businesses was read, where it was somebody of the zone who did.

    For edges that businesses' own people use too: those, buyers and the system leave no row. Otherwise as
    ``note_look``.
    """
    if actor.zone_role is not None and not actor.is_system:
        _note_looks(actor, set(business_ids) - set(actor.businesses), what, at, text)


def _note_looks(actor: Actor, business_ids: set[UUID], what: Look, at: datetime, text: str) -> None:
    known = set(models.Business.objects.filter(pk__in=business_ids).values_list("pk", flat=True))
    same = models.AccessLog.objects.filter(
        business__in=known, person=actor.person_id, action=what.value, note=text, is_program=_is_program(actor),
        at__gt=at - LOOK_LIFETIME,
    )  # fmt: skip
    new = sorted(known - set(same.values_list("business_id", flat=True)))
    rows = [_row(actor, what.value, at, one, text, number) for one, number in zip(new, _numbers(len(new)), strict=True)]
    models.AccessLog.objects.bulk_create(rows)


def note(actor: Actor, action: str, *, at: datetime, business_id: UUID | None = None, text: str = "") -> None:
    """Write down who did what. ``text`` may hold a reason or a role, never a personal number."""
    _row(actor, action, at, business_id, text, _numbers(1)[0]).save(force_insert=True)


def _row(actor: Actor, action: str, at: datetime, business_id: UUID | None, text: str, number: int) -> models.AccessLog:
    return models.AccessLog(
        id=ids.uuid7(), at=at, action=action, person_id=actor.person_id, business_id=business_id, note=text,
        number=number, is_program=_is_program(actor),
    )  # fmt: skip


# A key is narrowed to scopes; who sits at a browser is not.
def _is_program(actor: Actor) -> bool:
    return actor.is_signed_in and not actor.is_system and "*" not in actor.scopes


# A writer has a transaction id before it draws a number: what followers rely on, see platform/followers.py.
def _numbers(count: int) -> list[int]:
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute("select pg_current_xact_id()")
        cursor.execute("select nextval(%s) from generate_series(1, %s)", [ACCESS_SEQUENCE, count])
        return [int(number) for (number,) in cursor.fetchall()]
