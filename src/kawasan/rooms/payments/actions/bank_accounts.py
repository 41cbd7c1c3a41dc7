"""Where a business wants its money: the bank account, the name's check, and how often it is paid out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core.access import Actor, BusinessRole, ZoneRole
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries.bank_accounts import as_saved
from kawasan.rooms.payments.rules.banks import checked_account
from kawasan.rooms.payments.rules.deciding import PAYOUT_MIN, checked_note
from kawasan.rooms.payments.rules.names import is_same_name, mask_name
from kawasan.rooms.payments.types import (
    AccountNotWaiting,
    AccountOwner,
    BankAccount,
    BankAccountIdReused,
    BankAccountOfAnother,
    BankAccountUnknown,
    MakerCannotCheck,
    NameCheck,
    PayoutAmountInvalid,
    Rhythm,
    SavedAccount,
)


@requires_transaction
def save_bank_account(
    *,
    actor: Actor,
    business_id: UUID,
    account_id: UUID,
    bank: str,
    number: str,
    holder: str,
    rhythm: Rhythm,
    smallest: Money,
    owner: AccountOwner | None = None,
    at: datetime,
) -> SavedAccount:
    """
    Save where a business's money goes and how often; the one before is kept as history.

    Owners only. ``owner`` is what the bank said when it was asked before (``ask_bank_for_name``): an account that it
    does not know, or knows by another name, is not saved. None: it did not say and is asked again later; until then
    nothing is paid out by itself. The same account again keeps the name's check, so that a change of rhythm does not
    stop payouts. Repeating an id with the same content returns the first one. Raises NotFound, Forbidden,
    BankAccountInvalid, BankAccountUnknown, BankAccountOfAnother, PayoutAmountInvalid, BankAccountIdReused.
    """
    actor.need_business(business_id, BusinessRole.OWNER)
    account = checked_account(bank=bank, number=number, holder=holder)
    if smallest < PAYOUT_MIN:
        raise PayoutAmountInvalid(field="smallest", smallest=PAYOUT_MIN, available=smallest)
    if earlier := models.BankAccount.objects.filter(pk=account_id).first():
        if _account(earlier) != account or earlier.business_id != business_id:
            raise BankAccountIdReused
        return as_saved(earlier)
    _check_owner(account, owner)
    before = models.BankAccount.objects.select_for_update().filter(business=business_id, replaced_at=None).first()
    row = models.BankAccount(
        id=account_id,
        business_id=business_id,
        bank=account.bank,
        number=account.number,
        holder=account.holder,
        rhythm=rhythm.value,
        smallest_minor=smallest.minor,
        added_by=actor.need_person(),
        added_at=at,
    )
    if before is not None:
        if _account(before) == account:
            row.name_check, row.name_at_bank, row.checked_at = before.name_check, before.name_at_bank, before.checked_at
        before.replaced_at = at
        before.save(update_fields=["replaced_at"])
    if owner is not None and owner.name is not None:
        row.name_check, row.name_at_bank, row.checked_at = NameCheck.MATCHED.value, owner.name, at
    row.save(force_insert=True)
    return as_saved(row)


@requires_transaction
def note_name_at_bank(*, account_id: UUID, owner: AccountOwner, at: datetime) -> SavedAccount:
    """
    Note what the bank says whose a saved account is: the same name, another one, or that there is no such account.

    For the system; a repeat changes nothing.
    """
    row = models.BankAccount.objects.select_for_update().get(pk=account_id)
    if row.name_check == NameCheck.WAITING.value:
        check = NameCheck.UNKNOWN
        if owner.name is not None:
            check = NameCheck.MATCHED if is_same_name(owner.name, row.holder) else NameCheck.DIFFERENT
        row.name_check, row.name_at_bank, row.checked_at = check.value, owner.name or "", at
        row.save(update_fields=["name_check", "name_at_bank", "checked_at"])
    return as_saved(row)


# Note [Accounts that no bank names]
# Some providers answer no account inquiry. Then two of the zone's staff look at the bank book (or a statement): each
# writes down what was seen, and the second one confirms. What was seen stays beside the account for good.
@requires_transaction
def confirm_account(*, actor: Actor, account_id: UUID, note: str, at: datetime) -> SavedAccount:
    """
    Say, as one of staff, that a waiting account is its business's; the second one who says so confirms it.

    Raises Unauthenticated, Forbidden, AccountNotWaiting, MakerCannotCheck for the same person again, EventNoteInvalid
    for a note that says nothing.
    """
    actor.need_zone(ZoneRole.STAFF)
    person, said = actor.need_person(), checked_note(note)
    row = models.BankAccount.objects.select_for_update().filter(pk=account_id, replaced_at=None).first()
    if row is None or row.name_check != NameCheck.WAITING.value:
        raise AccountNotWaiting
    before = list(models.AccountConfirmation.objects.filter(account=row))
    if any(one.by_id == person for one in before):
        raise MakerCannotCheck
    models.AccountConfirmation(account=row, by_id=person, note=said, at=at).save(force_insert=True)
    if before:
        row.name_check, row.name_at_bank, row.checked_at = NameCheck.MATCHED.value, row.holder, at
        row.save(update_fields=["name_check", "name_at_bank", "checked_at"])
    return as_saved(row)


def _check_owner(account: BankAccount, owner: AccountOwner | None) -> None:
    if owner is None:
        return
    if owner.name is None:
        raise BankAccountUnknown(field="number")
    if not is_same_name(owner.name, account.holder):
        raise BankAccountOfAnother(field="holder", name=mask_name(owner.name))


def _account(row: models.BankAccount) -> BankAccount:
    return BankAccount(bank=row.bank, number=row.number, holder=row.holder)
