"""The door to settlement: orders settled, refunds, reserves, rules, bank accounts, payouts and their batches."""

from kawasan.rooms.payments.actions.bank_accounts import (
    note_name_at_bank,
    save_bank_account,
)
from kawasan.rooms.payments.actions.batches import (
    REASON_LENGTH_MAX,
    approve_batch,
    make_batch,
    note_bank_answer,
    note_rest_paid,
    reject_batch,
)
from kawasan.rooms.payments.actions.money_rules import (
    set_money_rule,
    state_turnover,
)
from kawasan.rooms.payments.actions.payouts import (
    mark_payout_sent,
    request_payout,
    settle_payout,
)
from kawasan.rooms.payments.actions.providers import (
    ask_bank_for_name,
    bank_tells_names,
    send_to_bank,
)
from kawasan.rooms.payments.actions.reserves import (
    free_reserves,
)
from kawasan.rooms.payments.actions.settlement import (
    find_refund,
    refund,
    settle_orders,
)
from kawasan.rooms.payments.queries.bank_accounts import (
    bank_account_of,
    unchecked_accounts,
)
from kawasan.rooms.payments.queries.batches import (
    batch,
    batch_file,
    batches,
    returned_payouts,
)
from kawasan.rooms.payments.queries.money_rules import (
    money_rules,
)
from kawasan.rooms.payments.queries.payouts import (
    open_payouts,
    payouts_of,
)
from kawasan.rooms.payments.queries.settlement import (
    STATEMENT_DAYS_MAX,
    balance_statement,
    reserves_of,
    settled_orders,
    withheld_list,
)
from kawasan.rooms.payments.rules.banks import (
    BANKS,
)
from kawasan.rooms.payments.rules.money_rules import (
    FIGURES,
)
from kawasan.rooms.payments.types import (
    BankAccountIdReused,
    BankAccountInvalid,
    Batch,
    BatchEmpty,
    BatchNotFound,
    BatchNotOpen,
    BatchStatus,
    HeldBack,
    MakerCannotCheck,
    MoneyRule,
    NameCheck,
    NewRule,
    Payout,
    PayoutAmountInvalid,
    PayoutIdReused,
    PayoutNotFound,
    PayoutNotSent,
    PayoutReasonNeeded,
    PayoutStatus,
    Refunded,
    RefundIdReused,
    Released,
    Rhythm,
    RuleIdReused,
    RuleInvalid,
    RuleKind,
    RuleTooEarly,
    SavedAccount,
    SellerDebtFull,
    SettledOrder,
    Statement,
    StatementPeriodInvalid,
    StatementRow,
    WithheldLine,
)

__all__ = [
    "BANKS",
    "FIGURES",
    "REASON_LENGTH_MAX",
    "STATEMENT_DAYS_MAX",
    "BankAccountIdReused",
    "BankAccountInvalid",
    "Batch",
    "BatchEmpty",
    "BatchNotFound",
    "BatchNotOpen",
    "BatchStatus",
    "HeldBack",
    "MakerCannotCheck",
    "MoneyRule",
    "NameCheck",
    "NewRule",
    "Payout",
    "PayoutAmountInvalid",
    "PayoutIdReused",
    "PayoutNotFound",
    "PayoutNotSent",
    "PayoutReasonNeeded",
    "PayoutStatus",
    "RefundIdReused",
    "Refunded",
    "Released",
    "Rhythm",
    "RuleIdReused",
    "RuleInvalid",
    "RuleKind",
    "RuleTooEarly",
    "SavedAccount",
    "SellerDebtFull",
    "SettledOrder",
    "Statement",
    "StatementPeriodInvalid",
    "StatementRow",
    "WithheldLine",
    "approve_batch",
    "ask_bank_for_name",
    "balance_statement",
    "bank_account_of",
    "bank_tells_names",
    "batch",
    "batch_file",
    "batches",
    "find_refund",
    "free_reserves",
    "make_batch",
    "mark_payout_sent",
    "money_rules",
    "note_bank_answer",
    "note_name_at_bank",
    "note_rest_paid",
    "open_payouts",
    "payouts_of",
    "refund",
    "reject_batch",
    "request_payout",
    "reserves_of",
    "returned_payouts",
    "save_bank_account",
    "send_to_bank",
    "set_money_rule",
    "settle_orders",
    "settle_payout",
    "settled_orders",
    "state_turnover",
    "unchecked_accounts",
    "withheld_list",
]
