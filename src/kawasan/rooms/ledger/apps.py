"""The ledger as a Django app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Accounts and transfers."""

    name = "kawasan.rooms.ledger"
    label = "ledger"
