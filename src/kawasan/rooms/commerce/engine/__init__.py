"""What taking orders reads and writes, set-wise: plain SQL on a psycopg connection, without Django."""

from kawasan.rooms.commerce.engine.offers import LISTED, LISTED_WITH_LOOKS, as_listed, listed
from kawasan.rooms.commerce.engine.taking import append, draw_numbers, earlier
from kawasan.rooms.commerce.engine.vouchers import vouchers_of_codes

__all__ = [
    "LISTED",
    "LISTED_WITH_LOOKS",
    "append",
    "as_listed",
    "draw_numbers",
    "earlier",
    "listed",
    "vouchers_of_codes",
]
