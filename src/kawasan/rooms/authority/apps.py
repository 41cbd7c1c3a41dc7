"""The Django app of the room."""

from django.apps import AppConfig


class AuthorityConfig(AppConfig):
    """Live figures and reports for public bodies."""

    name = "kawasan.rooms.authority"
    label = "authority"
