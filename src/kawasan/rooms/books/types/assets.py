"""Fixed assets: what a business bought to use for years, what is left of it, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kawasan.core.errors import Conflict, Invalid, NotFound, msg

ASSET_NAME_LENGTH_MAX = 120


@dataclass(frozen=True, slots=True)
class NewAsset:
    """An asset to acquire: ``group`` is the fiscal group of depreciation ("" for land, which is not depreciated)."""

    name: str
    account: str
    group: str
    cost_minor: int
    in_use_from: date


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset of the register on a day; its id is that of the entry by which it was acquired."""

    id: UUID
    name: str
    account: str
    group: str
    cost_minor: int
    in_use_from: date
    depreciated_minor: int
    disposed_on: date | None = None
    proceeds_minor: int | None = None
    disposal_id: UUID | None = None

    @property
    def book_value_minor(self) -> int:
        """What is left of the cost."""
        return 0 if self.disposed_on else self.cost_minor - self.depreciated_minor


class AssetInvalid(Invalid):
    """An asset that cannot be right."""

    code = "book-asset-invalid"
    title = msg("Please check the asset")
    detail = msg("An asset has a name, a cost in whole rupiah, a kind, and a group that belongs to it.")


class AssetNotFound(NotFound):
    """No such asset in these books."""

    code = "book-asset-not-found"
    title = msg("Asset not found")
    detail = msg("These books have no such asset.")


class AssetDisposed(Conflict):
    """An asset ends once, and not before it began."""

    code = "book-asset-disposed"
    title = msg("This asset cannot be disposed of")
    detail = msg("It is gone already, or the day is before it came.")


class DisposalStands(Conflict):
    """An asset that went cannot be undone as if it had never come."""

    code = "book-disposal-stands"
    title = msg("This asset has left the books")
    detail = msg("Undo the entry by which it went first. Then this one can be undone as well.")
