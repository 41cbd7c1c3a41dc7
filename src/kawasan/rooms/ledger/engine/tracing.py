"""What an entry was about: the references of its transfers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

import psycopg

# "offset 0" keeps the look-up one of each entry's own numbers. Joined freely, some hundred entries made PostgreSQL read
# every transfer there is: 40 ms of 43,000, and beyond any time limit in a ledger that has grown.
_REFERENCES = """
select distinct e.id, t.reference
from ledger_entry e cross join lateral (
    select reference from ledger_transfer
    where sequence between e.first_sequence and e.last_sequence and entry_id = e.id and reference is not null offset 0
) t
where e.id = any(%s::uuid[])
"""


def references_of(cursor: psycopg.Cursor[Any], entry_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return what the transfers of those of the entries that were applied refer to."""
    cursor.execute(_REFERENCES, [list(entry_ids)], binary=True)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for entry_id, reference in cursor.fetchall():
        found[entry_id].add(reference)
    return found
