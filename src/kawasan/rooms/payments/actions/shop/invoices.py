"""An invoice is paid: by a code made for it, which whoever has the invoice may scan, or from a wallet."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions.accounts import ensure_accounts
from kawasan.rooms.payments.actions.shop.codes import inserted, new_code
from kawasan.rooms.payments.actions.shop.wallets import LARGEST
from kawasan.rooms.payments.queries.shop import as_counter_payment
from kawasan.rooms.payments.rules import accounts
from kawasan.rooms.payments.rules.deciding import check_qris_amount
from kawasan.rooms.payments.rules.shop import INVOICE_LIFETIME
from kawasan.rooms.payments.types import PaymentCode
from kawasan.rooms.payments.types.counter_wallets import BuyersWalletFrozen, CounterAmountInvalid, WalletCannotPay
from kawasan.rooms.payments.types.shop import CounterPayment, CounterPaymentIdReused, ShopCodeKind


@requires_transaction
def request_invoice_payment(
    *, business_id: UUID, payment_id: UUID, invoice_id: UUID, amount: Money, at: datetime
) -> CounterPayment:
    """
    Ask for one payment of this amount for an invoice, of whoever scans the code; the caller says that it is owed.

    The transaction has to see the business's rows. Repeating it with the same id and amount returns the first one.
    Raises PaymentAmountInvalid, CounterPaymentIdReused, UnknownProvider.
    """
    check_qris_amount(amount, at=at)
    fresh = new_code(payment_id, business_id, ShopCodeKind.COUNTER, SYSTEM, at)
    fresh.amount_minor, fresh.invoice_id, fresh.expires_at = amount.minor, invoice_id, at + INVOICE_LIFETIME
    if inserted(fresh):
        return as_counter_payment(fresh, at)
    row = models.ShopCode.objects.filter(pk=payment_id, business_id=business_id).first()
    if row is None or (row.amount_minor, row.invoice_id) != (amount.minor, invoice_id):
        raise CounterPaymentIdReused
    return as_counter_payment(row, at)


@requires_transaction
def pay_invoice_from_wallet(
    *, actor: Actor, business_id: UUID, payment_id: UUID, invoice_id: UUID, amount: Money, at: datetime
) -> None:
    """
    Move a sum from the caller's wallet to a business's balance for an invoice, once for each ``payment_id``.

    Raises Unauthenticated, CounterAmountInvalid, WalletCannotPay, BuyersWalletFrozen, EntryIdReused.
    """
    person_id = actor.need_person()
    if not 0 < amount.minor <= LARGEST.minor:
        raise CounterAmountInvalid(field="amount_minor", largest=LARGEST)
    ensure_accounts(business_ids=(business_id,), person_id=person_id)
    transfer = ledger.NewTransfer(
        id=ids.derived("payments.invoice-wallet", payment_id),
        debit=accounts.wallet(person_id),
        credit=accounts.balance(business_id),
        amount=amount.minor,
        code=int(PaymentCode.INVOICE_WALLET),
        reference=invoice_id,
    )
    try:
        ledger.post(ledger.Entry(ids.derived("payments.invoice-wallet-entry", payment_id), at, (transfer,)))
    except ledger.InsufficientBalance:
        raise WalletCannotPay from None
    except ledger.AccountFrozen:
        raise BuyersWalletFrozen from None
