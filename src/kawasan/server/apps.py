"""The Django app of the server: shared templates, static files and texts."""

from django.apps import AppConfig


class ServerConfig(AppConfig):
    """Carries templates, static files and translations that no room owns."""

    name = "kawasan.server"
    label = "server"
