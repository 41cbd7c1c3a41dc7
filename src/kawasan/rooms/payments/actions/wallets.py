"""What staff decides about wallets, appeals against it, and money from one person to another."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.core.money import Money, rupiah
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions.accounts import ensure_wallet
from kawasan.rooms.payments.actions.reach import lock_wallets
from kawasan.rooms.payments.queries import wallets as queries
from kawasan.rooms.payments.queries.money import wallet_balance
from kawasan.rooms.payments.rules import accounts
from kawasan.rooms.payments.rules.transfers import move
from kawasan.rooms.payments.types import (
    Level,
    MakerCannotCheck,
    NoAppealPossible,
    PaymentCode,
    RecipientCannotTake,
    RecipientIsSender,
    RecipientNotFound,
    SendAmountInvalid,
    SendIdReused,
    SendingNeedsIdentity,
    SendNotFound,
    SendTooLate,
    TooManySends,
    WalletFrozen,
    WalletLimit,
    WalletReasonNeeded,
    WalletState,
    WalletTransfer,
)
from kawasan.rooms.zone import api as zone

WORDS_LENGTH_MAX = 500
SEND_MIN = rupiah(1_000)
SEND_NOTE_LENGTH_MAX = 100
SENDS_A_DAY_MAX = 30  # prepared ones: looking up names is not what this is for
CONFIRM_WITHIN = timedelta(minutes=15)
RUPIAH = 100  # minor units
_LATER = timedelta(microseconds=1)


@requires_transaction
def decide_wallet(
    *,
    actor: Actor,
    person_id: UUID,
    step_id: UUID,
    reason: str,
    level: Level | None = None,
    is_frozen: bool | None = None,
    at: datetime,
) -> WalletState:
    """
    Decide, as staff, about a person's wallet: its level of identity check, to freeze it, to free it; with a reason.

    From a frozen wallet nothing leaves, whoever asks: the ledger itself refuses. Refunds and late payments still
    arrive, since that money is the person's. Repeating a step changes nothing. Raises Unauthenticated, Forbidden,
    WalletReasonNeeded, UnknownPerson.
    """
    actor.need_zone(ZoneRole.STAFF)
    reason = checked_words(reason)
    zone.person_of(person_id=person_id)
    ensure_wallet(person_id=person_id)
    lock_wallets([person_id])
    if not models.WalletStep.objects.filter(pk=step_id).exists():
        before = queries.last_step(person_id)
        now_level = level or (Level(before.level) if before else Level.UNVERIFIED)
        now_frozen = is_frozen if is_frozen is not None else bool(before and before.is_frozen)
        at = max(at, before.at + _LATER) if before else at  # the newest step counts, whichever clock told the time
        _step(person_id, step_id, now_level, now_frozen, reason, actor, at)
    return queries.wallet_state(person_id=person_id, at=at)


@requires_transaction
def appeal(*, actor: Actor, appeal_id: UUID, text: str, at: datetime) -> WalletState:
    """
    Appeal, as its owner, against the freezing of a wallet. Repeating an id changes nothing.

    Raises Unauthenticated, WalletReasonNeeded, and NoAppealPossible where the wallet is not frozen or an appeal waits.
    """
    person, text = actor.need_person(), checked_words(text)
    if not models.Appeal.objects.filter(pk=appeal_id, person=person).exists():
        lock_wallets([person])
        step, state = queries.last_step(person), queries.wallet_state(person_id=person, at=at)
        if step is None or not state.may_appeal:
            raise NoAppealPossible
        models.Appeal(id=appeal_id, person_id=person, step=step, text=text, at=at).save(force_insert=True)
    return queries.wallet_state(person_id=person, at=at)


@requires_transaction
def answer_appeal(*, actor: Actor, appeal_id: UUID, is_granted: bool, answer: str, at: datetime) -> WalletState:
    """
    Answer an appeal, as another person of staff than the one who froze the wallet; granted, the wallet is free at once.

    The same answer again changes nothing. Raises Unauthenticated, Forbidden, WalletReasonNeeded, NoAppealPossible,
    MakerCannotCheck.
    """
    actor.need_zone(ZoneRole.STAFF)
    answer = checked_words(answer)
    row = models.Appeal.objects.select_for_update(of=("self",)).select_related("step").filter(pk=appeal_id).first()
    if row is None or (row.answered_at is not None and row.answer != answer):
        raise NoAppealPossible
    if row.step.set_by == actor.person_id:
        raise MakerCannotCheck
    if row.answered_at is None:
        row.answer, row.answered_by, row.answered_at = answer, actor.person_id, at
        row.save(update_fields=["answer", "answered_by", "answered_at"])
        if is_granted:
            thaw = ids.derived("payments.appeal-granted", row.pk)
            decide_wallet(actor=actor, person_id=row.person_id, step_id=thaw, reason=answer, is_frozen=False, at=at)
    return queries.wallet_state(person_id=row.person_id, at=at)


@requires_transaction
def prepare_transfer(
    *, actor: Actor, transfer_id: UUID, email: str, amount: Money, note: str, at: datetime
) -> WalletTransfer:
    """
    Prepare to send money to the person who signs in with an address; the answer shows the masked name, nothing moves.

    Repeating an id with the same content returns the first one. Raises Unauthenticated, WalletFrozen,
    SendingNeedsIdentity, SendAmountInvalid, WalletLimit, RecipientNotFound, RecipientIsSender, RecipientCannotTake,
    TooManySends, SendIdReused.
    """
    sender = actor.need_person()
    note = " ".join(note.replace("\0", "").split())[:SEND_NOTE_LENGTH_MAX]
    if earlier := models.WalletTransfer.objects.filter(pk=transfer_id).first():
        return _same_or_refuse(earlier, sender, amount, email)
    recipient = _recipient(sender, email)
    _check_sender(sender, amount, at)
    _check_recipient(recipient, amount, at)
    today = models.WalletTransfer.objects.filter(sender=sender, prepared_at__gt=at - timedelta(days=1))
    if today.count() >= SENDS_A_DAY_MAX:
        raise TooManySends(limit=SENDS_A_DAY_MAX)
    row = models.WalletTransfer(
        id=transfer_id, sender_id=sender, recipient_id=recipient, amount_minor=amount.minor, note=note, prepared_at=at
    )
    models.WalletTransfer.objects.bulk_create([row], ignore_conflicts=True)
    return _same_or_refuse(models.WalletTransfer.objects.get(pk=transfer_id), sender, amount, email)


@requires_transaction
def confirm_transfer(*, actor: Actor, transfer_id: UUID, at: datetime) -> WalletTransfer:
    """
    Send what was prepared, within CONFIRM_WITHIN of seeing the name. Repeating it changes nothing.

    Everything is checked once more, since balances and limits may have changed. Raises Unauthenticated, SendNotFound,
    SendTooLate, WalletFrozen, SendingNeedsIdentity, SendAmountInvalid, WalletLimit, RecipientCannotTake.
    """
    sender = actor.need_person()
    row = models.WalletTransfer.objects.select_for_update().filter(pk=transfer_id, sender=sender).first()
    if row is None:
        raise SendNotFound
    if row.sent_at is not None:
        return queries.as_transfer(row)
    if at > row.prepared_at + CONFIRM_WITHIN:
        raise SendTooLate(minutes=CONFIRM_WITHIN // timedelta(minutes=1))
    ensure_wallet(person_id=row.recipient_id)
    lock_wallets([sender, row.recipient_id])
    _check_sender(sender, Money(row.amount_minor), at)
    _check_recipient(row.recipient_id, Money(row.amount_minor), at)
    moved = move(
        ids.derived("payments.wallet-transfer", row.pk),
        PaymentCode.WALLET_TRANSFER,
        accounts.wallet(sender),
        accounts.wallet(row.recipient_id),
        row.amount_minor,
        row.pk,
    )
    ledger.post(ledger.Entry(ids.derived("payments.wallet-transfer-entry", row.pk), at, (moved,)))
    row.sent_at = at
    row.save(update_fields=["sent_at"])
    return queries.as_transfer(row)


def check_top_up_limits(person_id: UUID, amount: Money, at: datetime) -> None:
    """Raise WalletFrozen or WalletLimit where a top-up would be more than a wallet may take in or hold."""
    state = queries.wallet_state(person_id=person_id, at=at)
    if state.is_frozen:
        raise WalletFrozen
    left = _room(state, at)
    if amount.minor > left:
        raise WalletLimit(field="amount", limit=Money(_limit(state)), left=Money(left))


def checked_words(text: str) -> str:
    """Return a reason, an appeal or an answer without stray blanks. Raises WalletReasonNeeded."""
    words = " ".join(text.replace("\0", "").split())
    if not 3 <= len(words) <= WORDS_LENGTH_MAX:
        raise WalletReasonNeeded(field="reason", limit=WORDS_LENGTH_MAX)
    return words


# What may still come in: by the most that the wallet holds, top-ups under way counted, and by the month.
def _room(state: WalletState, at: datetime) -> int:
    held = wallet_balance(person_id=state.person_id) + queries.open_top_ups(state.person_id, at)
    month = state.month_max.amount_minor - state.came_this_month_minor
    return max(0, min(state.balance_max.amount_minor - held, month))


def _limit(state: WalletState) -> int:
    return min(state.balance_max.amount_minor, state.month_max.amount_minor)


def _step(
    person_id: UUID, step_id: UUID, level: Level, is_frozen: bool, reason: str, actor: Actor, at: datetime
) -> None:
    account = accounts.wallet(person_id)
    ledger.stop_debits(account) if is_frozen else ledger.allow_debits(account)
    models.WalletStep(
        id=step_id,
        person_id=person_id,
        level=level.value,
        is_frozen=is_frozen,
        reason=reason,
        set_by=actor.need_person(),
        at=at,
    ).save(force_insert=True)


def _recipient(sender: UUID, email: str) -> UUID:
    found = zone.person_of_address(email=email)
    if found is None:
        raise RecipientNotFound(field="email")
    if found == sender:
        raise RecipientIsSender(field="email")
    return found


def _check_sender(sender: UUID, amount: Money, at: datetime) -> None:
    state = queries.wallet_state(person_id=sender, at=at)
    if state.is_frozen:
        raise WalletFrozen
    if state.send_max.amount_minor == 0:
        raise SendingNeedsIdentity
    available = Money(wallet_balance(person_id=sender))
    if not SEND_MIN <= amount <= available or amount.minor % RUPIAH:
        raise SendAmountInvalid(field="amount", smallest=SEND_MIN, available=available)
    if amount.minor > state.send_max.amount_minor:
        limit = Money(state.send_max.amount_minor)
        raise WalletLimit(field="amount", limit=limit, left=limit)


# Whether it is frozen, full or new is nobody else's business: one refusal for all.
def _check_recipient(recipient: UUID, amount: Money, at: datetime) -> None:
    with seeing_everything():
        state = queries.wallet_state(person_id=recipient, at=at)
        if state.is_frozen or amount.minor > _room(state, at):
            raise RecipientCannotTake(field="amount")


def _same_or_refuse(row: models.WalletTransfer, sender: UUID, amount: Money, email: str) -> WalletTransfer:
    if (
        row.sender_id != sender
        or row.amount_minor != amount.minor
        or zone.person_of_address(email=email) != row.recipient_id
    ):
        raise SendIdReused
    return queries.as_transfer(row)
