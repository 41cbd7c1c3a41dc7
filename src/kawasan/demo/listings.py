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

# Category of the shop -> KBLI 2025 codes that its sample businesses may have. The first code is a shop's; the later
# ones are makers' and service firms', so that the zone shows more than retail.
SECTORS: dict[str, tuple[str, ...]] = {
    "alat-tulis": ("47611", "18111"),
    "buku": ("47612", "58110"),
    "busana-anak": ("47711", "14111"),
    "busana-muslim": ("47711", "14111", "13133"),
    "busana-pria": ("47711", "15201", "14111"),
    "busana-wanita": ("47711", "14111", "15121"),
    "dapur": ("47593", "16294"),
    "elektronik": ("47406", "47592"),
    "film-musik": ("47594", "32202"),
    "gaming": ("47402",),
    "hewan": ("47754", "10801"),
    "ibu-bayi": ("47799", "13922"),
    "kamera": ("47731",),
    "kecantikan": ("47724",),
    "kerajinan-pesta": ("47781", "32903"),
    "kesehatan": ("47723", "47725"),
    "komputer-laptop": ("47401", "95101"),
    "lainnya": ("47799",),
    "logam-mulia": ("47735", "32112"),
    "mainan-hobi": ("47630", "32402"),
    "makanan-minuman": ("47249", "10794", "10761", "10710", "10750"),
    "olahraga": ("47620", "32300"),
    "otomotif": ("47833", "47820"),
    "perawatan-tubuh": ("47724",),
    "pertukangan": ("47523", "16293"),
    "ponsel-tablet": ("47404", "95102"),
    "properti": ("68210",),
    "rumah-tangga": ("47599", "47592"),
    "wisata": ("79121", "79110"),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """One product of the sample: the shop's category, price in whole rupiah, rating 0 to 5, where its seller is."""

    no: int
    category: str
    name: str
    location: str
    price: int
    rating: float
    sold: int
    reviews: int


@cache
def listings() -> tuple[Listing, ...]:
    """Return the 1,308 products."""
    return tuple(
        Listing(
            no=int(row["number"]),
            category=row["category"],
            name=row["name"],
            location=" ".join(row["location"].replace("�", " ").split()),
            price=int(row["price_rupiah"]),
            rating=float(row["rating"]),
            sold=int(row["sold"]),
            reviews=int(row["ratings"]),
        )
        for row in _rows("products.csv.gz")
    )


@cache
def reviews() -> dict[int, tuple[tuple[int, str], ...]]:
    """Return the reviews of each product by its number: (rating, text)."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in _rows("reviews.csv.gz"):
        found[int(row["product"])].append((int(row["rating"]), row["text"]))
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
