"""The Django app of the room."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Wallets, escrow and payments."""

    name = "kawasan.rooms.payments"
    label = "payments"
