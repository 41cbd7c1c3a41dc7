"""A buyer's wallet pays at the counter: a code made for two minutes, taken once by the cashier's till."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.crypto import salted_hmac

from kawasan.core import clock, ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.core.money import Money, rupiah
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions.accounts import ensure_accounts
from kawasan.rooms.payments.queries.shop import as_wallet_code
from kawasan.rooms.payments.rules import accounts, guesses
from kawasan.rooms.payments.types import PaymentCode
from kawasan.rooms.payments.types.counter_wallets import (
    BuyersWalletFrozen,
    CounterAmountInvalid,
    CounterWalletPayment,
    WalletCannotPay,
    WalletCode,
    WalletCodeOver,
    WalletCodesLocked,
    WalletCodeUnknown,
)
from kawasan.rooms.payments.types.shop import CounterPaymentIdReused
from kawasan.rooms.zone import api as zone

# Note [How long a wallet code lives, and how long it is]
# Twelve digits can be typed; two minutes are enough to show and scan them. With a hundred codes open at once, a guess
# hits one in ten thousand million; each guess needs a signed-in cashier's request, and what it takes is on both sides'
# statements.
DIGITS = 12
LIFETIME = timedelta(minutes=2)
LARGEST = rupiah(20_000_000)
_SALT = "payments.wallet-code"


@requires_transaction
def make_wallet_code(*, actor: Actor, at: datetime) -> WalletCode:
    """Make a code that pays one sale from the caller's wallet; an earlier one is over. Raises Unauthenticated."""
    person_id = actor.need_person()
    open_ones = models.WalletCode.objects.filter(person_id=person_id, used_at__isnull=True, expires_at__gt=at)
    open_ones.update(expires_at=at)
    digits = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    row = models.WalletCode(
        id=ids.uuid7(), person_id=person_id, digest=_digest(digits), made_at=at, expires_at=at + LIFETIME
    )
    row.save(force_insert=True)
    return as_wallet_code(row, digits)


@requires_transaction
def pay_counter_from_wallet(
    *, actor: Actor, business_id: UUID, payment_id: UUID, digits: str, amount: Money, at: datetime
) -> CounterWalletPayment:
    """
    Let the wallet that shows a code pay a sum at a business's counter, once; owner and staff may take it.

    Repeating it with the same id and amount returns the first payment, also when the code is over by then. After
    WalletCodeUnknown the caller tells ``note_wrong_code`` in a transaction of its own, since this one changes nothing.
    Raises WalletCodesLocked, WalletCodeUnknown, WalletCodeOver, WalletCannotPay, BuyersWalletFrozen,
    CounterAmountInvalid, CounterPaymentIdReused, Forbidden, NotFound.
    """
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    if not 0 < amount.minor <= LARGEST.minor:
        raise CounterAmountInvalid(field="amount_minor", largest=LARGEST)
    bare = "".join(letter for letter in digits if letter.isascii() and letter.isdigit())
    with seeing_everything():  # the code is its owner's; the answer tells nothing of theirs but initials
        row = models.WalletCode.objects.select_for_update().filter(digest=_digest(bare)).first()
        earlier = models.WalletCode.objects.filter(payment_id=payment_id).first()
        if earlier is not None:
            return _same_or_refuse(earlier, business_id, amount)
        _check_not_locked(business_id, at)
        if row is None:
            raise WalletCodeUnknown(field="code")
        if row.used_at is not None or row.expires_at <= at:
            raise WalletCodeOver
        _post(row, business_id, payment_id, amount, at)
        row.used_at, row.business_id, row.payment_id, row.amount_minor = at, business_id, payment_id, amount.minor
        row.save(update_fields=["used_at", "business_id", "payment_id", "amount_minor"])
        return _as_payment(row)


@requires_transaction
def note_wrong_code(*, actor: Actor, business_id: UUID, at: datetime) -> None:
    """Count a wrong code of a business's till; from WRONG_MAX within WINDOW on none is taken for LOCKED_FOR."""
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    first = models.WalletCodeGuesses(business_id=business_id, wrong=0, since=at)
    models.WalletCodeGuesses.objects.bulk_create([first], ignore_conflicts=True)
    row = models.WalletCodeGuesses.objects.select_for_update().get(pk=business_id)
    row.wrong, row.since, locked = guesses.after_wrong(wrong=row.wrong, since=row.since, at=at)
    row.locked_until = locked or row.locked_until
    row.save(update_fields=["wrong", "since", "locked_until"])


def _check_not_locked(business_id: UUID, at: datetime) -> None:
    until = models.WalletCodeGuesses.objects.filter(pk=business_id).values_list("locked_until", flat=True).first()
    if until is not None and guesses.is_locked(until, at=at):
        raise WalletCodesLocked(until=f"{until.astimezone(clock.WIB):%H.%M} WIB", until_at=until.isoformat())


def _post(row: models.WalletCode, business_id: UUID, payment_id: UUID, amount: Money, at: datetime) -> None:
    ensure_accounts(business_ids=(business_id,), person_id=row.person_id)
    transfer = ledger.NewTransfer(
        id=ids.derived("payments.wallet-counter", payment_id),
        debit=accounts.wallet(row.person_id),
        credit=accounts.balance(business_id),
        amount=amount.minor,
        code=int(PaymentCode.WALLET_COUNTER),
        reference=payment_id,
    )
    try:
        ledger.post(ledger.Entry(ids.derived("payments.wallet-counter-entry", payment_id), at, (transfer,)))
    except ledger.InsufficientBalance:
        raise WalletCannotPay from None
    except ledger.AccountFrozen:
        raise BuyersWalletFrozen from None


def _same_or_refuse(row: models.WalletCode, business_id: UUID, amount: Money) -> CounterWalletPayment:
    if (row.business_id, row.amount_minor) != (business_id, amount.minor):
        raise CounterPaymentIdReused
    return _as_payment(row)


def _as_payment(row: models.WalletCode) -> CounterWalletPayment:
    name = zone.person_names(ids={row.person_id}).get(row.person_id, "")
    if row.payment_id is None or row.business_id is None or row.amount_minor is None or row.used_at is None:
        raise WalletCodeUnknown
    buyer = " ".join(f"{word[0]}." for word in name.split())
    return CounterWalletPayment(row.payment_id, row.business_id, row.amount_minor, buyer, row.used_at)


def _digest(digits: str) -> str:
    return salted_hmac(_SALT, digits, algorithm="sha256").hexdigest()
