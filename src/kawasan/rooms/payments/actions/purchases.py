"""A business pays a person for goods that the person brought: from its balance into the wallet."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments.actions.accounts import ensure_accounts
from kawasan.rooms.payments.actions.reach import lock_wallets
from kawasan.rooms.payments.queries import wallets as queries
from kawasan.rooms.payments.queries.money import wallet_balance
from kawasan.rooms.payments.rules import accounts
from kawasan.rooms.payments.rules.transfers import move
from kawasan.rooms.payments.types import PaymentCode, RecipientCannotTake
from kawasan.rooms.payments.types.purchases import BusinessCannotPay


@requires_transaction
def pay_person_for_goods(
    *, business_id: UUID, person_id: UUID, purchase_id: UUID, amount: Money, at: datetime
) -> UUID:  # fmt: skip
    """
    Pay a person for goods, in one ledger entry; return the transfer's id. Who may buy is the caller's to check.

    A repeat of the same purchase pays nothing more. Raises BusinessCannotPay where the balance does not hold so much,
    RecipientCannotTake where the wallet may not hold it.
    """
    ensure_accounts(business_ids=(business_id,), person_id=person_id)
    _check_wallet(person_id, amount, at)
    transfer_id = ids.derived("payments.goods-bought", purchase_id)
    moved = move(
        transfer_id, PaymentCode.GOODS_BOUGHT, accounts.balance(business_id), accounts.wallet(person_id), amount.minor,
        purchase_id,
    )  # fmt: skip
    try:
        ledger.post(ledger.Entry(ids.derived("payments.goods-bought-entry", purchase_id), at, (moved,)))
    except ledger.InsufficientBalance:
        raise BusinessCannotPay from None
    return transfer_id


def _check_wallet(person_id: UUID, amount: Money, at: datetime) -> None:
    with seeing_everything():  # whether it is full or frozen is nobody else's business: one refusal for both
        lock_wallets([person_id])
        state = queries.wallet_state(person_id=person_id, at=at)
        held = wallet_balance(person_id=person_id) + amount.minor
        if state.is_frozen or held > state.balance_max.amount_minor:
            raise RecipientCannotTake(field="email")
