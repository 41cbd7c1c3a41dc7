"""Whether an entry can be undone by the opposite one, so that what it stands for goes with it."""

from __future__ import annotations

from kawasan.core.errors import Conflict
from kawasan.rooms.books import models
from kawasan.rooms.books.queries.assets import disposal_of
from kawasan.rooms.books.rules import chart
from kawasan.rooms.books.types.assets import DisposalStands
from kawasan.rooms.books.types.desk import AlreadyCorrected, BookedByDocument, Entry, EntryKind
from kawasan.rooms.books.types.stock import EntryOfStockCards


def undo_refusal(*, entry: Entry) -> Conflict | None:
    """
    Return why an entry cannot be undone, or nothing where it can: for its page, which has read it for its reader.

    What closings wrote (depreciation, tax, a counted stock, a year) can: the next closing books the difference again.
    """
    if entry.kind is EntryKind.DOCUMENT:
        return BookedByDocument()
    if entry.corrects or entry.corrected_by:
        return AlreadyCorrected()
    if _is_of_stock_cards(entry):
        return EntryOfStockCards()
    if entry.kind is EntryKind.ASSET and disposal_of(entry.business_id, entry.id):
        return DisposalStands()
    return None


def _is_of_stock_cards(entry: Entry) -> bool:
    """
    Whether the cards wrote an entry, or began with what it had booked as goods.

    Goods that were bought take their units off the cards. What was booked as goods later, beside the cards, is what
    they do not know: it may go.
    """
    if entry.kind is EntryKind.GOODS or all(line.account != chart.STOCK for line in entry.lines):
        return False
    first = models.StockChoice.objects.filter(business_id=entry.business_id).order_by("since").first()
    if first is None:
        return False
    return entry.kind is EntryKind.STOCK or (entry.made_at < first.at and entry.day <= first.since)
