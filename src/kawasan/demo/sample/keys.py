"""Passwords and API keys of the sample zone: given out once, and anew where the demo has lost them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kawasan.core.access import Actor, BusinessRole
from kawasan.demo.sample import people, plan
from kawasan.demo.sample.people import VISITORS, everything
from kawasan.demo.state import Keys
from kawasan.platform.db import see_as
from kawasan.rooms.zone import api as zone

NAME = "Demo"
CHUNK = 100
BUYER_SCOPES = ("products:read", "orders:read", "orders:write", "payments:read", "payments:write", "devices:read")
SELLER_SCOPES = (
    "businesses:read", "products:read", "products:write", "orders:read", "orders:write", "payments:read", "trace:read",
    "trace:write", "devices:read", "devices:write",
)  # fmt: skip
SCOPES = {
    "buyer": BUYER_SCOPES,
    "accountant": ("businesses:read", "books:read", "books:write"),
    "zone_staff": ("zone:read", "zone:admit", "businesses:read", "members:read", "devices:read", "devices:write"),
    "authority": ("zone:read", "businesses:read", "trace:read", "devices:read"),
    "operator": ("zone:read", "zone:admit", "businesses:read", "members:read", "payments:read", "devices:read"),
}


def give_out(*, at: datetime, is_new: bool) -> Keys:
    """Set new passwords and make new keys; unless the zone is new, those that an earlier start made are revoked."""
    if not is_new:
        _revoke_all(at=at)
    known = people.ids_by_email()
    visitors = {role: known[visitor.email] for role, visitor in VISITORS.items()}
    passwords = people.set_passwords(visitors)
    with everything():
        own = {role: _personal(visitors[role], scopes, at=at) for role, scopes in SCOPES.items()}
    buyers = {str(buyer.number): known[buyer.email] for buyer in plan.buyers()}
    shops = {str(shop.number): (known[shop.email], shop.id) for shop in plan.shops()}
    shop_keys = _in_chunks(list(shops), lambda number: _of_business(*shops[number], at=at))
    return Keys(
        passwords=passwords,
        people=own | {"seller": shop_keys[str(plan.shops()[0].number)]},
        buyers=_in_chunks(list(buyers), lambda number: _personal(buyers[number], BUYER_SCOPES, at=at)),
        shops=shop_keys,
    )


def add_missing(known: Keys, *, at: datetime) -> Keys:
    """Give secrets to the printed people whom the version that gave ``known`` out did not have; keep all others."""
    roles = [role for role in SCOPES if role not in known.passwords or role not in known.people]
    if not roles:
        return known
    by_email = people.ids_by_email()
    visitors = {role: by_email[VISITORS[role].email] for role in roles}
    passwords = people.set_passwords(visitors)
    with everything():
        own = {role: _personal(visitors[role], SCOPES[role], at=at) for role in roles}
    return replace(known, passwords=known.passwords | passwords, people=known.people | own)


def _personal(person_id: UUID, scopes: Sequence[str], *, at: datetime) -> str:
    return _new_key(zone.actor_of_person(person_id=person_id), scopes, at=at, business_id=None)


def _of_business(owner_id: UUID, business_id: UUID, *, at: datetime) -> str:
    owner = Actor(person_id=owner_id, businesses={business_id: BusinessRole.OWNER})
    return _new_key(owner, SELLER_SCOPES, at=at, business_id=business_id)


def _new_key(actor: Actor, scopes: Sequence[str], *, at: datetime, business_id: UUID | None) -> str:
    see_as(actor)
    return zone.create_key(actor=actor, name=NAME, scopes=scopes, at=at, business_id=business_id).secret


def _revoke_all(*, at: datetime) -> None:
    known = people.ids_by_email()
    for person_id in known.values():
        with everything():
            actor = zone.actor_of_person(person_id=person_id)
            see_as(actor)
            owned = [business for business, role in actor.businesses.items() if role is BusinessRole.OWNER]
            for business_id in (None, *owned):  # an accountant's businesses are others'
                for key in zone.keys(actor=actor, business_id=business_id):
                    if key.name == NAME and key.revoked_at is None:
                        zone.revoke_key(actor=actor, key_id=key.id, at=at)


def _in_chunks(numbers: Sequence[str], make: Callable[[str], str]) -> dict[str, str]:
    made: dict[str, str] = {}
    for start in range(0, len(numbers), CHUNK):
        with everything():
            made |= {number: make(number) for number in numbers[start : start + CHUNK]}
    return made
