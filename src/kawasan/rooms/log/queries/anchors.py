"""Anchors of checkpoints: what is held where, what is due, and whether receipts still hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from cryptography import x509
from django.conf import settings

from kawasan.platform.checks import Finding
from kawasan.rooms.log import models
from kawasan.rooms.log.queries import proofs
from kawasan.rooms.log.rules import contract, timestamps
from kawasan.rooms.log.types import Anchor, Anchored, AnchorKind, AnchorNotFound, AnchorPlan, SizeNotPublished

FIRST_WAIT = timedelta(minutes=2)  # after a failure; twice as long after each further one, up to the interval
LATEST = 12


def as_anchor(row: models.Anchor) -> Anchor:
    """Return an anchor as others see it."""
    return Anchor(
        row.pk, row.size, AnchorKind(row.kind), row.target, bytes(row.receipt), row.stamped_at, row.problem, row.at
    )


def note_of(size: int) -> bytes:
    """Return the bytes of a checkpoint that are anchored: as the log signed it, without cosignatures."""
    note = models.Checkpoint.objects.filter(pk=size).values_list("note", flat=True).first()
    if note is None:
        raise SizeNotPublished(size=proofs.published_size())
    return note.encode()


def trusted() -> list[x509.Certificate]:
    """Return the certificates that timestamps must lead to. Raises NotAStamp where the operator named none."""
    try:
        return timestamps.certificates(Path(settings.KAWASAN_TSA_ROOTS).read_bytes())
    except OSError as error:
        raise timestamps.NotAStamp("KAWASAN_TSA_ROOTS names no file that can be read") from error


def problem_of_roots() -> str:
    """Say what is wrong with the certificates that timestamps must lead to, or nothing."""
    try:
        trusted()
    except timestamps.NotAStamp as error:
        return str(error)
    return ""


def targets() -> list[tuple[AnchorKind, str]]:
    """Return who is to keep checkpoints. Names and keys in an address are nobody else's business, and left out."""
    found = []
    if settings.KAWASAN_TSA_URL:
        parts = urlsplit(settings.KAWASAN_TSA_URL)
        host = parts.netloc.rpartition("@")[2]
        found.append((AnchorKind.RFC3161, urlunsplit((parts.scheme, host, parts.path, "", ""))))
    if settings.KAWASAN_EVM_RPC and settings.KAWASAN_EVM_CONTRACT:
        found.append((AnchorKind.EVM, settings.KAWASAN_EVM_CONTRACT))
    return found


def anchor_plans(*, at: datetime) -> list[AnchorPlan]:
    """Return how it stands with each that is to keep checkpoints."""
    return [_plan(kind, target, at) for kind, target in targets()]


def _plan(kind: AnchorKind, target: str, at: datetime) -> AnchorPlan:
    rows = models.Anchor.objects.filter(kind=kind.value, target=target).order_by("-id")
    held = rows.filter(state="held").first()
    failed = list(rows.filter(id__gt=held.pk)[:20] if held else rows[:20])
    return AnchorPlan(
        kind=kind,
        target=target,
        last=as_anchor(held) if held else None,
        failures=len(failed),
        problem=failed[0].problem if failed else "",
        next_at=_next(held, failed, at),
    )


def _next(held: models.Anchor | None, failed: list[models.Anchor], at: datetime) -> datetime | None:
    """Return when to ask; None while everything there is is held."""
    every: timedelta = timedelta(minutes=settings.KAWASAN_ANCHOR_MINUTES)
    if proofs.published_size() <= (held.size if held else 0):
        return None
    if failed:
        doubled: int = 2 ** min(len(failed) - 1, 12)
        return failed[0].at + min(every, FIRST_WAIT * doubled)
    return held.at + every if held else at


def anchors(*, limit: int = LATEST, is_held: bool = True) -> list[Anchor]:
    """Return the newest anchors, newest first; with ``is_held`` false failures too."""
    rows = models.Anchor.objects.order_by("-id")
    return [as_anchor(row) for row in (rows.filter(state="held") if is_held else rows)[:limit]]


def anchor(anchor_id: UUID) -> Anchor:
    """Return an anchor that holds a receipt. Raises AnchorNotFound."""
    row = models.Anchor.objects.filter(pk=anchor_id, state="held").first()
    if row is None:
        raise AnchorNotFound
    return as_anchor(row)


def anchors_over(index: int) -> list[Anchor]:
    """Return, for each kind, the first anchor whose checkpoint covers a leaf: since when it cannot be otherwise."""
    rows = models.Anchor.objects.filter(state="held", size__gt=index).order_by("kind", "size", "id").distinct("kind")
    return [as_anchor(row) for row in rows]


def anchored(index: int) -> list[Anchored]:
    """Return the anchors of ``anchors_over`` with what proves the leaf to be under each."""
    return [
        Anchored(one, note_of(one.size).decode(), proofs.inclusion(index=index, size=one.size))
        for one in anchors_over(index)
    ]


def problem_of(one: Anchor) -> str:
    """Say what is wrong with a receipt as it lies here, or nothing."""
    try:
        data = note_of(one.size)
        if one.kind is AnchorKind.EVM:
            contract.check(one.receipt, note=data, contract=one.target)
        elif settings.KAWASAN_TSA_ROOTS:
            timestamps.check(one.receipt, data=data, trusted=trusted())
        else:  # whom to trust was not said: that it is of these bytes can be seen all the same
            timestamps.time_of(one.receipt, data=data)
    except SizeNotPublished:
        return "there is no such checkpoint"
    except (timestamps.NotAStamp, contract.NotOnChain) as error:
        return str(error)
    return ""


def findings() -> Iterator[Finding]:
    """Give every anchor whose receipt is not one of its checkpoint."""
    for row in models.Anchor.objects.filter(state="held").order_by("id").iterator(500):
        problem = problem_of(as_anchor(row))
        if problem:
            yield Finding("log-anchor-wrong", f"anchor {row.pk}", f"a receipt of checkpoint {row.size}", problem)
