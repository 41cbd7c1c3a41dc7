"""Reads of the till: shifts with their sums, sales, what did not fit, and the list that a device sells from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum

from kawasan.core.access import Actor, BusinessRole
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.queries.accounts import stock_levels
from kawasan.rooms.commerce.queries.campaign_terms import terms_between
from kawasan.rooms.commerce.queries.catalogue import as_window
from kawasan.rooms.commerce.rules.prices import price_at
from kawasan.rooms.commerce.types.campaigns import CampaignTerms
from kawasan.rooms.commerce.types.catalogue import ProductStatus
from kawasan.rooms.commerce.types.prices import Window
from kawasan.rooms.commerce.types.till import (
    ConflictKind,
    NewSale,
    Shift,
    ShiftNotFound,
    TillConflict,
    TillItem,
    TillLine,
    TillMethod,
    TillSale,
    TillSaleNotFound,
)
from kawasan.rooms.payments import api as payments

ITEMS_MAX = 5_000
CAMPAIGNS_AHEAD = timedelta(days=1)  # a till may be without a network when a campaign begins


@dataclass(frozen=True, slots=True)
class TillBooks:
    """Units that may be sold and that were sold, by variant of the business, and their prices at any moment asked."""

    business_id: UUID
    stock: dict[UUID, int]
    sold: dict[UUID, int]
    ordinary: dict[UUID, int]
    windows: dict[UUID, list[Window]]
    campaigns: dict[UUID, tuple[CampaignTerms, ...]]

    def price(self, variant_id: UUID, moment: datetime, *, told_minor: int) -> int:
        """
        Return what a variant cost at a moment; 0 for one that is not the business's.

        While a campaign runs, its price is right as well as the usual one: a till without a network cannot know whether
        the units that were set aside online are all taken.
        """
        for terms in self.campaigns.get(variant_id, ()):
            if terms.starts_at <= moment < terms.ends_at and terms.price_minor == told_minor:
                return told_minor
        ordinary = self.ordinary.get(variant_id, 0)
        return price_at(ordinary_minor=ordinary, windows=self.windows.get(variant_id, ()), at=moment).amount_minor


def till_books(business_id: UUID, variant_ids: Collection[UUID], moments: Sequence[datetime]) -> TillBooks:
    """Return what the books hold of those variants that are the business's."""
    rows = models.Variant.objects.filter(pk__in=list(variant_ids), business_id=business_id)
    ordinary = dict(rows.values_list("pk", "price_minor"))
    windows: dict[UUID, list[Window]] = defaultdict(list)
    if moments:
        reach = Q(starts_at__lte=max(moments)) & (Q(ends_at__isnull=True) | Q(ends_at__gt=min(moments)))
        for row in models.PriceWindow.objects.filter(reach, variant_id__in=list(ordinary)):
            windows[row.variant_id].append(as_window(row))
    stock, sold = _levels(business_id, ordinary)
    running = terms_between(ordinary, first=min(moments), last=max(moments)) if moments and ordinary else {}
    return TillBooks(business_id, stock, sold, ordinary, windows, running)


def read_again(books: TillBooks) -> TillBooks:
    """Return the same books with the units of this moment."""
    stock, sold = _levels(books.business_id, books.ordinary)
    return TillBooks(books.business_id, stock, sold, books.ordinary, books.windows, books.campaigns)


def _levels(business_id: UUID, variant_ids: Iterable[UUID]) -> tuple[dict[UUID, int], dict[UUID, int]]:
    levels = stock_levels((business_id, variant_id) for variant_id in variant_ids)
    return {key: level.available for key, level in levels.items()}, {key: level.sold for key, level in levels.items()}


def lock_shifts(shift_ids: Collection[UUID]) -> None:
    """Lock shifts in id order until the transaction ends."""
    list(models.TillShift.objects.filter(pk__in=list(shift_ids)).order_by("pk").select_for_update().values_list("pk"))


def is_paid_for(sale: NewSale, *, business_id: UUID, at: datetime) -> bool:
    """Return whether the money that a sale names came in: its sum, to this business, and for no other sale."""
    if sale.payment_id is None or models.TillSale.objects.filter(payment_id=sale.payment_id).exists():
        return False
    return payments.is_paid_at_counter(
        business_id=business_id, payment_id=sale.payment_id, amount_minor=sale.total_minor, at=at
    )


def left_of_sale(*, business_id: UUID, sale_id: UUID) -> dict[UUID | str, int] | None:
    """Return what of a sale has not come back yet, by variant (or the name typed by hand); None: no such sale."""
    sale = models.TillSale.objects.filter(pk=sale_id, business_id=business_id, is_return=False).first()
    if sale is None:
        return None
    left: Counter[UUID | str] = Counter()
    back = models.TillSale.objects.filter(sale_id=sale_id, business_id=business_id, is_return=True)
    for sign, row in ((1, sale), *((-1, item) for item in back)):
        for line in as_lines(row.lines):
            left[line.variant_id or line.name] += sign * line.quantity
    return dict(left)


def shift(*, business_id: UUID, shift_id: UUID) -> Shift:
    """Return a shift with its sums. Raises ShiftNotFound."""
    row = models.TillShift.objects.filter(pk=shift_id, business_id=business_id).first()
    if row is None:
        raise ShiftNotFound
    return as_shifts([row])[0]


def shifts(*, actor: Actor, business_id: UUID, cursor: str | None = None, limit: int | None = None) -> Page[Shift]:
    """Return the shifts of a business's tills, newest first, with their sums. Raises BadCursor."""
    actor.need_business(business_id)
    size, rows = clamp_limit(limit), models.TillShift.objects.filter(business_id=business_id).order_by("-pk")
    if key := decode_cursor(cursor, str):
        rows = rows.filter(pk__lt=key[0])
    return page_of(as_shifts(list(rows[: size + 1])), size, key=lambda item: [str(item.id)])


def as_shifts(rows: Sequence[models.TillShift]) -> list[Shift]:
    """Return shifts with what their sales add up to, in two queries for all of them."""
    sums: dict[UUID, dict[str, Any]] = defaultdict(dict)
    found = models.TillSale.objects.filter(shift__in=[row.pk for row in rows])
    for item in found.values("shift_id", "is_return", "method").annotate(total=Sum("total_minor"), count=Count("pk")):
        name = "returned" if item["is_return"] else item["method"]
        of_shift = sums[item["shift_id"]]
        of_shift[name] = of_shift.get(name, 0) + item["total"]
        of_shift["sales"] = of_shift.get("sales", 0) + (0 if item["is_return"] else item["count"])
    unseen = found.filter(seen_at__isnull=True).exclude(conflicts=[])
    waiting = dict(unseen.values_list("shift_id").annotate(Count("pk")))
    return [_as_shift(row, sums[row.pk], waiting.get(row.pk, 0)) for row in rows]


def _as_shift(row: models.TillShift, sums: dict[str, Any], conflicts: int) -> Shift:
    return Shift(
        id=row.pk,
        business_id=row.business_id,
        till=row.till,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        opening_minor=row.opening_minor,
        closed_at=row.closed_at,
        counted_minor=row.counted_minor,
        note=row.note,
        sales=sums.get("sales", 0),
        cash_minor=sums.get(TillMethod.CASH, 0),
        qris_minor=sums.get(TillMethod.QRIS, 0),
        wallet_minor=sums.get(TillMethod.WALLET, 0),
        returned_minor=sums.get("returned", 0),
        conflicts=conflicts,
    )


def till_sale(*, actor: Actor, business_id: UUID, sale_id: UUID) -> TillSale:
    """Return a sale or return of a business's tills. Raises TillSaleNotFound."""
    actor.need_business(business_id)
    row = models.TillSale.objects.filter(pk=sale_id, business_id=business_id).first()
    if row is None:
        raise TillSaleNotFound
    return _as_sales([row])[0]


def till_receipt(*, sale_id: UUID) -> TillSale:
    """Return a sale for whoever was given the address of its receipt. Raises TillSaleNotFound."""
    row = models.TillSale.objects.filter(pk=sale_id, is_return=False).first()
    if row is None:
        raise TillSaleNotFound
    return _as_sales([row])[0]


def till_sales(
    *,
    actor: Actor,
    business_id: UUID,
    shift_id: UUID | None = None,
    search: str = "",
    conflicts_only: bool = False,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[TillSale]:
    """Return sales and returns of a business's tills, newest first. Raises BadCursor."""
    actor.need_business(business_id)
    rows = models.TillSale.objects.filter(business_id=business_id).order_by("-pk")
    if shift_id is not None:
        rows = rows.filter(shift_id=shift_id)
    if search:
        rows = rows.filter(number__icontains=search.replace("\0", "").strip()[:30])
    if conflicts_only:
        rows = rows.filter(seen_at__isnull=True).exclude(conflicts=[])
    if key := decode_cursor(cursor, str):
        rows = rows.filter(pk__lt=key[0])
    size = clamp_limit(limit)
    return page_of(_as_sales(list(rows[: size + 1])), size, key=lambda item: [str(item.id)])


def unseen_conflicts(*, actor: Actor, business_id: UUID) -> int:
    """Return how many sales have something that did not fit and that nobody has looked at."""
    actor.need_business(business_id)
    rows = models.TillSale.objects.filter(business_id=business_id, seen_at__isnull=True)
    return rows.exclude(conflicts=[]).count()


def _as_sales(rows: Sequence[models.TillSale]) -> list[TillSale]:
    back = models.TillSale.objects.filter(sale_id__in=[row.pk for row in rows], is_return=True)
    returned = dict(back.values_list("sale_id").annotate(Sum("total_minor")))
    return [
        TillSale(
            id=row.pk,
            business_id=row.business_id,
            shift_id=row.shift_id,
            number=row.number,
            is_return=row.is_return,
            sale_id=row.sale_id,
            sold_at=row.sold_at,
            received_at=row.received_at,
            method=TillMethod(row.method),
            total_minor=row.total_minor,
            discount_minor=row.discount_minor,
            tendered_minor=row.tendered_minor,
            lines=as_lines(row.lines),
            conflicts=as_conflicts(row.conflicts),
            seen_at=row.seen_at,
            reason=row.reason,
            returned_minor=returned.get(row.pk, 0),
            payment_id=row.payment_id,
        )
        for row in rows
    ]


def line_as_json(line: TillLine) -> dict[str, Any]:
    """Return a line as it is stored."""
    variant = str(line.variant_id) if line.variant_id else None
    return {"variant": variant, "name": line.name, "quantity": line.quantity, "price": line.unit_price_minor}


def as_lines(stored: list[dict[str, Any]]) -> tuple[TillLine, ...]:
    """Return lines from their stored form."""
    return tuple(
        TillLine(UUID(line["variant"]) if line["variant"] else None, line["name"], line["quantity"], line["price"])
        for line in stored
    )


def as_conflicts(stored: list[dict[str, Any]]) -> tuple[TillConflict, ...]:
    """Return conflicts from their stored form."""
    return tuple(TillConflict(**{**conflict, "kind": ConflictKind(conflict["kind"])}) for conflict in stored)


def till_items(*, actor: Actor, business_id: UUID, at: datetime) -> list[TillItem]:
    """Return what a till of the business sells, for the device to keep: prices, the windows ahead, units left."""
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    rows = models.Variant.objects.filter(
        business_id=business_id, archived_at__isnull=True, product__status=ProductStatus.PUBLISHED
    ).select_related("product")
    variants = list(rows.order_by("product__name", "position", "pk")[:ITEMS_MAX])
    windows: dict[UUID, list[Window]] = defaultdict(list)
    ahead = models.PriceWindow.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at))
    for row in ahead.filter(variant__business_id=business_id):
        windows[row.variant_id].append(as_window(row))
    levels = stock_levels((business_id, variant.pk) for variant in variants)
    running = terms_between([variant.pk for variant in variants], first=at, last=at + CAMPAIGNS_AHEAD)
    return [
        TillItem(
            variant_id=variant.pk,
            name=f"{variant.product.name} ({variant.name})" if variant.name else variant.product.name,
            sku=variant.sku,
            gtin=variant.product.gtin,
            category=variant.product.category_id,
            price_minor=variant.price_minor,
            windows=(*map(_campaign_window, running.get(variant.pk, ())), *windows[variant.pk]),
            stock=levels[variant.pk].available,
        )
        for variant in variants
    ]


# The first window that fits is what a till asks, so a campaign's price comes before a special price of the shop.
def _campaign_window(terms: CampaignTerms) -> Window:
    return Window(terms.offer_id, terms.variant_id, terms.price_minor, terms.starts_at, terms.ends_at)
