"""Tell every process that keeps pages of the shop what has changed."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db import DatabaseError, connection

from kawasan.platform.db import after_commit, requires_transaction
from kawasan.platform.telemetry import log
from kawasan.rooms.commerce.queries.shelves import PLACES, place_of


# Note [Versions are raised after the commit]
# Within the transaction the row would stay locked until its end: a large import would make other sellers wait. Raised
# afterwards, by a statement of its own, it is locked for a moment. Pages lose nothing by that: a page is kept under the
# version that was read before its content was, so one that was made from old content is dropped when the version
# rises. Between commit and rise (microseconds, before the writer has its answer) a reader may still get the old page.
# Should the process die just there, the page is old for at most shared_pages.SECONDS_MAX.
@requires_transaction
def changed(*business_ids: UUID) -> None:
    """After this transaction, let pages be made anew that show something of these businesses."""
    after_commit(partial(_raise, sorted({place_of(business_id) for business_id in business_ids})))


@requires_transaction
def changed_everywhere() -> None:
    """After this transaction, let every page be made anew: what happened may change prices of many businesses."""
    after_commit(partial(_raise, list(range(PLACES))))


def _raise(places: list[int]) -> None:
    try:
        with connection.cursor() as cursor:
            for place in places:  # one statement, one lock: two of these never wait for each other in a circle
                cursor.execute("update commerce_shelf set version = version + 1 where place = %s", [place])
    except DatabaseError:
        log.exception("shelf-not-raised", places=places)  # what was written is safe: pages are late, not wrong
