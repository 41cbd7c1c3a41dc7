"""What an entry was about: the references of its transfers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

import psycopg

_REFERENCES = """
select distinct e.id, t.reference
from ledger_entry e join ledger_transfer t on t.sequence between e.first_sequence and e.last_sequence
where e.id = any(%s::uuid[]) and t.entry_id = e.id and t.reference is not null
"""


def references_of(cursor: psycopg.Cursor[Any], entry_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return what the transfers of those of the entries that were applied refer to."""
    cursor.execute(_REFERENCES, [list(entry_ids)], binary=True)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for entry_id, reference in cursor.fetchall():
        found[entry_id].add(reference)
    return found
