"""Figures for programs: tables of a period, the transfers behind them, and the live screen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.authority import api

router = Router(tags=["authority"])


class PeriodIn(Schema):
    """Whole days in WIB, both included."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")


class FiguresIn(PeriodIn):
    """What a table is about; ``sector`` is an edition and a section (``2025-C``), regions are Kemendagri codes."""

    by: api.By = api.By.SECTOR
    sort: api.Sort = api.Sort.GROSS
    sector: str = ""
    province: str = ""
    regency: str = ""
    business: str = ""


class TransfersIn(PeriodIn):
    """Which page of the transfers of a period."""

    cursor: str | None = None
    limit: int | None = None


class FiguresOut(Schema):
    """Sums over the ledger's transfers; money in the minor unit (Rp1 = 100)."""

    orders: int
    gross_minor: int
    qris_orders: int
    qris_minor: int
    refunded_minor: int
    net_minor: int
    cancelled_orders: int
    completed_orders: int
    completed_minor: int
    fee_minor: int
    currency: str = "IDR"


class RowOut(Schema):
    """One sector (``2025-C``), province, regency, day or business."""

    key: str
    label: str
    businesses: int
    figures: FiguresOut


class TableOut(Schema):
    """A table with its total; ``position`` is the last number of the ledger that is counted."""

    by: api.By
    first: date
    last: date
    rows: list[RowOut]
    total: FiguresOut
    businesses: int
    position: int


class MinuteOut(Schema):
    """Orders paid within a minute."""

    at: datetime
    orders: int
    gross_minor: int


class LiveOut(Schema):
    """The figures of the present day in WIB."""

    at: datetime
    day: date
    today: FiguresOut
    ever: FiguresOut
    businesses: int
    minutes: list[MinuteOut]
    sectors: list[RowOut]
    provinces: list[RowOut]
    regencies: list[RowOut]
    position: int
    behind_seconds: float


class TransferOut(Schema):
    """A transfer of the ledger as the figures count it."""

    sequence: int
    transfer_id: str
    order: str
    kind: api.Counted
    amount_minor: int
    at: datetime


class TransfersOut(Schema):
    """A page of transfers."""

    items: list[TransferOut]
    next_cursor: str | None


@router.get("/authority/figures", response=TableOut, summary="Figures of a period by sector, region, day or business")
def figures(
    request: HttpRequest,
    given: Query[FiguresIn],
) -> dict[str, Any]:
    """Return one row for each group and their total. For zone roles and keys with ``zone:read``."""
    actor = actor_of(request)
    business_id = ids.parse("biz", given.business) if given.business else None
    wanted = api.Filter(given.sector, given.province, given.regency, business_id)
    period = api.checked_period(given.first, given.last)
    with transaction(actor):
        table = api.table(actor=actor, period=period, by=given.by, wanted=wanted, sort=given.sort)
    return {
        "by": table.by,
        "first": table.period.first,
        "last": table.period.last,
        "rows": [_row(row, table.by) for row in table.rows],
        "total": _figures(table.total),
        "businesses": table.businesses,
        "position": table.position,
    }


@router.get(
    "/authority/businesses/{business_id}/transfers",
    response=TransfersOut,
    summary="The transfers that a business's figures are the sum of",
)
def transfers(
    request: HttpRequest,
    business_id: str,
    given: Query[TransfersIn],
) -> dict[str, Any]:
    """Return transfers in the ledger's order, page by page. For zone roles and keys with ``zone:read``; noted."""
    actor = actor_of(request)
    with transaction(actor):
        page = api.open_transfers(
            actor=actor,
            business_id=ids.parse("biz", business_id),
            period=api.checked_period(given.first, given.last),
            cursor=given.cursor,
            limit=given.limit,
            at=clock.now(),
        )
    return {"items": [_transfer(item) for item in page.items], "next_cursor": page.next_cursor}


@router.get("/authority/live", response=LiveOut, auth=None, summary="The live screen's figures")
def live(request: HttpRequest) -> dict[str, Any]:
    """Return the day so far. For zone roles, and for everybody while the operator has published the screen."""
    now = clock.now()
    with transaction(SYSTEM):  # sums over every business: the door decides who gets them
        shown = api.screen(actor=actor_of(request), at=now)
    return {
        "at": shown.at,
        "day": shown.day,
        "today": _figures(shown.today),
        "ever": _figures(shown.ever),
        "businesses": shown.businesses,
        "minutes": [{"at": m.at, "orders": m.orders, "gross_minor": m.gross_minor} for m in shown.minutes],
        "sectors": [_row(row, api.By.SECTOR) for row in shown.sectors],
        "provinces": [_row(row, api.By.PROVINCE) for row in shown.provinces],
        "regencies": [_row(row, api.By.REGENCY) for row in shown.regencies],
        "position": shown.position,
        "behind_seconds": shown.behind_seconds,
    }


def _figures(figures: api.Figures) -> dict[str, Any]:
    return {**figures._asdict(), "net_minor": figures.net_minor}


def _row(row: api.Row, by: api.By) -> dict[str, Any]:
    label = api.sector_name(row.key) if by is api.By.SECTOR else row.label
    key = ids.public("biz", UUID(row.key)) if by is api.By.BUSINESS else row.key
    return {"key": key, "label": label, "businesses": row.businesses, "figures": _figures(row.figures)}


def _transfer(item: api.CountedTransfer) -> dict[str, Any]:
    return {
        "sequence": item.sequence,
        "transfer_id": str(item.transfer_id),
        "order": ids.public("ord", item.order_id),
        "kind": item.kind,
        "amount_minor": item.amount_minor,
        "at": item.at,
    }
