"""Acquiring fixed assets and disposing of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.books import models
from kawasan.rooms.books.actions.entries import check_by_hand, keep_receipt, lock_desk, write
from kawasan.rooms.books.queries import assets as register
from kawasan.rooms.books.queries import desk
from kawasan.rooms.books.queries.entries import as_entries
from kawasan.rooms.books.rules import depreciation
from kawasan.rooms.books.types.assets import AssetDisposed, AssetInvalid, NewAsset
from kawasan.rooms.books.types.desk import Entry, EntryKind
from kawasan.rooms.books.types.entries import AMOUNT_MAX_MINOR, NewEntry


@requires_transaction
def acquire_asset(
    *,
    actor: Actor,
    business_id: UUID,
    entry_id: UUID,
    day: date,
    asset: NewAsset,
    paid_from: str,
    picture: bytes | None = None,
    at: datetime,
) -> Entry:
    """
    Put an asset into the register and book what it cost; closings depreciate it from the month of use on.

    ``paid_from`` may be the owner's capital for what the business had before. A repeat returns the first entry.
    Raises as add_entry, and AssetInvalid, PictureInvalid, PictureTooLarge.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    depreciation.check(asset)
    entry = NewEntry(day, asset.name.strip(), depreciation.acquired(asset, paid_from))
    check_by_hand(business_id, entry)
    made = write(business_id, entry_id, entry, EntryKind.ASSET, made_by=actor.person_id, at=at)
    row = models.Asset(
        entry_id=made.id,
        business_id=business_id,
        name=asset.name.strip(),
        account=asset.account,
        group=asset.group,
        cost_minor=asset.cost_minor,
        in_use_from=asset.in_use_from,
    )
    models.Asset.objects.bulk_create([row], ignore_conflicts=True)  # a repeat
    if picture:
        keep_receipt(made, picture, at=at)
    return made


@requires_transaction
def dispose_asset(
    *,
    actor: Actor,
    business_id: UUID,
    asset_id: UUID,
    entry_id: UUID,
    day: date,
    proceeds_minor: int,
    money: str,
    at: datetime,
) -> Entry:
    """
    Take an asset out: what it was sold for against what was left of it is a gain or a loss.

    A repeat returns the first entry. Raises as add_entry, and AssetNotFound, AssetDisposed, AssetInvalid.
    """
    desk.need_books(actor, business_id)
    lock_desk(business_id)
    if earlier := models.Disposal.objects.filter(entry_id=entry_id, business_id=business_id).first():
        return as_entries(models.Entry.objects.filter(pk=earlier.entry_id))[0]
    if not 0 <= proceeds_minor <= AMOUNT_MAX_MINOR:
        raise AssetInvalid(field="proceeds")
    found = register.find_asset(business_id, asset_id, day.replace(day=1) - timedelta(days=1))
    if found.disposed_on or day < models.Entry.objects.get(pk=asset_id).day:
        raise AssetDisposed(field="day")
    lines = depreciation.disposed(
        account=found.account,
        cost_minor=found.cost_minor,
        depreciated_minor=found.depreciated_minor,
        proceeds_minor=proceeds_minor,
        money=money,
    )
    entry = NewEntry(day, found.name, lines)
    check_by_hand(business_id, entry)
    made = write(business_id, entry_id, entry, EntryKind.ASSET, made_by=actor.person_id, at=at)
    models.Disposal.objects.create(
        entry_id=made.id, business_id=business_id, asset_id=asset_id, day=day, proceeds_minor=proceeds_minor
    )
    return made
