"""What taking orders reads and writes, set-wise: plain SQL on a psycopg connection, without Django."""

from kawasan.rooms.commerce.engine.offers import LISTED, LISTED_WITH_LOOKS, Listings, as_listed
from kawasan.rooms.commerce.engine.taking import append, ask_numbers, earlier, give_numbers
from kawasan.rooms.commerce.engine.vouchers import VouchersAsked

__all__ = [
    "LISTED",
    "LISTED_WITH_LOOKS",
    "Listings",
    "VouchersAsked",
    "append",
    "as_listed",
    "ask_numbers",
    "earlier",
    "give_numbers",
]
