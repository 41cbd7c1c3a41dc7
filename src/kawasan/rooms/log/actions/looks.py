"""Commit to what people of the zone did and read: each entry of the access log is a leaf."""

from __future__ import annotations

from kawasan.platform.db import requires_transaction
from kawasan.rooms.log import models
from kawasan.rooms.log.actions.submitting import submit_many
from kawasan.rooms.log.rules import looks
from kawasan.rooms.log.types import Submission
from kawasan.rooms.zone import api as zone


@requires_transaction
def commit_looks(*, after: int, upto: int) -> int:
    """
    Commit to the access log's entries with ``after < number <= upto``; return how many were.

    What was committed once is left as it is, also where what it said was erased since: a follower that begins again
    does no harm.
    """
    committed = models.Look.objects.order_by("-number").values_list("number", flat=True).first() or 0
    entries = zone.access_between(after=max(after, committed), upto=upto)
    if not entries:
        return 0
    given = [
        Submission(looks.KIND, str(one.id), looks.document(one), (one.business_id,) if one.business_id else ())
        for one in entries
    ]
    leaves = submit_many(given, at=entries[-1].at)
    models.Look.objects.bulk_create(
        models.Look(number=one.number, entry_id=one.id, leaf_id=leaf) for one, leaf in zip(entries, leaves, strict=True)
    )
    return len(entries)
