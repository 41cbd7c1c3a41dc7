"""The Django app of the room."""

from django.apps import AppConfig


class CommerceConfig(AppConfig):
    """What businesses sell, and the orders for it."""

    name = "kawasan.rooms.commerce"
    label = "commerce"
