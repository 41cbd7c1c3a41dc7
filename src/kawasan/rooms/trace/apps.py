"""The Django app of the room."""

from django.apps import AppConfig


class TraceConfig(AppConfig):
    """Events of goods, identifiers, product passports, recalls."""

    name = "kawasan.rooms.trace"
    label = "trace"
