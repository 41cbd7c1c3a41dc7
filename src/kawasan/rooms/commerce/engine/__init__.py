"""What taking orders reads and writes, set-wise: plain SQL on a psycopg connection, without Django."""

from kawasan.rooms.commerce.engine.offers import LISTED, LISTED_WITH_LOOKS, as_listed, listed

__all__ = ["LISTED", "LISTED_WITH_LOOKS", "as_listed", "listed"]
