"""Whose devices a page shows: a business's, or the zone's own city service's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from kawasan.core import clock, ids
from kawasan.core.access import Actor
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.zone import api as zone


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner and the addresses of their pages."""

    id: UUID
    business: zone.Business | None

    def url(self, name: str, *args: str) -> str:
        """Return the address of one of the owner's pages."""
        if self.business is None:
            return reverse(f"city_devices:{name}", args=args)
        return reverse(f"devices:{name}", args=[self.business.slug, *args])

    def context(self, tab: str, **more: Any) -> dict[str, Any]:
        """Return what every page of an owner's devices shows."""
        nav = {"seller_nav": "devices", "business": self.business} if self.business else {"zone_nav": "city"}
        return {"owner": self, "tab": tab, **nav, **more}


def owner_of(slug: str | None) -> Owner:
    """Return the owner that an address names; call it in the page's transaction. Raises UnknownBusiness."""
    if slug is None:
        return Owner(zone.ZONE_OWNER, None)
    business = zone.business_by_slug(slug=slug)
    return Owner(business.id, business)


def districts_near(owner: Owner) -> tuple[zone.District, ...]:
    """Return the districts to choose from: of the business's regency, or where the city service is."""
    if owner.business is None:
        return sensors.city_districts()
    return zone.districts_of(owner.business.regency_code) if owner.business.regency_code else ()


def device_of(actor: Actor, owner: Owner, device_id: str) -> sensors.Device:
    """Return an owner's device. Raises UnknownDevice, also where it is another owner's."""
    found = sensors.device(actor=actor, device_id=ids.parse("dev", device_id))
    if found.owner_id != owner.id:
        raise sensors.UnknownDevice
    note_look(actor, owner.id)
    return found


def note_look(actor: Actor, owner_id: UUID) -> None:
    """Let a business see who of the zone looked at its devices; the zone's own are nobody's secret to it."""
    zone.note_looks(actor=actor, business_ids=[owner_id], what=zone.Look.DEVICES, at=clock.now())
