"""The waste bank: prices from a day on, and visits: weighed, and paid into the wallet in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.core.errors import msg
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.platform.facts import announce
from kawasan.rooms.payments import api as payments
from kawasan.rooms.sensors import models
from kawasan.rooms.sensors.facts import WasteTaken
from kawasan.rooms.sensors.queries.bank import as_visits, prices_on
from kawasan.rooms.sensors.rules.waste import PER_KG_MAX, RUPIAH, worth
from kawasan.rooms.sensors.types.city import (
    Brought,
    Material,
    UnknownMember,
    Visit,
    VisitIdReused,
    VisitLine,
    WasteInvalid,
)
from kawasan.rooms.zone import api as zone


@requires_transaction
def set_price(
    *, actor: Actor, price_id: UUID, owner_id: UUID, material: Material, per_kg: Money, starts_on: date, at: datetime
) -> None:
    """
    Say what a kilogram is worth from a day on, today or later; zero: it is no longer bought. The newest row counts.

    A repeat with the same id changes nothing. Raises Unauthenticated, NotFound, Forbidden, WasteInvalid.
    """
    actor.need_business(owner_id, BusinessRole.OWNER)
    if not 0 <= per_kg.minor <= PER_KG_MAX or per_kg.minor % RUPIAH:
        raise WasteInvalid(field="per_kg", problem=msg("A price is in whole rupiah, at most Rp1,000,000."))
    if starts_on < clock.business_day(at):
        raise WasteInvalid(field="starts_on", problem=msg("A price begins today or later: what was paid stays."))
    row = models.WastePrice(
        id=price_id, owner_id=owner_id, material=material.value, per_kg_minor=per_kg.minor, starts_on=starts_on,
        set_by=actor.person_id, at=at,
    )  # fmt: skip
    models.WastePrice.objects.bulk_create([row], ignore_conflicts=True)


@requires_transaction
def take_waste(
    *, actor: Actor, visit_id: UUID, owner_id: UUID, email: str, brought: Sequence[Brought], at: datetime
) -> Visit:
    """
    Take the waste that a person brings; pay for it from the business's balance into the wallet, in one ledger entry.

    A repeat with the same id and content returns the first one and pays nothing. Raises Unauthenticated, NotFound,
    Forbidden, UnknownMember, WasteInvalid, NoPrice, VisitIdReused, and of payments BusinessCannotPay,
    RecipientCannotTake.
    """
    actor.need_business(owner_id, BusinessRole.OWNER, BusinessRole.STAFF)
    person_id = zone.person_of_address(email=email)
    if person_id is None:
        raise UnknownMember(field="email")
    lines = worth(brought, dict(prices_on(owner_id=owner_id, day=clock.business_day(at))))
    if earlier := models.WasteVisit.objects.prefetch_related("lines").filter(pk=visit_id).first():
        return _same_or_refuse(earlier, owner_id, person_id, lines)
    amount = sum(line.amount_minor for line in lines)
    transfer_id = payments.pay_person_for_goods(
        business_id=owner_id, person_id=person_id, purchase_id=visit_id, amount=Money(amount), at=at
    )
    row = models.WasteVisit(
        id=visit_id, owner_id=owner_id, person_id=person_id, at=at, day=clock.business_day(at), amount_minor=amount,
        transfer_id=transfer_id, entered_by=actor.person_id,
    )  # fmt: skip
    row.save(force_insert=True)
    models.WasteLine.objects.bulk_create(
        [
            models.WasteLine(
                id=ids.uuid7(), visit=row, owner_id=owner_id, person_id=person_id, material=line.material.value,
                grams=line.grams, per_kg_minor=line.per_kg_minor, amount_minor=line.amount_minor,
            )
            for line in lines
        ]
    )  # fmt: skip
    told = tuple((line.material.value, line.grams) for line in lines)
    announce(WasteTaken(visit_id, owner_id, "", told, True, at), at=at)
    return _whole(row)


def _same_or_refuse(
    row: models.WasteVisit, owner_id: UUID, person_id: UUID, lines: Sequence[VisitLine]
) -> Visit:  # fmt: skip
    stored = {(line.material, line.grams) for line in row.lines.all()}
    told = {(line.material.value, line.grams) for line in lines}
    if (row.owner_id, row.person_id, stored) != (owner_id, person_id, told):
        raise VisitIdReused
    return _whole(row)


def _whole(row: models.WasteVisit) -> Visit:
    with seeing_everything():
        return as_visits([models.WasteVisit.objects.prefetch_related("lines").get(pk=row.pk)])[0]
