"""The Django app of the room."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Rates, quotes, conversions."""

    name = "kawasan.rooms.exchange"
    label = "exchange"
