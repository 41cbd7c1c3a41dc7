"""Entries of the zone's access log as they stand now, and the leaves that they became."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from kawasan.platform.db import requires_transaction
from kawasan.rooms.log import models
from kawasan.rooms.log.rules import looks
from kawasan.rooms.log.rules.canonical import canonical
from kawasan.rooms.log.types import LeafId
from kawasan.rooms.zone import api as zone


@requires_transaction
def leaves_of_looks(*, entry_ids: Iterable[UUID]) -> dict[UUID, LeafId]:
    """
    Return the leaves of entries of the access log; one that is only seconds old has none yet.

    Whoever calls this has seen to it that the asker may see the entries.
    """
    found = models.Look.objects.filter(entry_id__in=list(entry_ids)).values_list("entry_id", "leaf_id")
    return {entry: LeafId(leaf) for entry, leaf in found}


@requires_transaction
def noted_looks(entry_ids: Sequence[str]) -> dict[str, bytes]:
    """Return the documents of entries as they stand in the access log, as far as the asker may see them."""
    found = zone.access_entries(ids=[UUID(one) for one in entry_ids])
    return {str(one.id): canonical(looks.document(one)) for one in found}
