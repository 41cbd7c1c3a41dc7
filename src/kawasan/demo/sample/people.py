"""The people of the sample zone: those whose sign-ins are printed, the owners, and the simulated buyers."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import get_user_model

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor, ZoneRole
from kawasan.core.money import Money, rupiah
from kawasan.platform.db import transaction
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone import api as zone

POCKET_MONEY = rupiah(5_000_000)  # of a simulated buyer
VISITOR_MONEY = rupiah(10_000_000)  # of the buyer that visitors sign in to
CHUNK = 100


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person whose sign-in is printed."""

    name: str
    email: str
    zone_role: str = ""


VISITORS: dict[str, Visitor] = {
    "buyer": Visitor("Dewi Lestari", "pembeli@kawasan.example"),
    "seller": Visitor("Sri Rahayu", "penjual@kawasan.example"),
    "accountant": Visitor("Yulia Permata", "akuntan@kawasan.example"),
    "zone_staff": Visitor("Asep Hidayat", "petugas@kawasan.example", "staff"),
    "authority": Visitor("Ratna Kusuma", "pengawas@kawasan.example", "auditor"),
    "operator": Visitor("Budi Santoso", "pengelola@kawasan.example", "operator"),
}


@contextmanager
def everything() -> Iterator[None]:
    """Open a transaction of the system: an edge of its own, with time for many rows."""
    with transaction(SYSTEM, statement_timeout_ms=60_000):
        yield


def add_people(names: Iterable[tuple[str, str]], *, at: datetime) -> dict[str, UUID]:
    """Add people, given as (name, e-mail), who cannot sign in; return their ids by e-mail."""
    listed, found = list(names), {}
    for start in range(0, len(listed), CHUNK):
        with everything():
            for name, email in listed[start : start + CHUNK]:
                found[email] = zone.add_person(actor=SYSTEM, email=email, name=name, at=at).id
    return found


def give_zone_roles(people: dict[str, UUID], *, at: datetime) -> None:
    """Give staff, auditor and operator their roles."""
    with everything():
        for visitor in VISITORS.values():
            if visitor.zone_role:
                zone.grant_zone_role(actor=SYSTEM, person_id=people[visitor.email], role=visitor.zone_role, at=at)


def set_passwords(visitors: Mapping[str, UUID]) -> dict[str, str]:
    """Give the printed people, by role, new passwords that can be read aloud; return these."""
    made = {role: _password() for role in visitors}
    with everything():
        for role, person_id in visitors.items():
            person = get_user_model().objects.get(pk=person_id)
            person.set_password(made[role])
            person.save(update_fields=["password"])
    return made


def fill_wallets(person_ids: Sequence[UUID], *, amount: Money, checked_by: UUID, at: datetime) -> None:
    """Let staff have checked these people's identities, and put money into their wallets by top-ups that are paid."""
    staff = Actor(person_id=checked_by, zone_role=ZoneRole.STAFF)
    for start in range(0, len(person_ids), CHUNK):
        with everything():
            for person_id in person_ids[start : start + CHUNK]:
                payments.decide_wallet(
                    actor=staff,
                    person_id=person_id,
                    step_id=ids.uuid7(),
                    level=payments.Level.VERIFIED,
                    reason="KTP dilihat di kantor kawasan",
                    at=at,
                )
                asked = payments.top_up(payment_id=ids.uuid7(), person_id=person_id, amount=amount, at=at)
                payments.notify(notification=_money_for(asked, at=at + timedelta(seconds=20)), at=at)


def ids_by_email() -> dict[str, UUID]:
    """Return everybody's id by e-mail address."""
    with everything():
        return dict(get_user_model().objects.values_list("email", "pk"))


def _money_for(payment: payments.Payment, *, at: datetime) -> payments.Notification:
    return payments.Notification(
        provider="sandbox",
        event_id=f"event-{payment.id}",
        kind=payments.NotificationKind.PAID,
        reference=payment.reference,
        money_id=f"money-{payment.id}",
        amount_minor=payment.amount_minor,
        happened_at=at,
    )


_WORDS = (
    "batik",
    "kopi",
    "melati",
    "angklung",
    "bambu",
    "kelapa",
    "sawah",
    "pasar",
    "gunung",
    "teluk",
    "rotan",
    "jahe",
)


def _password() -> str:
    return "-".join([*secrets.SystemRandom().sample(_WORDS, 2), f"{secrets.randbelow(9_000) + 1_000}"])
