"""A merchant of codes, a printed code, and the letters that codes are made of."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from kawasan.rooms.payments.types import Merchant
from tests.shared_vectors import vectors

TODAY = date(2026, 11, 22)
FIELDS = {
    "acquirer": "ID.CO.KAWASAN.WWW",
    "pan": "936009990000000018",
    "merchant_id": "KAWASAN0001",
    "nmid": "ID1020041698835",
    "name": "Zona Kawasan",
    "city": "Bandung",
    "postcode": "40115",
    "mcc": "5311",
}
MERCHANT = Merchant(**FIELDS)
STATIC = next(row["input"] for row in vectors("qris") if row["id"] == "qris-S003")
plain = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
