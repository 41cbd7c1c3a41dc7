"""Lines of a product file: which column is which, and what each cell says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kawasan.core.errors import Refusal
from kawasan.core.money import Money, parse_rupiah
from kawasan.rooms.commerce.rules.prices import check_price
from kawasan.rooms.commerce.rules.products import (
    check_description,
    check_gtin,
    check_name,
    check_sku,
    check_variant_name,
    check_weight,
)
from kawasan.rooms.commerce.types.catalogue import Category, ProductStatus
from kawasan.rooms.commerce.types.refusals import (
    ImportColumnsMissing,
    ImportSkuRepeated,
    ImportValueUnreadable,
    QuantityInvalid,
    UnknownCategory,
)
from kawasan.rooms.commerce.types.stock import QUANTITY_MAX

# column -> what its heading may say, the first one is what our own files say
COLUMNS: dict[str, tuple[str, ...]] = {
    "sku": ("sku", "kode"),
    "name": ("nama", "nama produk", "name", "product name", "商品名称"),
    "variant": ("varian", "variant", "规格"),
    "description": ("deskripsi", "description", "描述"),
    "category": ("kategori", "category", "类别"),
    "price": ("harga", "price", "价格"),
    "stock": ("stok", "stock", "库存"),
    "weight_grams": ("berat_gram", "berat (gram)", "berat", "weight_grams", "weight", "重量"),
    "gtin": ("gtin", "barcode", "ean"),
    "status": ("status", "状态"),
}
NEEDED = ("sku", "name", "category", "price")
HEADINGS = tuple(names[0] for names in COLUMNS.values())
_STATUS_WORDS = {
    "draft": ProductStatus.DRAFT,
    "draf": ProductStatus.DRAFT,
    "published": ProductStatus.PUBLISHED,
    "terbit": ProductStatus.PUBLISHED,
    "tayang": ProductStatus.PUBLISHED,
    "archived": ProductStatus.ARCHIVED,
    "arsip": ProductStatus.ARCHIVED,
}
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class ImportLine:
    """A line that makes sense; None leaves what is stored as it is."""

    line: int
    sku: str
    name: str
    category: str
    price_minor: int
    variant: str | None = None
    description: str | None = None
    stock: int | None = None
    weight_grams: int | None = None
    gtin: str | None = None
    status: ProductStatus | None = None


@dataclass(frozen=True, slots=True)
class BadCell:
    """One thing wrong in a line."""

    line: int
    column: str
    refusal: Refusal


def columns_of(header: Iterable[Any]) -> dict[str, int]:
    """Return where each known column stands. Raises ImportColumnsMissing; unknown columns are left alone."""
    names = {name: column for column, known in COLUMNS.items() for name in known}
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        column = names.get(str(cell).strip().lower())
        if column and column not in places:
            places[column] = place
    missing = [COLUMNS[column][0] for column in NEEDED if column not in places]
    if missing:
        raise ImportColumnsMissing(columns=", ".join(missing))
    return places


class LineReader:
    """Reads line after line and remembers which SKU stood where."""

    def __init__(self, places: Mapping[str, int], categories: Iterable[Category]) -> None:
        self.places = places
        self.seen: dict[str, int] = {}
        self.categories: dict[str, str] = {}
        for item in categories:
            for name in (item.slug, item.name_id, item.name_en, item.name_zh):
                self.categories[name.lower()] = item.slug

    def read(self, line: int, cells: list[Any]) -> ImportLine | list[BadCell]:
        """Return the line, or everything that is wrong with it."""
        problems: list[BadCell] = []
        values: dict[str, Any] = {}
        for column, parse in self._parsers().items():
            cell = self._cell(column, cells)
            if cell is None and column not in NEEDED:
                continue
            try:
                values[column] = parse("" if cell is None else cell)
            except Refusal as refusal:
                problems.append(BadCell(line, COLUMNS[column][0], refusal))
        sku = values.get("sku")
        if sku in self.seen:
            problems.append(BadCell(line, "sku", ImportSkuRepeated(sku=sku, line=self.seen[sku])))
        elif sku:
            self.seen[sku] = line
        if problems:
            return problems
        return ImportLine(line=line, price_minor=values.pop("price"), **values)

    def _parsers(self) -> dict[str, Callable[[Any], Any]]:
        return {
            "sku": lambda cell: check_sku(text_of(cell)),
            "name": lambda cell: check_name(text_of(cell)),
            "variant": lambda cell: check_variant_name(text_of(cell)),
            "description": lambda cell: check_description(text_of(cell)),
            "category": self._category,
            "price": _price,
            "stock": _stock,
            "weight_grams": lambda cell: check_weight(_whole(cell)),
            "gtin": lambda cell: check_gtin(text_of(cell)),
            "status": _status,
        }

    def _cell(self, column: str, cells: list[Any]) -> Any:
        place = self.places.get(column)
        value = cells[place] if place is not None and place < len(cells) else ""
        return None if isinstance(value, str) and not value.strip() else value

    def _category(self, cell: Any) -> str:
        name = text_of(cell).strip()
        if name.lower() not in self.categories:
            raise UnknownCategory(category=name[:60])
        return self.categories[name.lower()]


def text_of(cell: Any) -> str:
    """Return a cell as text, without the apostrophe that exports put before what looks like a formula."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell)
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA_SIGNS) else text


def cell_of(text: str) -> str:
    """Return a text as exports write it: no spreadsheet runs it, and ``text_of`` reads it back."""
    return "'" + text if text.lstrip("'").startswith(_FORMULA_SIGNS) else text


def price_cell(amount_minor: int) -> int | str:
    """Return a price as exports write it: whole rupiah as a number, others with a decimal comma."""
    whole, part = divmod(amount_minor, 100)
    return f"{whole},{part:02d}" if part else whole


def _price(cell: Any) -> int:
    if isinstance(cell, bool):
        raise ImportValueUnreadable(value=str(cell))
    if isinstance(cell, (int, float)):
        # repr gives the shortest decimal that reads back as the same number: what the sheet shows.
        return check_price(Money.of(Decimal(repr(cell))).minor)
    return check_price(parse_rupiah(text_of(cell)).minor)


def _whole(cell: Any) -> int:
    text = text_of(cell).strip()
    plain = text.replace(".", "") if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+", text) else text
    if isinstance(cell, bool) or not re.fullmatch(r"-?[0-9]{1,12}", plain):
        raise ImportValueUnreadable(value=text[:40])
    return int(plain)


def _stock(cell: Any) -> int:
    units = _whole(cell)
    if not 0 <= units <= QUANTITY_MAX:
        raise QuantityInvalid(most=QUANTITY_MAX)
    return units


def _status(cell: Any) -> ProductStatus:
    word = text_of(cell).strip().lower()
    if word not in _STATUS_WORDS:
        raise ImportValueUnreadable(value=word[:40])
    return _STATUS_WORDS[word]
