"""What a process without Django asks this room: whether somebody makes its codes. Plain SQL on a psycopg connection."""

from kawasan.rooms.payments.engine.providers import has_provider

__all__ = ["has_provider"]
