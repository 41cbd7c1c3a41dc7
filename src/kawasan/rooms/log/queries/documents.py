"""What rooms hold today of documents they committed to: a proof is made of that, so that a change there fails it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from kawasan.rooms.log import models

HeldDocuments: TypeAlias = Callable[[Sequence[str]], Mapping[str, bytes]]

_HELD: dict[str, HeldDocuments] = {}
_AT_ONCE = 1_000


def hold_documents(kind: str, held: HeldDocuments) -> None:
    """
    Say who holds the documents of a kind: ``held(subjects)`` gives the bytes as they stand now of those that are there.

    For kinds whose documents are committed to once and never changed after: said when the room is set up. The log's own
    copy goes on standing for a document that is not there any more, or that the reader may not see.
    """
    _HELD[kind] = held


def held_document(kind: str, subject: str) -> bytes | None:
    """Return a document as the room that committed to it holds it now."""
    held = _HELD.get(kind)
    return held([subject]).get(subject) if held else None


def differing() -> Iterator[tuple[str, str]]:
    """Give kind and subject of every document that the room which committed to it holds otherwise than the log."""
    for kind, held in _HELD.items():
        rows = models.Content.objects.filter(kind=kind).order_by("leaf_id").values_list("subject", "body")
        kept: dict[str, bytes] = {}
        for subject, body in rows.iterator(_AT_ONCE):
            kept[subject] = bytes(body)
            if len(kept) == _AT_ONCE:
                yield from _differing(kind, held, kept)
                kept = {}
        yield from _differing(kind, held, kept)


def _differing(kind: str, held: HeldDocuments, kept: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for subject, body in (held(list(kept)) if kept else {}).items():
        if kept.get(subject) != body:
            yield kind, subject
