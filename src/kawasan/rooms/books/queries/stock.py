"""Stock cards: each product's movements, what they cost, what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from uuid import UUID

from django.db.models import Q, Sum

from kawasan.core.access import Actor
from kawasan.core.errors import NotFound
from kawasan.rooms.books import models
from kawasan.rooms.books.queries.desk import need_books
from kawasan.rooms.books.queries.sums import FIRST_DAY, net, sums
from kawasan.rooms.books.rules import chart, stock
from kawasan.rooms.books.types.months import Span
from kawasan.rooms.books.types.stock import (
    COST_ENTRY,
    CardRow,
    Chosen,
    Move,
    Moved,
    StockCard,
    StockItem,
    StockMethod,
    StockReport,
    StockUnknown,
)
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.ledger import api as ledger

PRODUCTS_MAX = 5_000  # of one report
ON_THE_WAY_MAX = timedelta(days=60)  # after that units count as gone
_UNIT = "unit:"


def stock_report(*, actor: Actor, business_id: UUID, day: date) -> StockReport:
    """
    Return every product's units and value on a day, and whether the books hold the same.

    Raises Unauthenticated, NotFound, Forbidden.
    """
    need_books(actor, business_id)
    known, cards = chosen(business_id), cards_of(business_id, day)
    return StockReport(
        day=day,
        method=method_on(business_id, day),
        since=known[0].since if known else None,
        chosen=tuple(known),
        items=tuple(_items(actor, business_id, cards)),
        cost_minor=sum(row.cost_minor for rows in cards.values() for row in rows),
        booked_minor=booked_minor(business_id, day),
        books_minor=net(sums(business_id, FIRST_DAY, day)).get(chart.STOCK, 0),
    )


def stock_card(*, actor: Actor, business_id: UUID, variant_id: UUID, span: Span) -> StockCard:
    """Return one product's card of a period. Raises Unauthenticated, NotFound, Forbidden, StockUnknown."""
    need_books(actor, business_id)
    rows = cards_of(business_id, span.last, variant_id).get(variant_id, [])
    item = _item(_shop_row(actor, business_id, variant_id), rows, _on_the_way(business_id))
    earlier = [row for row in rows if row.day < span.first]
    before = (earlier[-1].left, earlier[-1].left_minor) if earlier else (0, 0)
    return StockCard(item, *before, tuple(rows[len(earlier) :]))


def chosen(business_id: UUID) -> list[Chosen]:
    """Return which method holds from which day on, in order; nothing where stock is counted when a month closes."""
    rows = models.StockChoice.objects.filter(business_id=business_id).order_by("since")
    return [Chosen(row.since, StockMethod(row.method)) for row in rows]


def method_on(business_id: UUID, day: date) -> StockMethod:
    """Return how goods are valued on a day."""
    earlier = [item.method for item in chosen(business_id) if item.since <= day]
    return earlier[-1] if earlier else StockMethod.COUNTED


def keepers() -> list[UUID]:
    """Return the businesses that keep stock cards, for the job that books what goods cost."""
    return list(models.StockChoice.objects.values_list("business_id", flat=True).distinct().order_by("business_id"))


def cards_of(business_id: UUID, last: date, variant_id: UUID | None = None) -> dict[UUID, list[CardRow]]:
    """Return the card of each product up to a day, or of one."""
    known = chosen(business_id)
    if not known:
        return {}
    moves = _moves(business_id, last, variant_id)
    return {variant: stock.card(found, known) for variant, found in moves.items()}


def cost_minor(business_id: UUID, last: date) -> int:
    """Return what goods that went out up to a day have cost since the cards began."""
    return sum(row.cost_minor for rows in cards_of(business_id, last).values() for row in rows)


def booked_minor(business_id: UUID, last: date) -> int:
    """Return what of it is booked up to a day and not undone."""
    entries = models.Entry.objects.filter(business_id=business_id, document=COST_ENTRY)
    lines = models.EntryLine.objects.filter(business_id=business_id, account=chart.STOCK, day__lte=last)
    lines = lines.filter(Q(entry__in=entries) | Q(entry__corrects__in=entries.values("pk")))
    return -int(lines.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def on_the_way_of(business_id: UUID, variant_id: UUID) -> int:
    """Return how many units orders have taken from the shelf that are not complete."""
    return _on_the_way(business_id).get(commerce.unit_asset(variant_id), 0)


def _moves(business_id: UUID, last: date, variant_id: UUID | None) -> dict[UUID, list[Move]]:
    found: dict[UUID, list[Move]] = defaultdict(list)
    own = {"business_id": business_id, "day__lte": last} | ({"variant_id": variant_id} if variant_id else {})
    for lot in _standing(models.StockLot.objects.filter(**own)):
        kind = Moved.BOUGHT if lot.entry_id else Moved.OPENING
        found[lot.variant_id].append(Move(lot.day, kind, lot.quantity, lot.cost_minor, lot.entry_id))
    counts = models.StockCount.objects.filter(**own).order_by("at", "id")
    for (variant, day), counted in {(row.variant_id, row.day): row.counted for row in counts}.items():
        found[variant].append(Move(day, Moved.COUNTED, counted))
    days = models.UnitDay.objects.filter(business_id=business_id, day__lte=last)
    if variant_id:
        days = days.filter(asset=commerce.unit_asset(variant_id))
    for row in days:
        variant = variant_of(row.asset)
        if row.sold:
            found[variant].append(Move(row.day, Moved.SOLD, row.sold))
        if row.returned:
            found[variant].append(Move(row.day, Moved.RETURNED, row.returned))
    for way in _forgotten(business_id, last):
        if variant_id in (None, variant := variant_of(way.asset)):
            found[variant].append(Move(way.day + ON_THE_WAY_MAX, Moved.SOLD, way.quantity))
    return found


def _forgotten(business_id: UUID, last: date) -> Iterable[models.UnitOnTheWay]:
    """Return units that left long ago with orders whose money never counted: all of it was given back."""
    return models.UnitOnTheWay.objects.filter(business_id=business_id, day__lte=last - ON_THE_WAY_MAX)


def _standing(lots: Iterable[models.StockLot]) -> Iterable[models.StockLot]:
    """Leave out what came with entries that were undone."""
    found = sorted(lots, key=lambda lot: (lot.day, lot.at, lot.id))
    undone = models.Entry.objects.filter(corrects__in=[lot.entry_id for lot in found if lot.entry_id])
    gone = set(undone.values_list("corrects", flat=True))
    return (lot for lot in found if lot.entry_id not in gone)


@lru_cache(maxsize=100_000)
def variant_of(asset: UUID) -> UUID:
    """Return the variant whose units an asset of the ledger counts: its code says so."""
    return UUID(ledger.asset(asset).code.removeprefix(_UNIT))


def _items(actor: Actor, business_id: UUID, cards: dict[UUID, list[CardRow]]) -> Iterable[StockItem]:
    on_the_way, seen = _on_the_way(business_id), set()
    for row in shop_rows(actor, business_id):
        seen.add(row.variant_id)
        yield _item(row, cards.get(row.variant_id, []), on_the_way)
    for variant_id in sorted(cards.keys() - seen):  # no longer in the shop
        yield _item(_shop_row(actor, business_id, variant_id), cards[variant_id], on_the_way)


def shop_rows(actor: Actor, business_id: UUID) -> Sequence[commerce.StockRow]:
    """Return the products of the shop with what is on the shelf, by name."""
    found: list[commerce.StockRow] = []
    cursor: str | None = None
    while len(found) < PRODUCTS_MAX:
        page = commerce.stock_rows(actor=actor, business_id=business_id, cursor=cursor, limit=100)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    return sorted(found, key=lambda row: (row.product_name, row.variant_name, row.sku))


def _shop_row(actor: Actor, business_id: UUID, variant_id: UUID) -> commerce.StockRow:
    try:
        return commerce.stock(actor=actor, business_id=business_id, variant_id=variant_id)
    except NotFound:
        raise StockUnknown from None


def _item(row: commerce.StockRow, rows: Sequence[CardRow], on_the_way: dict[UUID, int]) -> StockItem:
    name = f"{row.product_name} · {row.variant_name}" if row.variant_name else row.product_name
    return StockItem(
        variant_id=row.variant_id,
        name=name,
        sku=row.sku,
        left=rows[-1].left if rows else 0,
        value_minor=rows[-1].left_minor if rows else 0,
        on_shelf=row.stock.on_shelf,
        on_the_way=on_the_way.get(commerce.unit_asset(row.variant_id), 0),
    )


def _on_the_way(business_id: UUID) -> dict[UUID, int]:
    rows = models.UnitOnTheWay.objects.filter(business_id=business_id).values("asset").annotate(units=Sum("quantity"))
    return {row["asset"]: row["units"] for row in rows}


def next_change(day: date) -> date:
    """Return the next day on which the method may change."""
    return date(day.year + 1, 1, 1) if (day.month, day.day) != (1, 1) else day
