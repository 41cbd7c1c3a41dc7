"""The Django app of the room."""

from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    """Quotations, invoices, credit notes and tax invoices of each business."""

    name = "kawasan.rooms.invoices"
    label = "invoices"
