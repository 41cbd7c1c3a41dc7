"""Every way in which the room says no."""

from __future__ import annotations

from kawasan.core.errors import Conflict, Invalid, NotFound, msg


class DocumentNotFound(NotFound):
    """No such document, or not for this caller."""

    code = "document-not-found"
    title = msg("Document not found")
    detail = msg("There is no such quotation, invoice or credit note.")


class DocumentInvalid(Invalid):
    """Lines or terms that cannot be right."""

    code = "document-invalid"
    title = msg("Please check the document")
    detail = msg("A document has one to a hundred lines, each with a name, a quantity and a price above zero.")


class DiscountTooLarge(DocumentInvalid):
    """More is taken off than there is."""

    code = "discount-too-large"
    detail = msg("A discount cannot be more than the line costs.")


class DocumentIdReused(Conflict):
    """The id belongs to another document."""

    code = "document-id-reused"
    title = msg("This document was saved before")
    detail = msg("The same id was used for another document. Reload the page and try again.")


class DocumentIssued(Conflict):
    """What was issued is not changed."""

    code = "document-issued"
    title = msg("This document is issued")
    detail = msg("What was issued is not changed any more. A credit note undoes it, whole or in part.")


class DocumentNotIssued(Conflict):
    """It is still a draft."""

    code = "document-not-issued"
    title = msg("This document is a draft")
    detail = msg("Issue it first; then it has a number and can be sent and paid.")


class FacilityMissing(Invalid):
    """Transaction codes 07 and 08 name the facility."""

    code = "facility-missing"
    title = msg("This tax code needs its facility")
    detail = msg("Codes 07 and 08 name the facility: fill in TD.005.. as the reason and TD.011.. as the stamp.")


class IssueDayInvalid(Invalid):
    """Numbers follow the days."""

    code = "issue-day-invalid"
    title = msg("Please check the day")
    detail = msg("Invoices are numbered in the order of their days: choose a day from {first} to {last}.")


class NothingOpen(Conflict):
    """Nothing to be paid, or to be credited."""

    code = "nothing-open"
    title = msg("Nothing is open any more")
    detail = msg("This invoice is paid, credited or cancelled.")


class InvoiceAmountInvalid(Invalid):
    """More than is open, or nothing."""

    code = "invoice-amount-invalid"
    title = msg("Please check the amount")
    detail = msg("Write an amount above zero and up to {largest}.")


class InvoicePaymentIdReused(Conflict):
    """The id belongs to another payment."""

    code = "invoice-payment-id-reused"
    title = msg("This payment was written before")
    detail = msg("The same id was used for another payment. Reload the page and try again.")


class CreditInvalid(Invalid):
    """More is credited than is left."""

    code = "credit-invalid"
    title = msg("Please check what is credited")
    detail = msg("Not more than what was invoiced and is not credited yet can be credited.")


class QuotationClosed(Conflict):
    """It was billed, declined or is over."""

    code = "quotation-closed"
    title = msg("This quotation is closed")
    detail = msg("It was billed or declined, or its time is over.")


class OrderNotBilled(Conflict):
    """An order that cannot have an invoice."""

    code = "order-not-billable"
    title = msg("This order cannot have an invoice")
    detail = msg("An order gets an invoice once it is paid and as long as something of it was not given back.")


class RecurringInvalid(Invalid):
    """Days that cannot be."""

    code = "recurring-invalid"
    title = msg("Please check the days")
    detail = msg("The next day lies ahead, and the end not before it.")


class RecurringNotFound(NotFound):
    """No such recurring invoice."""

    code = "recurring-not-found"
    title = msg("Recurring invoice not found")
    detail = msg("This business has no such recurring invoice.")


class NoAddress(Conflict):
    """Nowhere to send it."""

    code = "customer-without-email"
    title = msg("This customer has no e-mail address")
    detail = msg("Add one to the customer, or copy the link and send it yourself.")


class NotPkp(Conflict):
    """The business does not collect PPN."""

    code = "business-not-pkp"
    title = msg("This business is not registered for PPN")
    detail = msg("Only a PKP makes tax invoices. Say so in the tax profile of the books, if it is one.")


class TaxNumberInvalid(Invalid):
    """Not a number as the tax office gives them."""

    code = "tax-number-invalid"
    title = msg("Please check the tax invoice's number")
    detail = msg("The number (NSFP) that Coretax gives has 16 or 17 digits.")


class TaxNumberTaken(Conflict):
    """Another document has this number."""

    code = "tax-number-taken"
    title = msg("Another invoice has this number")
    detail = msg("Each tax invoice has its own number. Look at Coretax again.")


class FileNotReady(Conflict):
    """Something has to be mended before upload."""

    code = "tax-file-not-ready"
    title = msg("Something has to be mended first")
    detail = msg("The list says what Coretax would refuse, and where to mend it.")


class HabitsInvalid(Invalid):
    """Settings that cannot be."""

    code = "invoice-settings-invalid"
    title = msg("Please check the settings")
    detail = msg("Numbers begin with one to eight letters or digits.")
