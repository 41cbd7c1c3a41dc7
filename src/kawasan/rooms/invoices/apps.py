"""The Django app of the room."""

from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    """Quotations, invoices, credit notes and tax invoices of each business."""

    name = "kawasan.rooms.invoices"
    label = "invoices"

    def ready(self) -> None:
        """Let the log prove papers as they stand here, so that a changed one proves no more."""
        from kawasan.rooms.invoices import api as invoices
        from kawasan.rooms.log import api as log

        log.hold_documents(invoices.ISSUED_KIND, invoices.issued_papers)
        log.hold_documents(invoices.AGREED_KIND, invoices.agreed_quotations)
