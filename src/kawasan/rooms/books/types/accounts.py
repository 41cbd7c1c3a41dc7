"""Accounts of the books: kinds, the lines of SAK EMKM's statements, and what happened to a business's money."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an account is, as the chart names it."""

    ASSET = "asset"
    CONTRA_ASSET = "contra_asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    CONTRA_EQUITY = "contra_equity"
    REVENUE = "revenue"
    CONTRA_REVENUE = "contra_revenue"
    EXPENSE = "expense"

    @property
    def is_of_position(self) -> bool:
        """Whether it belongs to the statement of position (the others to profit and loss)."""
        return self in _POSITION

    @property
    def sign(self) -> int:
        """What turns debit minus credit into the figure that a statement shows."""
        return 1 if self in _DEBIT_SIDE else -1


_POSITION = frozenset({Kind.ASSET, Kind.CONTRA_ASSET, Kind.LIABILITY, Kind.EQUITY, Kind.CONTRA_EQUITY})
# A contra account lessens its side: accumulated depreciation is shown among the assets, below zero.
_DEBIT_SIDE = frozenset({Kind.ASSET, Kind.CONTRA_ASSET, Kind.EXPENSE})


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the chart, or one that the owner added (``is_own``)."""

    code: str
    name_id: str
    name_en: str
    name_zh: str
    kind: Kind
    line: str
    is_own: bool = False

    def name(self, language: str) -> str:
        """Return the name in a language of the screen."""
        return {"en": self.name_en, "zh-hans": self.name_zh}.get(language.lower(), self.name_id)
