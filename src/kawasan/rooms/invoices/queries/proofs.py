"""What the log commits to of issued papers and agreed quotations, and how they stand here now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from django.db.models import Count, Q

from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.queries.documents import lines_of
from kawasan.rooms.invoices.types.documents import Line
from kawasan.rooms.log import api as log

ISSUED_KIND = "invoice.issued"  # as the log names what it commits to
AGREED_KIND = "agreement.quotation"
REPLACE = "replace"  # what a tax mark says when the parties of a paper were written anew
_UNREADABLE = b"unreadable"  # of a row whose encrypted columns open no more: proved to be nothing that was committed to


@dataclass(frozen=True, slots=True)
class PaperLeaves:
    """Where a paper stands in the log: as issued, and, of a quotation, as agreed."""

    issued: log.LeafId | None
    agreed: log.LeafId | None


# Note [A paper that is replaced]
# Lines and sums of an issued paper stay; its parties may be written anew for a replaced tax invoice (Faktur Pengganti).
# That is another document, so it is another leaf, about "<paper>/<how often>": the first leaf goes on proving what was
# said first, by the log's own copy.
def subject_of(row: models.Document, replaced: int) -> str:
    """Return what the leaf of a paper is about."""
    return f"{row.pk}/{replaced}" if replaced else str(row.pk)


def times_replaced(document_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return how often the parties of papers were written anew."""
    rows = models.TaxMark.objects.filter(document_id__in=document_ids, what=REPLACE)
    return dict(rows.values("document_id").annotate(times=Count("pk")).values_list("document_id", "times"))


def issued_document(row: models.Document, lines: Sequence[Line]) -> dict[str, object]:
    """Return what the log commits to when a paper is issued."""
    return {
        "number": row.number,
        "kind": row.kind,
        "issued_on": str(row.issued_on),
        "total_minor": str(row.total_minor),
        "ppn_minor": str(row.ppn_minor),
        "seller": row.seller,
        "buyer": row.buyer,
        "lines": [
            [line.name, str(line.quantity), str(line.price_minor), str(line.discount_minor)] for line in lines
        ],
    }  # fmt: skip


def agreed_document(row: models.Document, lines: Sequence[Line]) -> dict[str, object]:
    """Return what the log commits to when a quotation is accepted: all of it, and when."""
    at = row.accepted_at.astimezone(UTC).isoformat() if row.accepted_at else ""
    return issued_document(row, lines) | {"id": str(row.pk), "accepted_at": at}


def issued_papers(subjects: Sequence[str]) -> dict[str, bytes]:
    """Return the documents of papers as they stand here, as far as the asker may read them."""
    keys = [UUID(one.partition("/")[0]) for one in subjects]
    replaced, lines = times_replaced(keys), lines_of(keys)
    asked, found = set(subjects), dict[str, bytes]()
    for key, row in _rows(keys).items():
        if row is None:
            found |= {one: _UNREADABLE for one in asked if one.startswith(str(key))}
        elif (subject := subject_of(row, replaced.get(key, 0))) in asked:
            found[subject] = log.canonical(issued_document(row, lines.get(key, ())))
    return found


def agreed_quotations(subjects: Sequence[str]) -> dict[str, bytes]:
    """Return accepted quotations as they stand here, as far as the asker may read them."""
    keys = [UUID(one) for one in subjects]
    lines = lines_of(keys)
    return {
        str(key): _UNREADABLE if row is None else log.canonical(agreed_document(row, lines.get(key, ())))
        for key, row in _rows(keys).items()
    }


def _rows(keys: Sequence[UUID]) -> dict[UUID, models.Document | None]:
    rows = models.Document.objects.filter(Q(pk__in=keys))
    try:
        return {row.pk: row for row in rows}
    except ValueError:  # one that cannot be decrypted: the others are read by themselves
        return {key: _one(key) for key in rows.values_list("pk", flat=True)}


def _one(key: UUID) -> models.Document | None:
    try:
        return models.Document.objects.get(pk=key)
    except ValueError:
        return None


@requires_transaction
def leaves_of_paper(*, document_id: UUID) -> PaperLeaves:
    """
    Return the leaves of a paper that the caller shows to its business or to whoever has its link.

    Of a paper whose parties were written anew, the newest; None for what is not in the log.
    """
    with seeing_everything():
        times = times_replaced([document_id]).get(document_id, 0)
        subjects = [str(document_id), *(f"{document_id}/{time}" for time in range(1, times + 1))]
        issued = log.leaves_about(kind=ISSUED_KIND, subjects=subjects)
        agreed = log.leaves_about(kind=AGREED_KIND, subjects=subjects[:1])
    newest = next((issued[one] for one in reversed(subjects) if one in issued), None)
    return PaperLeaves(newest, agreed.get(str(document_id)))
