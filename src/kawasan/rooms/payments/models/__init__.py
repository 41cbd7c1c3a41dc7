"""Tables of payments, by subject."""

from kawasan.rooms.payments.models.money import EventNote, Payment, PaymentSplit, ProviderEvent, Receipt
from kawasan.rooms.payments.models.promotion import PromotionEntry
from kawasan.rooms.payments.models.sending_back import BackStatement, SendingBack
from kawasan.rooms.payments.models.settlement import (
    AccountConfirmation,
    BankAccount,
    MoneyRule,
    Payout,
    PayoutBatch,
    Refund,
    Reserve,
    Settlement,
)
from kawasan.rooms.payments.models.shop import ShopCode, ShopPayment, WalletCode, WalletCodeGuesses
from kawasan.rooms.payments.models.snap import Code, Difference, Provider, Reconciliation
from kawasan.rooms.payments.models.wallets import Appeal, WalletStep, WalletTransfer

__all__ = [
    "AccountConfirmation",
    "Appeal",
    "BackStatement",
    "BankAccount",
    "Code",
    "Difference",
    "EventNote",
    "MoneyRule",
    "Payment",
    "PaymentSplit",
    "Payout",
    "PayoutBatch",
    "PromotionEntry",
    "Provider",
    "ProviderEvent",
    "Receipt",
    "Reconciliation",
    "Refund",
    "Reserve",
    "SendingBack",
    "Settlement",
    "ShopCode",
    "ShopPayment",
    "WalletCode",
    "WalletCodeGuesses",
    "WalletStep",
    "WalletTransfer",
]
