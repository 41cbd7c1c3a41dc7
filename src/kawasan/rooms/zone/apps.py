"""The Django app of the room."""

from django.apps import AppConfig


class ZoneConfig(AppConfig):
    """Businesses, people and their roles."""

    name = "kawasan.rooms.zone"
    label = "zone"
