"""The Django app of the plumbing."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """Tables for facts, cursors of followers and remembered idempotency keys."""

    name = "kawasan.platform"
    label = "platform"
