"""What accounts and transfers of money are for, and the lines of a statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Invalid, msg


class AccountCode(IntEnum):
    """What an account of money is for."""

    WALLET = 1  # a person's money
    ESCROW = 2  # paid for orders of a business, not yet delivered
    BALANCE = 3  # a business's own money, ready to be paid out
    FEE = 4  # what the zone earned
    PROVIDER = 5  # the payment provider: what it owes the zone is debited
    BANK = 6  # the bank: what was paid out is credited
    RESERVE = 7  # a business's money that is held back for a while
    DEBT = 8  # what the zone paid for a business, which the business owes: debited, and credited as it is recovered
    TAX = 9  # income tax that the zone withheld and owes to the state
    TRANSIT = 10  # a business's money that was handed to the bank and has not arrived yet
    DRAWER = 11  # a business's cash in its tills
    RETURNING = 19  # money that a provider is asked to send back to where it was paid from
    VOUCHER = 13  # what the zone has set aside for one of its vouchers
    PROMOTION = 14  # what was paid in for promotions of the zone
    CASH_OUTSIDE = 12  # cash in everybody else's hands: debited for what came into a drawer
    MDR = 17  # what acquirers keep of QRIS payments: credited
    MDR_COST = 18  # of that, what the zone bears: debited


class PaymentCode(IntEnum):
    """What a transfer of money means; the ledger keeps it as the transfer's code (100-199)."""

    TOP_UP = 100  # provider -> wallet
    PAY_WALLET = 101  # wallet -> escrow
    PAY_QRIS = 102  # provider -> escrow
    REFUND = 103  # escrow -> wallet
    REFUND_FROM_SELLER = 104  # seller's balance -> wallet
    RELEASE = 105  # escrow -> seller's balance
    FEE = 106  # escrow -> zone's fee
    LATE_PAYMENT = 107  # provider -> wallet
    PAYOUT = 108  # seller's balance -> in transit (before 0.2: -> bank)
    FEE_BACK = 109  # zone's fee -> seller's balance: the fee of what was refunded
    ADVANCE = 110  # seller's debt -> seller's balance: the zone pays a refund that the seller cannot
    RECOVERY = 111  # seller's balance -> seller's debt
    WITHHELD = 112  # escrow -> tax
    RESERVED = 113  # seller's balance -> reserve
    RESERVE_FREED = 114  # reserve -> seller's balance
    WITHHELD_BACK = 116  # tax -> seller's balance: the tax of what was refunded
    PAYOUT_PAID = 117  # in transit -> bank
    PAYOUT_RETURNED = 118  # in transit or bank -> seller's balance
    TAX_PAID = 119  # tax -> bank: paid to the state
    WALLET_TRANSFER = 120  # wallet -> another person's wallet
    SEND_BACK = 121  # wallet -> returning: on its way to where an order was paid from
    SENT_BACK = 122  # returning -> provider: the provider has sent it
    NOT_SENT_BACK = 123  # returning -> wallet: the provider could not
    VOUCHER_FUNDED = 124  # zone's fee -> voucher: set aside
    VOUCHER_PAID = 125  # voucher -> escrow: the zone's part of an order
    VOUCHER_BACK = 126  # escrow -> voucher: of what was refunded before the release
    VOUCHER_BACK_FROM_SELLER = 127  # seller's balance -> voucher: of what was refunded after it
    VOUCHER_CLOSED = 128  # voucher -> zone's fee: what it did not give away
    CASH_SALE = 130  # outside -> drawer: paid in cash at the counter
    CASH_BACK = 131  # drawer -> outside: given back in cash at the counter
    CASH_OVER = 132  # outside -> drawer: more was counted at the end of a shift than there should be
    CASH_SHORT = 133  # drawer -> outside: less was counted
    QRIS_SHOP = 140  # provider -> seller's balance: paid to the shop's own code, or at its counter
    MDR = 141  # seller's balance -> acquirers: the merchant's fee of such a payment
    MDR_ZONE = 142  # the zone's cost -> acquirers: the fee of a payment for orders or into a wallet
    WALLET_COUNTER = 143  # wallet -> seller's balance: paid at the counter
    INVOICE_QRIS = 144  # provider -> seller's balance: an invoice paid by a code made for it
    INVOICE_WALLET = 145  # wallet -> seller's balance: an invoice paid from a wallet
    GOODS_BOUGHT = 146  # seller's balance -> wallet: goods that a person brought (waste bank)
    PROMOTION_IN = 147  # bank -> promotion: paid in for promotions
    PROMOTION_OUT = 148  # promotion -> bank: paid out again
    VOUCHER_PROMOTED = 149  # promotion -> voucher: set aside
    VOUCHER_UNSPENT = 150  # voucher -> promotion: what it did not give away


PAYMENT_CODES = frozenset(int(code) for code in PaymentCode)


_PREFIX = {  # of what a movement refers to; an order unless named here
    PaymentCode.TOP_UP: "pay",
    PaymentCode.LATE_PAYMENT: "pay",
    PaymentCode.PAYOUT: "out",
    PaymentCode.PAYOUT_PAID: "out",
    PaymentCode.PAYOUT_RETURNED: "out",
    PaymentCode.WALLET_TRANSFER: "wtr",
    PaymentCode.GOODS_BOUGHT: "vis",
    PaymentCode.SEND_BACK: "ret",
    PaymentCode.SENT_BACK: "ret",
    PaymentCode.NOT_SENT_BACK: "ret",
    PaymentCode.INVOICE_QRIS: "inv",
    PaymentCode.INVOICE_WALLET: "inv",
    PaymentCode.VOUCHER_FUNDED: "vou",
    PaymentCode.VOUCHER_CLOSED: "vou",
    PaymentCode.VOUCHER_PROMOTED: "vou",
    PaymentCode.VOUCHER_UNSPENT: "vou",
    PaymentCode.PROMOTION_IN: "pro",
    PaymentCode.PROMOTION_OUT: "pro",
}


def reference_prefix(code: PaymentCode) -> str:
    """Return what stands before the public id of what a movement is for."""
    return _PREFIX.get(code, "ord")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement of money: ``change_minor`` is signed, ``balance_minor`` is what was there after it."""

    at: datetime
    code: PaymentCode
    change_minor: int
    balance_minor: int
    reference: UUID | None
    transfer_id: UUID

    @property
    def shown_reference(self) -> str:
        """What the movement was for, as people see it: an order, a payment or a payout."""
        if self.reference is None:
            return ""
        return ids.public(reference_prefix(self.code), self.reference)


@dataclass(frozen=True, slots=True)
class SellerMoney:
    """What a business has: free to be paid out, on its way to the bank, waiting for delivery, held back; and owes."""

    available_minor: int
    on_its_way_minor: int
    escrow_minor: int
    reserve_minor: int = 0
    debt_minor: int = 0


class TopUpAmountInvalid(Invalid):
    """Too little or too much for one top-up."""

    code = "top-up-amount-invalid"
    title = msg("Choose another amount")
    detail = msg("Top up between {smallest} and {largest} at a time.")
