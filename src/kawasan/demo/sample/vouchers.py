"""The sample's vouchers: one of the visitors' shop, one of the zone, and a few orders placed with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.transaction import atomic as savepoint

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor, ZoneRole
from kawasan.core.clock import WIB, business_day
from kawasan.core.errors import Refusal
from kawasan.core.money import rupiah
from kawasan.demo.sample import plan
from kawasan.demo.sample.people import everything
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

LASTS = timedelta(days=30)
PROMOTION, WAITING = rupiah(5_000_000), rupiah(2_500_000)
OF_SHOP, OF_ZONE = "KENALAN10", "HEMAT5RB"
ORDERS = 4
SHIP_TO = commerce.ShipTo("Dewi Lestari", "0812-3456-7890", "Jl. Melati 4, Bandung 40115")


def give_vouchers(shops: Sequence[plan.Shop], buyers: Sequence[UUID], *, now: datetime) -> int:
    """Make both vouchers and let some of ``buyers`` order with the shop's; return how many orders that were."""
    with everything():
        commerce.make_voucher(actor=SYSTEM, voucher=_of_shop(shops[0].id, now), at=now)
        earned = ledger.balances([payments.fee()]).get(payments.fee(), ledger.Balance()).available
        budget = min(rupiah(500_000).minor, earned // 2 // 100 * 100)
        if budget >= rupiah(5_000).minor:
            commerce.make_voucher(actor=SYSTEM, voucher=_of_zone(budget, now), at=now)
        wanted = sorted((one for one in shops[0].listings if one.price >= 50_000), key=lambda one: one.price)
        return sum(
            _order(buyer, plan.variant_id(one), now) for buyer, one in zip(buyers, wanted[:ORDERS], strict=False)
        )


def pay_for_promotions(*, staff: UUID, operator: UUID, now: datetime) -> None:
    """Let a sponsor's transfer be entered by staff and approved by the operator; another one still waits."""
    maker, checker = (Actor(person_id=one, zone_role=role) for one, role in _two(staff, operator))
    told = ((PROMOTION, "FT26325JBR1", "Sponsor: Bank Jabar"), (WAITING, "FT26326KDN7", "Dana Kadin Bandung"))
    with everything():
        for amount, reference, note in told:
            entry = payments.enter_promotion(
                actor=maker, entry_id=ids.derived("demo.promotion", reference), way=payments.PromotionWay.IN,
                amount=amount, day=business_day(now, WIB), bank_reference=reference, note=note, at=now,
            )  # fmt: skip
            if amount == PROMOTION and entry.state is payments.PromotionState.ENTERED:
                payments.decide_promotion(actor=checker, entry_id=entry.id, is_approved=True, at=now)


def _two(staff: UUID, operator: UUID) -> tuple[tuple[UUID, ZoneRole], ...]:
    return (staff, ZoneRole.STAFF), (operator, ZoneRole.OPERATOR)


def _of_shop(business_id: UUID, now: datetime) -> commerce.NewVoucher:
    return commerce.NewVoucher(
        id=ids.derived("demo.voucher", OF_SHOP), code=OF_SHOP, name="Potongan untuk kenalan", percent_bp=1_000,
        amount_minor=0, most_minor=rupiah(25_000).minor, least_minor=rupiah(50_000).minor, per_buyer=3,
        budget_minor=rupiah(2_000_000).minor, starts_at=now - timedelta(days=2), ends_at=now + LASTS,
        business_id=business_id,
    )  # fmt: skip


def _of_zone(budget_minor: int, now: datetime) -> commerce.NewVoucher:
    return commerce.NewVoucher(
        id=ids.derived("demo.voucher", OF_ZONE), code=OF_ZONE, name="Dari kawasan, untuk semua toko", percent_bp=0,
        amount_minor=rupiah(5_000).minor, most_minor=None, least_minor=rupiah(40_000).minor, per_buyer=1,
        budget_minor=budget_minor, starts_at=now - timedelta(hours=1), ends_at=now + LASTS,
    )  # fmt: skip


def _order(person_id: UUID, variant_id: UUID, at: datetime) -> int:
    try:
        with savepoint():  # somebody without enough money, or a product that is gone, is left out
            commerce.place_orders(
                actor=Actor(person_id=person_id),
                group_id=ids.derived("demo.voucher-order", person_id),
                lines=[commerce.Wanted(variant_id, 1)],
                method=commerce.Method.WALLET,
                ship_to=SHIP_TO,
                at=at,
                voucher=OF_SHOP,
            )
    except Refusal:
        return 0
    return 1
