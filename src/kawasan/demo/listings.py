"""Read the sample data, and say where each listing comes from and in which sector its seller works."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kawasan.rooms.zone import api as zone

# Category -> (slug, KBLI 2025 codes its sample businesses may have). The first code is a shop's; the later ones are
# makers' and service firms', so that the zone shows more than retail.
SECTORS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Animal Care": ("animal-care", ("47754", "10801")),
    "Automotive": ("automotive", ("47833", "47820")),
    "Beauty": ("beauty", ("47724",)),
    "Body Care": ("body-care", ("47724",)),
    "Books": ("books", ("47612", "58110")),
    "Camera": ("camera", ("47731",)),
    "Carpentry": ("carpentry", ("47523", "16293")),
    "Computers and Laptops": ("computers-and-laptops", ("47401", "95101")),
    "Electronics": ("electronics", ("47406", "47592")),
    "Food and Drink": ("food-and-drink", ("47249", "10794", "10761", "10710", "10750")),
    "Gaming": ("gaming", ("47402",)),
    "Health": ("health", ("47723", "47725")),
    "Household": ("household", ("47599", "47592")),
    "Kids and Baby Fashion": ("kids-and-baby-fashion", ("47711", "14111")),
    "Kitchen": ("kitchen", ("47593", "16294")),
    "Men's Fashion": ("mens-fashion", ("47711", "15201", "14111")),
    "Mother and Baby": ("mother-and-baby", ("47799", "13922")),
    "Movies and Music": ("movies-and-music", ("47594", "32202")),
    "Muslim Fashion": ("muslim-fashion", ("47711", "14111", "13133")),
    "Office & Stationery": ("office-stationery", ("47611", "18111")),
    "Other Products": ("other-products", ("47799",)),
    "Party Supplies and Craft": ("party-supplies-and-craft", ("47781", "32903")),
    "Phones and Tablets": ("phones-and-tablets", ("47404", "95102")),
    "Precious Metal": ("precious-metal", ("47735", "32112")),
    "Property": ("property", ("68210",)),
    "Sport": ("sport", ("47620", "32300")),
    "Tour and Travel": ("tour-and-travel", ("79121", "79110")),
    "Toys and Hobbies": ("toys-and-hobbies", ("47630", "32402")),
    "Women's Fashion": ("womens-fashion", ("47711", "14111", "15121")),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """One product of the sample: price in whole rupiah, rating 0 to 5, where its seller is."""

    no: int
    category: str
    name: str
    location: str
    price: int
    rating: float
    sold: int
    reviews: int

    @property
    def category_slug(self) -> str:
        """The slug of the shop's category."""
        return SECTORS[self.category][0]


@cache
def listings() -> tuple[Listing, ...]:
    """Return the 1,308 products."""
    return tuple(
        Listing(
            no=int(row["no"]),
            category=row["category"],
            name=row["name"],
            location=" ".join(row["location"].replace("�", " ").split()),
            price=int(row["price"]),
            rating=float(row["rating"]),
            sold=int(row["sold"]),
            reviews=int(row["reviews"]),
        )
        for row in _rows("products.csv.gz")
    )


@cache
def reviews() -> dict[int, tuple[tuple[int, str], ...]]:
    """Return the reviews of each product by its number: (rating, text)."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in _rows("reviews.csv.gz"):
        found[int(row["product_no"])].append((int(row["rating"]), row["text"]))
    return {no: tuple(items) for no, items in found.items()}


@cache
def baskets() -> tuple[tuple[str, ...], ...]:
    """Return real shopping baskets as stock codes of the shop they come from."""
    text = gzip.decompress((files(__package__) / "data" / "baskets.csv.gz").read_bytes()).decode()
    return tuple(tuple(line.split(",")) for line in text.splitlines())


@cache
def regency_of(location: str) -> str:
    """Return the regency code of a location as listings write it ("Jakarta Utara", "Kab. Tegal"). Raises KeyError."""
    name = location.casefold().replace("kab.", "kabupaten").replace("kab ", "kabupaten ")
    name = " ".join(name.split())
    known = _regencies()
    for form in (name, f"kota {name}", f"kota administrasi {name}", f"kabupaten {name}"):
        if form in known:
            return known[form]
    raise KeyError(location)


@cache
def _regencies() -> dict[str, str]:
    return {region.name.casefold(): region.code for region in zone.regencies()}


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = gzip.decompress((files(__package__) / "data" / name).read_bytes()).decode()
    yield from csv.DictReader(io.StringIO(text))
