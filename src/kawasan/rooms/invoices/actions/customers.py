"""Customers are written down, changed, put away; and what a business always writes on its papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.queries.customers import as_customer, data_of, row_of
from kawasan.rooms.invoices.queries.desk import habits, need_sales, need_tax
from kawasan.rooms.invoices.rules.numbers import PREFIX, clean
from kawasan.rooms.invoices.types.customers import Customer, CustomerData, CustomerIdReused, Proof
from kawasan.rooms.invoices.types.documents import NOTE_LENGTH_MAX, TERMS_MAX
from kawasan.rooms.invoices.types.money import Habits
from kawasan.rooms.invoices.types.refusals import HabitsInvalid

_BANK_LENGTH_MAX = 200
_PLACE_MAX = 999_999


@requires_transaction
def add_customer(
    *,
    actor: Actor,
    business_id: UUID,
    customer_id: UUID,
    data: CustomerData,
    zone_business_id: UUID | None = None,
    at: datetime,
) -> Customer:
    """
    Write a customer down, once: a repeat returns the first.

    Raises Unauthenticated, NotFound, CustomerInvalid, CustomerNumberInvalid, CustomerIdReused.
    """
    need_sales(actor, business_id)
    wanted = clean(data)
    earlier = models.Customer.objects.filter(pk=customer_id).first()
    if earlier is not None:
        if earlier.business_id != business_id or data_of(earlier) != wanted:
            raise CustomerIdReused
        return as_customer(earlier)
    row = models.Customer(id=customer_id, business_id=business_id, made_at=at, zone_business_id=zone_business_id)
    _write(row, wanted)
    row.save(force_insert=True)
    return as_customer(row)


@requires_transaction
def change_customer(*, actor: Actor, business_id: UUID, customer_id: UUID, data: CustomerData) -> Customer:
    """
    Change a customer; what was issued keeps what it said.

    A number, address or e-mail left empty stays as it is: screens show them masked. Raises as add_customer, and
    CustomerNotFound.
    """
    need_sales(actor, business_id)
    row = row_of(business_id, customer_id)
    known = data_of(row)
    kept = replace(data, address=data.address or known.address, email=data.email or known.email)
    if data.proof is known.proof and not data.number:
        kept = replace(kept, number=known.number, place=data.place or known.place)
    _write(row, clean(kept))
    row.save()
    return as_customer(row)


@requires_transaction
def archive_customer(*, actor: Actor, business_id: UUID, customer_id: UUID, at: datetime) -> Customer:
    """Put a customer away (or back, where it was). Raises Unauthenticated, NotFound, CustomerNotFound."""
    need_sales(actor, business_id)
    row = row_of(business_id, customer_id)
    row.archived_at = None if row.archived_at else at
    row.save(update_fields=["archived_at"])
    return as_customer(row)


@requires_transaction
def say_habits(*, actor: Actor, wanted: Habits) -> Habits:
    """Say what a business always writes; the last word counts. Raises Unauthenticated, NotFound, HabitsInvalid."""
    need_tax(actor, wanted.business_id)
    if not PREFIX.fullmatch(wanted.prefix):
        raise HabitsInvalid(field="series")
    if not 0 <= wanted.due_days <= TERMS_MAX or not 0 <= wanted.place <= _PLACE_MAX:
        raise HabitsInvalid(field="due_days")
    if len(wanted.bank) > _BANK_LENGTH_MAX or len(wanted.note) > NOTE_LENGTH_MAX or "\0" in wanted.bank + wanted.note:
        raise HabitsInvalid(field="note")
    lock_habits(wanted.business_id)
    models.Habit.objects.filter(pk=wanted.business_id).update(
        prefix=wanted.prefix,
        due_days=wanted.due_days,
        bank=wanted.bank.strip(),
        note=wanted.note.strip(),
        place=wanted.place,
        reminds=wanted.reminds,
    )
    return habits(wanted.business_id)


def lock_habits(business_id: UUID) -> models.Habit:
    """Let one writer at a time give numbers and days of a business."""
    models.Habit.objects.bulk_create([models.Habit(business_id=business_id)], ignore_conflicts=True)
    return models.Habit.objects.select_for_update().get(pk=business_id)


def _write(row: models.Customer, data: CustomerData) -> None:
    row.name, row.proof, row.number, row.place = data.name, data.proof.value, data.number, data.place
    row.country, row.address, row.email, row.language = data.country, data.address, data.email, data.language
    if data.proof is Proof.NONE:
        row.number = row.place = ""
