"""Special prices for a time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core.access import Actor, BusinessRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.actions.shelves import changed
from kawasan.rooms.commerce.queries.catalogue import as_window, own_variant
from kawasan.rooms.commerce.rules.prices import check_no_overlap, check_price, check_window, to_the_second
from kawasan.rooms.commerce.types.prices import Window
from kawasan.rooms.commerce.types.refusals import UnknownWindow


@requires_transaction
def set_price_window(
    *,
    actor: Actor,
    business_id: UUID,
    variant_id: UUID,
    window_id: UUID,
    price_minor: int,
    starts_at: datetime,
    ends_at: datetime | None,
    at: datetime,
) -> Window:
    """
    Give a variant another price for [starts_at, ends_at), both cut to the whole second.

    Repeating it (same id) returns the window. Raises WindowsOverlap, WindowInvalid, PriceInvalid, UnknownVariant.
    """
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    check_price(price_minor)
    starts_at, ends_at = to_the_second(starts_at), to_the_second(ends_at) if ends_at else None
    # The lock makes sellers of one shop wait for each other; the table's exclusion constraint stands behind it.
    variant = own_variant(business_id=business_id, variant_id=variant_id, lock=True)
    others = [as_window(row) for row in models.PriceWindow.objects.filter(variant=variant)]
    for other in others:
        if other.id == window_id:
            return other
    check_window(starts_at=starts_at, ends_at=ends_at, at=at)
    check_no_overlap(starts_at=starts_at, ends_at=ends_at, others=others)
    row = models.PriceWindow(
        id=window_id, variant=variant, price_minor=price_minor, starts_at=starts_at, ends_at=ends_at
    )
    row.save(force_insert=True)
    changed(business_id)
    return as_window(row)


@requires_transaction
def end_price_window(*, actor: Actor, business_id: UUID, window_id: UUID, at: datetime) -> None:
    """
    End a special price now; one that has not begun is removed. Orders keep the price they were made at.

    Raises UnknownWindow; repeating it on a removed one does too.
    """
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    rows = models.PriceWindow.objects.select_for_update(of=("self",))
    row = rows.filter(pk=window_id, variant__business_id=business_id).first()
    if row is None:
        raise UnknownWindow
    now = to_the_second(at)
    if row.starts_at >= now:
        row.delete()
    elif row.ends_at is None or row.ends_at > now:
        row.ends_at = now
        row.save(update_fields=["ends_at"])
    changed(business_id)
