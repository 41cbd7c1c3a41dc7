"""Setting commissions, and fixing them on the lines of orders whose money is released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kawasan.core import clock
from kawasan.core.access import Actor, ZoneRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.queries.commissions import as_commission, fees_of
from kawasan.rooms.commerce.rules import commissions as rules
from kawasan.rooms.commerce.types.commissions import (
    COMMISSION_MAX,
    NOTE_LENGTH_MAX,
    Commission,
    CommissionIdReused,
    CommissionInvalid,
    NewCommission,
)
from kawasan.rooms.zone import api as zone


@requires_transaction
def set_commission(*, actor: Actor, commission_id: UUID, new: NewCommission, at: datetime) -> Commission:
    """
    Let a commission hold from tomorrow or a later day on; earlier ones stay as they are, as history.

    Staff and operators of the zone. Repeating an id with the same content returns the first one. Raises
    Unauthenticated, Forbidden, CommissionInvalid, CommissionTooEarly, CommissionIdReused.
    """
    actor.need_zone(ZoneRole.STAFF)
    if earlier := models.Commission.objects.filter(pk=commission_id).first():
        return _same_or_refuse(earlier, new)
    new = rules.checked_commission(new, today=clock.business_day(at))
    _check_exists(new)
    row = models.Commission(
        id=commission_id,
        business_id=new.scope.business_id,
        category_id=new.scope.category,
        product_id=new.scope.product_id,
        basis_points=new.basis_points,
        since=new.since,
        authority=new.authority.strip(),
        note=new.note.strip(),
        set_by=actor.person_id,
        set_at=at,
    )
    models.Commission.objects.bulk_create([row], ignore_conflicts=True)
    return _same_or_refuse(models.Commission.objects.get(pk=commission_id), new)


def fix_fees(rows: Sequence[models.Order]) -> dict[UUID, int]:
    """Return the fee of each order and write its commission on its lines: it never changes from then on."""
    fees = fees_of([(row.pk, row.placed_at) for row in rows])
    lines = []
    for line in models.OrderLine.objects.filter(order_id__in=list(fees)):
        line.fee_basis_points = fees[line.order_id][1][line.pk]
        lines.append(line)
    models.OrderLine.objects.bulk_update(lines, ["fee_basis_points"])
    return {order_id: fee for order_id, (fee, _) in fees.items()}


def _check_exists(new: NewCommission) -> None:
    scope = new.scope
    missing = (
        (scope.business_id and not zone.businesses(ids=[scope.business_id]), "business"),
        (scope.category and not models.Category.objects.filter(pk=scope.category).exists(), "category"),
        (scope.product_id and not models.Product.objects.filter(pk=scope.product_id).exists(), "product"),
    )
    for is_missing, field in missing:
        if is_missing:
            raise CommissionInvalid(field=field, most=COMMISSION_MAX // 100, limit=NOTE_LENGTH_MAX)


def _same_or_refuse(row: models.Commission, new: NewCommission) -> Commission:
    stored = as_commission(row)
    if (stored.scope, stored.basis_points, stored.since) != (new.scope, new.basis_points, new.since):
        raise CommissionIdReused
    return stored
