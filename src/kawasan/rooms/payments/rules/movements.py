"""How movements and accounts of money are called."""

from __future__ import annotations

from typing import Final

from kawasan.core.errors import msg
from kawasan.rooms.payments.types import AccountCode, PaymentCode
from kawasan.rooms.payments.types.accounts import reference_prefix

MOVEMENTS: Final = {
    PaymentCode.TOP_UP: msg("Top-up by QRIS"),
    PaymentCode.PAY_WALLET: msg("Order paid from the wallet"),
    PaymentCode.PAY_QRIS: msg("Order paid by QRIS"),
    PaymentCode.REFUND: msg("Money back for an order"),
    PaymentCode.REFUND_FROM_SELLER: msg("Money back for a delivered order"),
    PaymentCode.RELEASE: msg("Order completed"),
    PaymentCode.FEE: msg("Fee of the zone"),
    PaymentCode.LATE_PAYMENT: msg("Payment that came too late or twice"),
    PaymentCode.PAYOUT: msg("Paid out to the bank"),
    PaymentCode.FEE_BACK: msg("Fee given back by the zone"),
    PaymentCode.ADVANCE: msg("Paid by the zone for you"),
    PaymentCode.RECOVERY: msg("Debt paid back to the zone"),
    PaymentCode.WITHHELD: msg("Income tax withheld"),
    PaymentCode.RESERVED: msg("Held back as a reserve"),
    PaymentCode.RESERVE_FREED: msg("Reserve set free"),
    PaymentCode.WITHHELD_BACK: msg("Income tax given back"),
    PaymentCode.PAYOUT_PAID: msg("Arrived at the bank"),
    PaymentCode.PAYOUT_RETURNED: msg("Payout returned by the bank"),
    PaymentCode.TAX_PAID: msg("Income tax paid to the state"),
    PaymentCode.SEND_BACK: msg("On its way back to where you paid from"),
    PaymentCode.SENT_BACK: msg("Sent back to where it was paid from"),
    PaymentCode.NOT_SENT_BACK: msg("Could not be sent back: in the wallet again"),
    PaymentCode.VOUCHER_FUNDED: msg("Set aside for a voucher"),
    PaymentCode.VOUCHER_CLOSED: msg("Left over from a voucher"),
    PaymentCode.VOUCHER_PROMOTED: msg("Set aside for a voucher"),
    PaymentCode.VOUCHER_UNSPENT: msg("Left over from a voucher"),
    PaymentCode.PROMOTION_IN: msg("Paid in for promotions"),
    PaymentCode.PROMOTION_OUT: msg("Paid out of the promotion money"),
    PaymentCode.VOUCHER_PAID: msg("The zone's part of an order, by its voucher"),
    PaymentCode.VOUCHER_BACK: msg("The zone's part given back for an order"),
    PaymentCode.VOUCHER_BACK_FROM_SELLER: msg("The zone's part given back for a delivered order"),
    PaymentCode.WALLET_TRANSFER: msg("Money between people"),
    PaymentCode.QRIS_SHOP: msg("Paid to your QRIS code"),
    PaymentCode.MDR: msg("QRIS fee (MDR)"),
    PaymentCode.MDR_ZONE: msg("QRIS fee (MDR) that the zone bears"),
    PaymentCode.CASH_SALE: msg("Paid in cash at the counter"),
    PaymentCode.CASH_BACK: msg("Given back in cash at the counter"),
    PaymentCode.CASH_OVER: msg("More cash counted than expected"),
    PaymentCode.CASH_SHORT: msg("Less cash counted than expected"),
    PaymentCode.WALLET_COUNTER: msg("Paid from a wallet at the counter"),
    PaymentCode.INVOICE_QRIS: msg("Invoice paid by QRIS"),
    PaymentCode.INVOICE_WALLET: msg("Invoice paid from a wallet"),
    PaymentCode.GOODS_BOUGHT: msg("Paid for goods that a person brought"),
}
ACCOUNTS: Final = {
    AccountCode.WALLET: msg("A person's wallet"),
    AccountCode.ESCROW: msg("Held until delivery"),
    AccountCode.BALANCE: msg("Balance"),
    AccountCode.FEE: msg("Fees of the zone"),
    AccountCode.PROVIDER: msg("Payment provider"),
    AccountCode.BANK: msg("Bank"),
    AccountCode.RESERVE: msg("Reserve"),
    AccountCode.DEBT: msg("Debt to the zone"),
    AccountCode.TAX: msg("Income tax withheld"),
    AccountCode.TRANSIT: msg("On its way to the bank"),
    AccountCode.DRAWER: msg("Cash drawer"),
    AccountCode.CASH_OUTSIDE: msg("Cash outside"),
    AccountCode.VOUCHER: msg("Set aside for a voucher"),
    AccountCode.PROMOTION: msg("Promotion money"),
    AccountCode.MDR: msg("Acquirers of QRIS"),
    AccountCode.MDR_COST: msg("QRIS fees that the zone bears"),
    AccountCode.RETURNING: msg("On its way back to where it was paid from"),
}
REFERENCES: Final = {code: reference_prefix(code) for code in PaymentCode}
