"""What a voucher is worth, for a checkout: by its code, whoever made it."""

from __future__ import annotations

import psycopg
from django.db import connection

from kawasan.platform.db import seeing_everything
from kawasan.rooms.commerce.engine.vouchers import VouchersAsked
from kawasan.rooms.commerce.types.vouchers import VoucherTerms


def terms_of_code(code: str) -> VoucherTerms | None:
    """Return a voucher's terms; a buyer who knows its code may know them, but nothing else of the shop's vouchers."""
    with seeing_everything(), connection.cursor():  # the second makes sure of the search path of the present zone
        return VouchersAsked(psycopg.Cursor(connection.connection), [code]).answers().get(code)
