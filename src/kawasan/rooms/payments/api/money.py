"""The door to accounts: wallets, escrow, balances, their statements, and the transfers that commerce posts."""

from kawasan.rooms.payments.actions.accounts import (
    ensure_business_accounts,
    ensure_drawer,
    ensure_wallet,
)
from kawasan.rooms.payments.actions.purchases import pay_person_for_goods
from kawasan.rooms.payments.queries.money import (
    all_lines,
    business_statement,
    seller_money,
    wallet_balance,
    wallet_balances,
    wallet_statement,
)
from kawasan.rooms.payments.queries.verify import (
    verify,
)
from kawasan.rooms.payments.rules.accounts import (
    balance,
    bank,
    debt,
    escrow,
    fee,
    new_fee,
    new_voucher,
    provider,
    reserve,
    tax,
    transit,
    voucher,
    wallet,
)
from kawasan.rooms.payments.rules.cash import (
    cash_back,
    cash_counted,
    cash_sale,
    drawer,
)
from kawasan.rooms.payments.rules.movements import ACCOUNTS, MOVEMENTS, REFERENCES
from kawasan.rooms.payments.rules.transfers import (
    close_voucher,
    fund_voucher,
    pay_from_wallet,
    refund_from_seller,
    refund_to_wallet,
    release,
)
from kawasan.rooms.payments.types import (
    PAYMENT_CODES,
    AccountCode,
    Line,
    PaymentCode,
    SellerMoney,
    TopUpAmountInvalid,
)
from kawasan.rooms.payments.types.purchases import BusinessCannotPay

__all__ = [
    "ACCOUNTS",
    "MOVEMENTS",
    "PAYMENT_CODES",
    "REFERENCES",
    "AccountCode",
    "BusinessCannotPay",
    "Line",
    "PaymentCode",
    "SellerMoney",
    "TopUpAmountInvalid",
    "all_lines",
    "balance",
    "bank",
    "business_statement",
    "cash_back",
    "cash_counted",
    "cash_sale",
    "close_voucher",
    "debt",
    "drawer",
    "ensure_business_accounts",
    "ensure_drawer",
    "ensure_wallet",
    "escrow",
    "fee",
    "fund_voucher",
    "new_fee",
    "new_voucher",
    "pay_from_wallet",
    "pay_person_for_goods",
    "provider",
    "refund_from_seller",
    "refund_to_wallet",
    "release",
    "reserve",
    "seller_money",
    "tax",
    "transit",
    "verify",
    "voucher",
    "wallet",
    "wallet_balance",
    "wallet_balances",
    "wallet_statement",
]
