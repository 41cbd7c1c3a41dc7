"""Payout batches: collected by one person (or the clock), checked by another, answered by the bank."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions.accounts import ensure_accounts
from kawasan.rooms.payments.actions.payouts import cancelling, lock_payout, mark, reserving, sending, settle_payout
from kawasan.rooms.payments.actions.reach import lock_sellers
from kawasan.rooms.payments.queries.batches import as_batch
from kawasan.rooms.payments.queries.money_rules import rule_now
from kawasan.rooms.payments.rules import accounts
from kawasan.rooms.payments.rules.days_off import value_date, week_of
from kawasan.rooms.payments.types import (
    Batch,
    BatchEmpty,
    BatchNotFound,
    BatchNotOpen,
    BatchStatus,
    MakerCannotCheck,
    NameCheck,
    Payout,
    PayoutNotSent,
    PayoutReasonNeeded,
    PayoutStatus,
    Rhythm,
    RuleKind,
)

BATCH_MAX = 500  # payouts of one file
CUT_OFF_MINUTES = 14 * 60  # where no rule says otherwise
REASON_LENGTH_MAX = 200
_DONE = (PayoutStatus.PAID.value, PayoutStatus.RETURNED.value, PayoutStatus.CANCELLED.value)


@requires_transaction
def make_batch(*, actor: Actor, batch_id: UUID, at: datetime) -> Batch:
    """
    Collect what is due into a batch and reserve the money: every business whose account is checked and whose rhythm
    says so, with all it has from its smallest payout on, and payouts that were asked for and wait.

    Staff and operators, or the system. One entry in the ledger for the whole batch. Repeating an id returns the first
    batch. Raises Unauthenticated, Forbidden, BatchEmpty.
    """
    actor.need_zone(ZoneRole.STAFF)
    if earlier := models.PayoutBatch.objects.filter(pk=batch_id).first():
        return as_batch(earlier, with_payouts=True)
    day = value_date(at, cut_off_minutes=_cut_off(at))
    asked = list(_asked_for())
    rows = asked + _due_payouts(day, actor, at, room=BATCH_MAX - len(asked))
    if not rows:
        raise BatchEmpty
    batch = _insert(batch_id, rows, day, actor, at)
    for row in rows:
        row.batch_id = batch.pk
    new = rows[len(asked) :]
    models.Payout.objects.bulk_update(asked, ["batch"])
    models.Payout.objects.bulk_create(new)
    if new:
        moves = tuple(reserving(row.pk, row.business_id, row.amount_minor) for row in new)
        ledger.post(ledger.Entry(ids.derived("payments.batch-entry", batch.pk), at, moves))
    return as_batch(batch, with_payouts=True)


@requires_transaction
def approve_batch(*, actor: Actor, batch_id: UUID, at: datetime) -> Batch:
    """
    Approve a batch as a second person: the money of all its payouts is in transit, its file may go to the bank.

    A repeat by the same person changes nothing. Raises Unauthenticated, Forbidden, BatchNotFound, MakerCannotCheck,
    BatchNotOpen.
    """
    batch = _checked_by(actor, batch_id)
    if batch.status == BatchStatus.SENT and batch.checked_by == actor.person_id:
        return as_batch(batch, with_payouts=True)
    rows = _open_for_decision(batch)
    moves = tuple(sending(row.pk) for row in rows)
    ledger.post(ledger.Entry(ids.derived("payments.batch-sent-entry", batch.pk), at, moves))
    for row in rows:
        mark(row, PayoutStatus.SENT, at)
    return _decide(batch, BatchStatus.SENT, actor, at)


@requires_transaction
def reject_batch(*, actor: Actor, batch_id: UUID, note: str, at: datetime) -> Batch:
    """
    Reject a batch as a second person, with a reason: all its money is free in the balances again.

    A repeat by the same person changes nothing. Raises Unauthenticated, Forbidden, BatchNotFound, MakerCannotCheck,
    BatchNotOpen, PayoutReasonNeeded.
    """
    note = checked_words(note)
    batch = _checked_by(actor, batch_id)
    if batch.status == BatchStatus.REJECTED and batch.checked_by == actor.person_id:
        return as_batch(batch, with_payouts=True)
    rows = _open_for_decision(batch)
    moves = tuple(cancelling(row.pk) for row in rows)
    ledger.post(ledger.Entry(ids.derived("payments.batch-rejected-entry", batch.pk), at, moves))
    for row in rows:
        mark(row, PayoutStatus.CANCELLED, at, reason=note)
    batch.note = note
    return _decide(batch, BatchStatus.REJECTED, actor, at)


@requires_transaction
def note_bank_answer(
    *, actor: Actor, payout_id: UUID, paid: bool, reason: str = "", bank_reference: str = "", at: datetime
) -> Payout:
    """
    Note, as staff, what the bank said about one payout of a batch; the batch closes with its last answer.

    A payout that is returned needs a reason, which its business reads. One that was paid can still be returned. A
    repeat changes nothing. Raises Unauthenticated, Forbidden, PayoutNotFound, PayoutNotSent, PayoutReasonNeeded.
    """
    actor.need_zone(ZoneRole.STAFF)
    row = lock_payout(payout_id)
    if row.status == PayoutStatus.REQUESTED or row.batch_id is None:
        raise PayoutNotSent
    reason = "" if paid else checked_words(reason)
    done = settle_payout(
        payout_id=payout_id, sent=paid, bank_reference=bank_reference.strip()[:60], reason=reason, at=at
    )
    _close_if_done(row.batch_id, at)
    return done


@requires_transaction
def note_rest_paid(*, actor: Actor, batch_id: UUID, bank_reference: str, at: datetime) -> Batch:
    """
    Note, as staff, that the bank paid every payout of a batch that nothing else was said about. A repeat changes
    nothing.

    Raises Unauthenticated, Forbidden, BatchNotFound, PayoutNotSent.
    """
    actor.need_zone(ZoneRole.STAFF)
    batch = _lock(batch_id)
    if batch.status not in (BatchStatus.SENT, BatchStatus.CLOSED):
        raise PayoutNotSent
    rows = models.Payout.objects.filter(batch=batch_id, status=PayoutStatus.SENT.value).order_by("business_id", "pk")
    lock_sellers(row.business_id for row in rows)
    for row in rows:
        settle_payout(payout_id=row.pk, sent=True, bank_reference=bank_reference.strip()[:60], at=at)
    _close_if_done(batch_id, at)
    return as_batch(_lock(batch_id), with_payouts=True)


def checked_words(text: str) -> str:
    """Return a reason without stray blanks. Raises PayoutReasonNeeded."""
    words = " ".join(text.replace("\0", "").split())
    if not 3 <= len(words) <= REASON_LENGTH_MAX:
        raise PayoutReasonNeeded(field="reason", limit=REASON_LENGTH_MAX)
    return words


def _cut_off(at: datetime) -> int:
    rule = rule_now(RuleKind.CUT_OFF, clock.business_day(at))
    return rule.number if rule else CUT_OFF_MINUTES


# Payouts that their business asked for and that nobody has told a bank about yet.
def _asked_for() -> Sequence[models.Payout]:
    rows = models.Payout.objects.filter(status=PayoutStatus.REQUESTED.value, batch__isnull=True)
    return list(rows.select_for_update(skip_locked=True, no_key=True).order_by("pk")[:BATCH_MAX])


def _due_payouts(day: date, actor: Actor, at: datetime, *, room: int) -> list[models.Payout]:
    payable = _payable(day)
    free = _free(payable)
    found = [row for row in payable if free[row.business_id] >= row.smallest_minor][: max(0, room)]
    businesses = [row.business_id for row in found]
    ensure_accounts(business_ids=tuple(businesses))
    lock_sellers(businesses)
    free = _free(found)
    return [
        _payout(row, free[row.business_id], actor, at) for row in found if free[row.business_id] >= row.smallest_minor
    ]


def _free(rows: Sequence[models.BankAccount]) -> dict[UUID, int]:
    owned = {row.business_id: accounts.balance(row.business_id) for row in rows}
    found = ledger.balances(list(owned.values()))
    return {business: found.get(account, ledger.Balance()).available for business, account in owned.items()}


# Daily once for each banking day, weekly once for each week: counted by the batch's value date.
def _payable(day: date) -> Sequence[models.BankAccount]:
    rows = models.BankAccount.objects.filter(replaced_at=None, name_check=NameCheck.MATCHED.value)
    since = {Rhythm.DAILY.value: _paid_since(day), Rhythm.WEEKLY.value: _paid_since(week_of(day))}
    waiting = rows.filter(rhythm__in=list(since)).order_by("business_id")
    return [row for row in waiting if row.business_id not in since[row.rhythm]]


def _paid_since(day: date) -> set[UUID]:
    rows = models.Payout.objects.filter(
        batch__value_date__gte=day,
        status__in=[PayoutStatus.REQUESTED.value, PayoutStatus.SENT.value, PayoutStatus.PAID.value],
    )
    return set(rows.values_list("business_id", flat=True))


def _payout(row: models.BankAccount, amount_minor: int, actor: Actor, at: datetime) -> models.Payout:
    return models.Payout(
        id=ids.uuid7(),
        business_id=row.business_id,
        requested_by=actor.person_id or row.business_id,
        amount_minor=amount_minor,
        status=PayoutStatus.REQUESTED.value,
        bank=row.bank,
        number=row.number,
        holder=row.holder,
        requested_at=at,
    )


def _insert(batch_id: UUID, rows: Sequence[models.Payout], day: date, actor: Actor, at: datetime) -> models.PayoutBatch:
    batch = models.PayoutBatch(
        id=batch_id,
        number=f"B-{day:%Y%m%d}-{batch_id.hex[-6:].upper()}",
        status=BatchStatus.DRAFT.value,
        value_date=day,
        total_minor=sum(row.amount_minor for row in rows),
        count=len(rows),
        made_by=actor.person_id,
        made_at=at,
    )
    batch.save(force_insert=True)
    return batch


def _lock(batch_id: UUID) -> models.PayoutBatch:
    row = models.PayoutBatch.objects.select_for_update().filter(pk=batch_id).first()
    if row is None:
        raise BatchNotFound
    return row


def _checked_by(actor: Actor, batch_id: UUID) -> models.PayoutBatch:
    actor.need_zone(ZoneRole.STAFF)
    person = actor.need_person()
    batch = _lock(batch_id)
    if batch.made_by == person:
        raise MakerCannotCheck
    return batch


def _open_for_decision(batch: models.PayoutBatch) -> list[models.Payout]:
    if batch.status != BatchStatus.DRAFT:
        raise BatchNotOpen
    return list(models.Payout.objects.select_for_update(no_key=True).filter(batch=batch.pk).order_by("pk"))


def _decide(batch: models.PayoutBatch, status: BatchStatus, actor: Actor, at: datetime) -> Batch:
    batch.status, batch.checked_by, batch.checked_at = status.value, actor.person_id, at
    batch.save(update_fields=["status", "checked_by", "checked_at", "note"])
    return as_batch(batch, with_payouts=True)


def _close_if_done(batch_id: UUID, at: datetime) -> None:
    if not models.Payout.objects.filter(batch=batch_id).exclude(status__in=_DONE).exists():
        models.PayoutBatch.objects.filter(pk=batch_id, status=BatchStatus.SENT.value).update(
            status=BatchStatus.CLOSED.value, closed_at=at
        )
