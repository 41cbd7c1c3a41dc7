"""What a process without Django asks this room: whom API keys stand for. Plain SQL on a psycopg connection."""

from kawasan.rooms.zone.engine.actors import actors_of_keys

__all__ = ["actors_of_keys"]
