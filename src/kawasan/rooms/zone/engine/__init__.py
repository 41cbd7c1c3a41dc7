"""What a process without Django asks this room: whom API keys stand for. Plain SQL on a psycopg connection."""

from kawasan.rooms.zone.engine.actors import Keyholders, stamp_keys

__all__ = ["Keyholders", "stamp_keys"]
