"""What vouchers are worth, by their codes, in one statement."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeAlias

import psycopg

from kawasan.rooms.commerce.types.vouchers import VoucherTerms

Cursor: TypeAlias = psycopg.Cursor[tuple[Any, ...]]

_TERMS = """
select id, code, business_id, percent_bp, amount_minor, most_minor, least_minor, per_buyer, starts_at,
       least(ends_at, closed_at)
from commerce_voucher where code = any(%s)
"""


def vouchers_of_codes(cursor: Cursor, codes: Collection[str]) -> dict[str, VoucherTerms]:
    """Return those of the vouchers that exist, by code; what does not hold now says so by its times."""
    if not codes:
        return {}
    rows = cursor.execute(_TERMS, [list(codes)], binary=True).fetchall()
    return {row[1]: VoucherTerms(*row) for row in rows}
