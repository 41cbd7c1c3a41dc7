"""What the books call things, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext

from kawasan.core.errors import msg
from kawasan.platform.wording import moment
from kawasan.rooms.books import api as books

REPORTS = {
    books.Report.PROFIT.value: msg("Profit and loss"),
    books.Report.POSITION.value: msg("Financial position"),
    books.Report.CASH.value: msg("Cash flow"),
    books.Report.TRIAL.value: msg("Trial balance"),
}
KINDS = {
    books.EntryKind.EXPENSE: msg("Money out"),
    books.EntryKind.INCOME: msg("Money in"),
    books.EntryKind.MANUAL: msg("Entry by hand"),
    books.EntryKind.OPENING: msg("Opening balances"),
    books.EntryKind.CORRECTION: msg("Correction"),
    books.EntryKind.STOCK: msg("Cost of goods sold"),
    books.EntryKind.TAX: msg("Tax put aside"),
    books.EntryKind.DOCUMENT: msg("From a document"),
    books.EntryKind.SETTLED: msg("Debt paid"),
    books.EntryKind.BANK: msg("From the bank statement"),
    books.EntryKind.ASSET: msg("Fixed asset"),
    books.EntryKind.DEPRECIATION: msg("Depreciation"),
    books.EntryKind.YEAR_END: msg("Year closed"),
    books.EntryKind.GOODS: msg("Goods bought"),
}
# Why the units of a stock card changed.
MOVED = {
    books.Moved.OPENING: msg("There at the beginning"),
    books.Moved.BOUGHT: msg("Goods bought"),
    books.Moved.SOLD: msg("Sold"),
    books.Moved.RETURNED: msg("Came back"),
    books.Moved.COUNTED: msg("Counted"),
}
# What a transfer was, by the name of its posting rule.
TRANSFERS = {
    "PAY_WALLET": msg("Order paid from a wallet"),
    "PAY_QRIS": msg("Order paid by QRIS"),
    "REFUND": msg("Money back before delivery"),
    "REFUND_FROM_SELLER": msg("Money back after delivery"),
    "RELEASE": msg("Order complete"),
    "FEE": msg("Commission"),
    "FEE_BACK": msg("Commission given back"),
    "PAYOUT": msg("Payout"),
    "PAYOUT_PAID": msg("Payout arrived"),
    "PAYOUT_RETURNED": msg("Payout came back"),
    "ADVANCE": msg("Lent by the zone"),
    "RECOVERY": msg("Paid back to the zone"),
    "WITHHELD": msg("Income tax withheld"),
    "WITHHELD_BACK": msg("Withheld tax given back"),
    "RESERVED": msg("Put into the reserve"),
    "RESERVE_FREED": msg("Out of the reserve"),
    "VOUCHER_PAID": msg("The zone's part, by its voucher"),
    "VOUCHER_BACK": msg("The zone's part back before delivery"),
    "VOUCHER_BACK_FROM_SELLER": msg("The zone's part back after delivery"),
    "CASH_SALE": msg("Sold over the counter"),
    "CASH_BACK": msg("Given back over the counter"),
    "CASH_OVER": msg("Cash over"),
    "CASH_SHORT": msg("Cash short"),
    "QRIS_SHOP": msg("Paid to your own QRIS"),
    "MDR": msg("QRIS fee (MDR)"),
    "WALLET_COUNTER": msg("Paid at the counter from a wallet"),
    "GOODS_BOUGHT": msg("Bought from a person who brought it"),
    "INVOICE_QRIS": msg("Invoice paid by QRIS"),
    "INVOICE_WALLET": msg("Invoice paid from a wallet"),
}
WHY = {
    books.Why.SAME_AMOUNT: msg("the books have it"),
    books.Why.OPEN_DOCUMENT: msg("an open document"),
    books.Why.RULE: msg("by your rule"),
    books.Why.HISTORY: msg("as before"),
}
SIDES = {books.Side.RECEIVABLE: msg("What others owe you"), books.Side.PAYABLE: msg("What you owe")}
AGES = {
    books.Age.NOT_DUE: msg("Not due yet"),
    books.Age.UP_TO_30: msg("1–30 days"),
    books.Age.UP_TO_60: msg("31–60 days"),
    books.Age.UP_TO_90: msg("61–90 days"),
    books.Age.OLDER: msg("Over 90 days"),
}
DUTIES = {
    books.DutyKind.FINAL_DEPOSIT: msg("Pay PPh Final"),
    books.DutyKind.PPN_RETURN: msg("File the PPN return"),
    books.DutyKind.YEARLY_RETURN: msg("File the yearly return"),
}


def booked(line: books.LedgerLine) -> str:
    """Return what a line of the general ledger was."""
    if line.kind == "transfer":
        name = books.rule_of(line.code).name
        return gettext(TRANSFERS.get(name, name))
    return gettext(KINDS[books.EntryKind(line.kind)])


def heads(span: books.Span, *, is_of_position: bool) -> tuple[str, str]:
    """Return what stands above figures and those before: the day of a position, or a period's first and last."""
    return _head(span, is_of_position=is_of_position), _head(span.prior, is_of_position=is_of_position)


def _head(span: books.Span, *, is_of_position: bool) -> str:
    last = moment(span.last, "date")
    return last if is_of_position else f"{moment(span.first, 'day')} – {last}"


def file_heads(span: books.Span, *, is_of_position: bool) -> list[str]:
    """Return the same for a file that programs read."""
    return [f"{part.last}" if is_of_position else f"{part.first} – {part.last}" for part in (span, span.prior)]


def law_in_words(law: str) -> str:
    """Return the names of laws, with the words that stand between them in the reader's language."""
    for word, said in {"at second hand": gettext("at second hand"), " art. ": gettext(" art. ")}.items():
        law = law.replace(word, said)
    return law


def policies(profile: books.Profile) -> list[tuple[str, str]]:
    """Return the basis and the policies of the statements as SAK EMKM asks for them."""
    tax = gettext("PPh Final of small businesses is put aside month by month from the turnover.")
    if profile.taxpayer is books.Taxpayer.OTHER:
        tax = gettext("Income tax is booked when it is assessed.")
    return [
        (
            gettext("Statement of compliance"),
            gettext("They follow SAK EMKM (IAI): accrual, historical cost, a business that goes on, in rupiah."),
        ),
        (
            gettext("Cash and receivables"),
            gettext("Cash, bank and the balance in the zone at their amount; money of open orders is a receivable."),
        ),
        (
            gettext("Inventories"),
            gettext("Goods at cost, counted at a month's end; what is gone is the cost of goods sold."),
        ),
        (
            gettext("Fixed assets"),
            gettext("At cost less straight-line depreciation without residual value, by UU PPh art. 11."),
        ),
        (
            gettext("Revenue and expenses"),
            gettext("An order is revenue when it is complete, at the gross price; fees are expenses of the same day."),
        ),
        (gettext("Income tax"), tax),
    ]
