"""What waste is worth: by the kilogram, rounded down to a whole rupiah for each material."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from kawasan.core.errors import msg
from kawasan.rooms.sensors.types.city import Brought, Material, NoPrice, Price, VisitLine, WasteInvalid

RUPIAH = 100  # minor units
GRAMS_MAX = 1_000_000  # a tonne at once
PER_KG_MAX = 1_000_000 * RUPIAH
LINES_MAX = len(Material)

NAMES = {
    Material.ORGANIC: msg("Organic"),
    Material.PAPER: msg("Paper and cardboard"),
    Material.PLASTIC: msg("Plastic"),
    Material.METAL: msg("Metal"),
    Material.GLASS: msg("Glass"),
    Material.TEXTILE: msg("Textiles"),
    Material.ELECTRONICS: msg("Electronic waste"),
    Material.COOKING_OIL: msg("Used cooking oil"),
    Material.RESIDUE: msg("Residue"),
}


def price_on(prices: Iterable[Price], material: Material, day: date) -> int | None:
    """Return what a kilogram is worth on a day: the newest price that has begun; nothing where it is zero or none."""
    held = [one for one in prices if one.material is material and one.starts_on <= day]
    newest = max(held, key=lambda one: one.starts_on, default=None)
    return newest.per_kg_minor if newest and newest.per_kg_minor else None


def worth(brought: Iterable[Brought], prices: Mapping[Material, int | None]) -> tuple[VisitLine, ...]:
    """Return what each part is worth. Raises WasteInvalid, NoPrice."""
    lines = []
    for one in brought:
        if not 0 < one.grams <= GRAMS_MAX:
            raise WasteInvalid(field="grams", problem=msg("A weight is more than nothing and at most a tonne."))
        price = prices.get(one.material)
        if price is None:
            raise NoPrice(material=one.material.value)
        lines.append(VisitLine(one.material, one.grams, price, one.grams * price // 1_000 // RUPIAH * RUPIAH))
    if not lines or len({line.material for line in lines}) != len(lines):
        raise WasteInvalid(field="grams", problem=msg("Enter each material once, and at least one."))
    if not sum(line.amount_minor for line in lines):
        raise WasteInvalid(field="grams", problem=msg("This is worth less than one rupiah."))
    return tuple(lines)
