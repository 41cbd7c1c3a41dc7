"""The Django app of the room."""

from django.apps import AppConfig


class LogConfig(AppConfig):
    """The zone's transparency log."""

    name = "kawasan.rooms.log"
    label = "log"
