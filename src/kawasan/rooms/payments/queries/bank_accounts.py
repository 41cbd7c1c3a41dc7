"""Reads of businesses' bank accounts."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries.money import need_money
from kawasan.rooms.payments.queries.payments import uuid_of_cursor
from kawasan.rooms.payments.rules.banks import BANKS
from kawasan.rooms.payments.rules.names import mask_name
from kawasan.rooms.payments.types import (
    AccountConfirmation,
    BankAccount,
    NameCheck,
    Rhythm,
    SavedAccount,
    WaitingAccount,
)
from kawasan.rooms.zone import api as zone


def bank_account_of(*, actor: Actor, business_id: UUID) -> SavedAccount | None:
    """Return where a business wants its money, if it said so. Raises NotFound for people of other businesses."""
    need_money(actor, business_id)
    row = models.BankAccount.objects.filter(business=business_id, replaced_at=None).first()
    return None if row is None else as_saved(row)


def unchecked_accounts(*, limit: int) -> list[tuple[UUID, BankAccount]]:
    """Return bank accounts whose holder's name the bank has not been asked for, with whole numbers. For the system."""
    rows = models.BankAccount.objects.filter(name_check=NameCheck.WAITING.value, replaced_at=None).order_by("pk")
    return [(row.pk, BankAccount(bank=row.bank, number=row.number, holder=row.holder)) for row in rows[:limit]]


def waiting_accounts(*, actor: Actor, cursor: str | None = None, limit: int | None = None) -> Page[WaitingAccount]:
    """Return a page of the accounts that wait for a confirmation, the newest first, for zone roles."""
    actor.need_zone()
    key, size = decode_cursor(cursor, str), clamp_limit(limit)
    rows = models.BankAccount.objects.filter(name_check=NameCheck.WAITING.value, replaced_at=None).order_by("-pk")
    if key:
        rows = rows.filter(pk__lt=uuid_of_cursor(key[0]))
    found = list(rows[: size + 1])
    seen = models.AccountConfirmation.objects.filter(account__in=found).order_by("pk")
    confirmed: dict[UUID, list[models.AccountConfirmation]] = defaultdict(list)
    for one in seen:
        confirmed[one.account_id].append(one)
    names = zone.person_names(ids={one.by_id for many in confirmed.values() for one in many})
    items = [
        WaitingAccount(
            as_saved(row),
            row.number,
            tuple(AccountConfirmation(names.get(one.by_id, ""), one.note, one.at) for one in confirmed[row.pk]),
        )
        for row in found
    ]
    return page_of(items, size, key=lambda item: [str(item.account.id)])


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
