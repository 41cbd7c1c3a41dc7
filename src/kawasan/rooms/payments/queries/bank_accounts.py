"""Reads of businesses' bank accounts."""

from __future__ import annotations

from uuid import UUID

from kawasan.core.access import Actor
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries.money import need_money
from kawasan.rooms.payments.rules.banks import BANKS
from kawasan.rooms.payments.rules.names import mask_name
from kawasan.rooms.payments.types import BankAccount, NameCheck, Rhythm, SavedAccount


def bank_account_of(*, actor: Actor, business_id: UUID) -> SavedAccount | None:
    """Return where a business wants its money, if it said so. Raises NotFound for people of other businesses."""
    need_money(actor, business_id)
    row = models.BankAccount.objects.filter(business=business_id, replaced_at=None).first()
    return None if row is None else as_saved(row)


def unchecked_accounts(*, limit: int) -> list[tuple[UUID, BankAccount]]:
    """Return bank accounts whose holder's name the bank has not been asked for, with whole numbers. For the system."""
    rows = models.BankAccount.objects.filter(name_check=NameCheck.WAITING.value, replaced_at=None).order_by("pk")
    return [(row.pk, BankAccount(bank=row.bank, number=row.number, holder=row.holder)) for row in rows[:limit]]


def as_saved(row: models.BankAccount) -> SavedAccount:
    """Return a row as it crosses the door: the number masked, and a holder's name that is not the one we were told."""
    is_ours = row.name_check == NameCheck.MATCHED.value
    return SavedAccount(
        id=row.pk,
        business_id=row.business_id,
        bank=BANKS.get(row.bank, row.bank),
        masked_number=BankAccount(bank=row.bank, number=row.number, holder=row.holder).masked,
        holder=row.holder,
        name_check=NameCheck(row.name_check),
        name_at_bank=row.name_at_bank if is_ours or not row.name_at_bank else mask_name(row.name_at_bank),
        rhythm=Rhythm(row.rhythm),
        smallest_minor=row.smallest_minor,
        added_at=row.added_at,
        checked_at=row.checked_at,
    )
