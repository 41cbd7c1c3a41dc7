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


class VouchersAsked:
    """Vouchers by their codes, asked at once for all of them: in a pipeline it only sends."""

    def __init__(self, cursor: Cursor, codes: Collection[str]) -> None:
        self._cursor = cursor if codes else None
        if codes:
            cursor.execute(_TERMS, [list(codes)], binary=True)

    def answers(self) -> dict[str, VoucherTerms]:
        """Return those of the vouchers that exist, by code; what does not hold now says so by its times."""
        rows = self._cursor.fetchall() if self._cursor else []
        return {row[1]: VoucherTerms(*row) for row in rows}
