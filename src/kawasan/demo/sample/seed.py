"""Fill an empty zone with the sample, step by step, and tell how it goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from kawasan.demo.sample import (
    books,
    businesses,
    history,
    invoices,
    origins,
    payouts,
    people,
    plan,
    shelves,
    shopping_day,
    vouchers,
)
from kawasan.demo.sample.people import everything
from kawasan.platform import followers
from kawasan.rooms.zone import api as zone

Say = Callable[[str], None]


def is_seeded() -> bool:
    """Whether the sample is there whole: the business that waits for admission comes last."""
    with everything():
        return bool(zone.businesses(ids=[plan.applicant().id]))


def seed(*, now: datetime, say: Say, between: Callable[[], None] = lambda: None) -> None:
    """
    Fill the present zone. ``say`` hears of each step and ``between`` is called often; either may raise to end it.

    Not repeatable: a zone whose seeding was interrupted is dropped and made again.
    """
    opened = now - timedelta(days=history.DAYS + 1)
    shops = plan.shops()
    say("people")
    named = [(visitor.name, visitor.email) for visitor in people.VISITORS.values()]
    owners = [(shop.owner, shop.email) for shop in shops if not shop.is_rich]
    applicant = plan.applicant()
    buyers = [(buyer.name, buyer.email) for buyer in plan.buyers()]
    known = people.add_people([*named, *owners, (applicant.owner, applicant.email), *buyers], at=opened)
    people.give_zone_roles(known, at=opened)
    say("businesses")
    businesses.join_all(shops, known, first_orders_at=opened)
    say("shelves")
    shelves.fill(shops, at=opened)
    say("wallets")
    by_number = {buyer.number: known[buyer.email] for buyer in plan.buyers()}
    visitor = known[people.VISITORS["buyer"].email]
    staff, operator = (known[people.VISITORS[role].email] for role in ("zone_staff", "operator"))
    simulated = [by_number[buyer.number] for buyer in plan.buyers() if buyer.has_wallet]
    people.fill_wallets(simulated, amount=people.POCKET_MONEY, checked_by=staff, at=opened)
    people.fill_wallets([visitor], amount=people.VISITOR_MONEY, checked_by=staff, at=opened)
    say("history")
    history.History(shops=shops, buyers=by_number, visitor=visitor, now=now).write(between=between)
    origins.tell(shops, visitor=visitor, now=now)
    say("campaign")
    shopping_day.open_campaign(shops, now=now)
    businesses.look_at(shops[0], staff=staff, operator=operator, now=now)
    vouchers.pay_for_promotions(staff=staff, operator=operator, now=now - timedelta(minutes=45))
    vouchers.give_vouchers(shops, simulated, now=now - timedelta(minutes=40))
    sellers = [(shop.id, known[shop.email], shop.owner) for shop in shops]
    payouts.pay_out(sellers, staff=staff, operator=operator, at=now - timedelta(hours=6))
    say("books")
    books.keep(shops, known, now=now)
    say("invoices")
    invoices.bill(shops, known, now=now)
    businesses.apply(applicant, known[applicant.email], at=now - timedelta(hours=5))
    say("figures")
    followers.catch_up()


def complete(*, now: datetime) -> None:
    """Add the people and books that a zone lacks because an earlier version filled it. A repeat adds nothing."""
    known = people.ids_by_email()
    missing = [(one.name, one.email) for one in people.VISITORS.values() if one.email not in known]
    if missing:
        known |= people.add_people(missing, at=now)
        people.give_zone_roles(known, at=now)
    books.keep(plan.shops(), known, now=now)
