"""The register of fixed assets on a day."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q, Sum

from kawasan.core.access import Actor
from kawasan.rooms.books import models
from kawasan.rooms.books.queries.desk import need_books
from kawasan.rooms.books.rules import chart, depreciation
from kawasan.rooms.books.types.assets import Asset, AssetNotFound
from kawasan.rooms.books.types.desk import EntryKind


def assets(*, actor: Actor, business_id: UUID, day: date) -> list[Asset]:
    """Return the assets of a business on a day, oldest first, with those that are gone. Raises as ``asset``."""
    need_books(actor, business_id)
    return register(business_id, day)


def asset(*, actor: Actor, business_id: UUID, asset_id: UUID, day: date) -> Asset:
    """Return one asset. Raises Unauthenticated, NotFound, Forbidden, AssetNotFound."""
    need_books(actor, business_id)
    return find_asset(business_id, asset_id, day)


def find_asset(business_id: UUID, asset_id: UUID, day: date) -> Asset:
    """Return one asset of the register. Raises AssetNotFound."""
    found = next((item for item in register(business_id, day) if item.id == asset_id), None)
    if found is None:
        raise AssetNotFound
    return found


def register(business_id: UUID, day: date) -> list[Asset]:
    """Return the assets whose entries stand, each with its depreciation up to the month of a day."""
    standing = _standing(business_id)
    gone = {row.asset_id: row for row in models.Disposal.objects.filter(business_id=business_id, entry_id__in=standing)}
    rows = models.Asset.objects.filter(business_id=business_id, entry_id__in=standing)
    return [_asset(row, gone.get(row.entry_id), day) for row in rows.order_by("in_use_from", "entry_id")]


def disposal_of(business_id: UUID, asset_id: UUID) -> UUID | None:
    """Return the entry by which an asset went, where it stands."""
    rows = models.Disposal.objects.filter(business_id=business_id, asset_id=asset_id)
    return rows.exclude(entry_id__in=_undone(business_id)).values_list("entry_id", flat=True).first()


def depreciated_minor(business_id: UUID, last: date) -> int:
    """Return what all assets together are depreciated by up to a month's end."""
    return sum(item.depreciated_minor for item in register(business_id, last))


def booked_minor(business_id: UUID, last: date) -> int:
    """Return the depreciation that closings have booked up to a day, less what was undone up to then."""
    entries = models.Entry.objects.filter(business_id=business_id, kind=EntryKind.DEPRECIATION)
    lines = models.EntryLine.objects.filter(
        business_id=business_id, account=chart.ACCUMULATED_DEPRECIATION, day__lte=last
    ).filter(Q(entry__in=entries) | Q(entry__corrects__in=entries.values("pk")))
    return -int(lines.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def receipt(*, actor: Actor, business_id: UUID, entry_id: UUID) -> bytes | None:
    """Return the photo of an entry's receipt (WebP), if there is one. Raises Unauthenticated, NotFound, Forbidden."""
    need_books(actor, business_id)
    row = models.Receipt.objects.filter(pk=entry_id, business_id=business_id).only("content").first()
    return bytes(row.content) if row else None


def has_receipt(*, business_id: UUID, entry_id: UUID) -> bool:
    """Whether an entry has a photo."""
    return models.Receipt.objects.filter(pk=entry_id, business_id=business_id).exists()


def _asset(row: models.Asset, end: models.Disposal | None, day: date) -> Asset:
    # The month of the disposal is not depreciated any more: the asset was not used to its end.
    last = min(day, end.day.replace(day=1) - timedelta(days=1)) if end else day
    done = depreciation.depreciated(row.group, row.cost_minor, in_use_from=row.in_use_from, last=last)
    return Asset(
        id=row.entry_id,
        name=row.name,
        account=row.account,
        group=row.group,
        cost_minor=row.cost_minor,
        in_use_from=row.in_use_from,
        depreciated_minor=done,
        disposed_on=end.day if end else None,
        proceeds_minor=end.proceeds_minor if end else None,
        disposal_id=end.entry_id if end else None,
    )


def _undone(business_id: UUID) -> list[UUID]:
    rows = models.Entry.objects.filter(business_id=business_id, corrects__isnull=False)
    return [undone for undone in rows.values_list("corrects", flat=True) if undone]


def _standing(business_id: UUID) -> list[UUID]:
    kept = models.Entry.objects.filter(business_id=business_id, kind=EntryKind.ASSET).exclude(
        id__in=_undone(business_id)
    )
    return list(kept.values_list("id", flat=True))
