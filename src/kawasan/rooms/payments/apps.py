"""The Django app of the room."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Wallets, escrow and payments."""

    name = "kawasan.rooms.payments"
    label = "payments"

    def ready(self) -> None:
        """Tell the log how movements and accounts of money are called, for pages that show a proof."""
        from kawasan.rooms.log import api as log
        from kawasan.rooms.payments import api as payments

        log.call_values("code", payments.MOVEMENTS)
        log.call_values("account", payments.ACCOUNTS)
        log.call_values("reference", payments.REFERENCES)
