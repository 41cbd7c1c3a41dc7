"""Who may bill, what a business always writes, how it pays taxes."""

from __future__ import annotations

from uuid import UUID

from kawasan.core.access import Actor, BusinessRole
from kawasan.rooms.books import api as books
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.rules.amounts import NOT_COLLECTED
from kawasan.rooms.invoices.types.documents import Party
from kawasan.rooms.invoices.types.money import Habits
from kawasan.rooms.zone import api as zone

_OLD_NPWP_DIGITS = 15


def need_sales(actor: Actor, business_id: UUID) -> None:
    """Let everybody of a business in: whoever sells also bills. For strangers it does not exist."""
    actor.need_business(business_id)


def need_tax(actor: Actor, business_id: UUID) -> None:
    """Let owner and accountant in, as into the books."""
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.ACCOUNTANT)


def habits_of(*, actor: Actor, business_id: UUID) -> Habits:
    """Return what a business always writes. Raises Unauthenticated, NotFound."""
    need_sales(actor, business_id)
    return habits(business_id)


def habits(business_id: UUID) -> Habits:
    """Return what a business always writes, or what everybody begins with."""
    row = models.Habit.objects.filter(pk=business_id).first()
    if row is None:
        return Habits(business_id)
    return Habits(business_id, row.prefix, row.due_days, row.bank, row.note, row.place, row.reminds)


def collects_ppn(*, actor: Actor, business_id: UUID) -> bool:
    """Return whether a business collects PPN. Raises Unauthenticated, NotFound."""
    need_sales(actor, business_id)
    return is_pkp(business_id)


def is_pkp(business_id: UUID) -> bool:
    """Return whether a business collects PPN."""
    return books.tax_profile(business_id).is_pkp


def tin_of(business_id: UUID) -> str:
    """Return a business's taxpayer number of sixteen digits; individuals use their NIK where they have no NPWP."""
    found = zone.identity_of(business_id)
    number = "".join(letter for letter in (found.npwp or found.nik) if letter.isdecimal())
    return "0" + number if len(number) == _OLD_NPWP_DIGITS else number


def seller_of(business_id: UUID) -> Party:
    """Return a business as its papers name it; its taxpayer number stands there only where it collects PPN."""
    found = zone.business(business_id=business_id)
    number = tin_of(business_id) if is_pkp(business_id) else ""
    place = f"{number}{habits(business_id).place:06d}" if number else ""
    address = ", ".join(part for part in (found.address, found.regency_name, found.province_name) if part)
    return Party(found.name, number, "tin" if number else "none", place, "IDN", address, "", found.phone)


def collects(trx_code: str) -> bool:
    """Return whether PPN under this code is part of what the customer pays."""
    return trx_code not in NOT_COLLECTED
