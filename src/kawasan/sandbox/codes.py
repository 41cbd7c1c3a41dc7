"""The QRIS codes that the sandbox bank makes for its partners."""

from __future__ import annotations

import hashlib

from kawasan.rooms.payments.rules import codes as qris_codes
from kawasan.rooms.payments.rules import qris
from kawasan.rooms.payments.rules.qris_writing import static_payload
from kawasan.rooms.payments.rules.snap import wire
from kawasan.rooms.payments.types import Merchant
from kawasan.sandbox.state import Partner

ACQUIRER, NNS, MCC = "ID.KAWASAN.WWW", "93600999", "5311"  # an NNS that the national list gives to nobody


def merchant_of(partner: Partner, name: str, city: str, criteria: str) -> Merchant:
    """Return the merchant that a code names: the one that the partner asks a code for."""
    own = int.from_bytes(hashlib.sha256(f"{partner.client_id}|{name}".encode()).digest()[:8])
    return Merchant(
        name=qris.fit(name, qris.NAME_LENGTH_MAX) or "MITRA",
        city=qris.fit(city, qris.CITY_LENGTH_MAX) or "JAKARTA",
        postcode="10110",
        nmid=f"ID{own % 10**13:013d}",
        pan=f"{NNS}{own % 10**10:010d}",
        merchant_id=f"{own % 10**12:012d}",
        mcc=MCC,
        acquirer=ACQUIRER,
        criteria=criteria or "URE",
    )


def payload_of(merchant: Merchant, *, amount_minor: int, reference: str, store: str) -> str:
    """Return a code of one bill or, with a store, one for any amount. Raises BadField."""
    try:
        if store:
            return static_payload(merchant, store=store, reference=reference, terminal="A01")
        return qris_codes.code_of_bill(merchant=merchant, amount_minor=amount_minor, reference=reference)
    except qris.InvalidQris as refusal:
        raise wire.BadField(str(refusal.data.get("field") or "amount")) from None
