"""Who a QRIS code says is paid."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from uuid import UUID

from kawasan.rooms.payments.rules import qris
from kawasan.rooms.payments.types import Merchant
from kawasan.rooms.zone import api as zone

ACQUIRER = "ID.KAWASAN.WWW"
MCC = "5311"  # ISO 18245: department stores, what a market of many sellers is
NNS = "93600999"  # an acquirer number that the national list gives to nobody: no real app can pay these codes
CITY = "Indonesia"  # of a payment to many sellers
NAMELESS = "Kawasan"  # where no letter of a name fits into a code
POSTCODE = "10110"
ORDINARY = "URE"
# What we propose to the acquirer; it decides, and what its code says is what counts. QRIS criteria and the size classes
# of PP 7/2021 are different things that mostly agree.
_CRITERIA = {
    zone.SizeClass.MICRO: "UMI",
    zone.SizeClass.SMALL: "UKE",
    zone.SizeClass.MEDIUM: "UME",
    zone.SizeClass.LARGE: "UBE",
}


def merchant_of(businesses: tuple[UUID, ...]) -> Merchant:
    """Return the merchant that a code names: the business paid or, where there are several or none, the zone."""
    if len(businesses) != 1:
        settings = zone.zone_settings()
        return _merchant(settings.owner_id, settings.name, CITY)
    business = zone.business(business_id=businesses[0])
    return _merchant(business.id, business.name, business.regency_name, _CRITERIA[business.size_class])


def merchants_of(groups: Collection[tuple[UUID, ...]]) -> dict[tuple[UUID, ...], Merchant]:
    """Return the merchant of each of many payments, by whom they pay, in as few reads as for one."""
    known = zone.businesses(ids={group[0] for group in groups if len(group) == 1})
    settings = zone.zone_settings()
    market = _merchant(settings.owner_id, settings.name, CITY)
    alone = {one.id: _merchant(one.id, one.name, one.regency_name) for one in known.values()}
    return {group: alone[group[0]] if len(group) == 1 else market for group in set(groups)}


def _merchant(owner: UUID, name: str, city: str, criteria: str = ORDINARY) -> Merchant:
    number = int.from_bytes(hashlib.sha256(owner.bytes).digest()[:8])
    town = city.removeprefix("Kabupaten ").removeprefix("Kota ")
    return Merchant(
        name=qris.fit(name, qris.NAME_LENGTH_MAX) or NAMELESS,
        city=qris.fit(town, qris.CITY_LENGTH_MAX) or CITY,
        postcode=POSTCODE,
        nmid=f"ID{number % 10**13:013d}",
        pan=f"{NNS}{number % 10**10:010d}",
        merchant_id=f"{number % 10**12:012d}",
        mcc=MCC,
        acquirer=ACQUIRER,
        criteria=criteria,
    )
