"""What crosses the log's door: submissions, proofs, keys, and every way the room says no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType, TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

from kawasan.core.errors import Conflict, Invalid, NotFound, msg

LeafId = NewType("LeafId", UUID)
Body: TypeAlias = Mapping[str, Any] | Sequence[Any] | str | bytes

SUBMISSION_SEQUENCE = "log_submission_number"  # numbers submissions; the follower of leaves goes by it
LEAVES_FOLLOWER = "log.leaves"
TRANSFERS_FOLLOWER = "log.transfers"
LOOKS_FOLLOWER = "log.looks"
BODY_BYTES_MAX = 1_000_000
SUBMISSIONS_MAX = 10_000


class BodyNotCanonical(Invalid):
    """A body that two programs could read differently cannot be proved."""

    code = "log-body-not-canonical"
    title = msg("This cannot be put into the log")
    detail = msg("The document has {problem}, which programs read differently.")


class KindInvalid(Invalid):
    """The kind of a leaf is a short name in lower case."""

    code = "log-kind-invalid"
    title = msg("Not the name of a kind")
    detail = msg("A kind is up to 40 lower-case letters, digits, dots and hyphens; {kind} is not.")


class BodyTooLong(Invalid):
    """A document beyond what the log keeps."""

    code = "log-body-too-long"
    title = msg("The document is too long")
    detail = msg("The log takes documents of up to {bytes_max} bytes.")


class LeafNotFound(NotFound):
    """There is no such leaf."""

    code = "log-leaf-not-found"
    title = msg("No such entry in the log")
    detail = msg("The log has no entry {leaf}.")


class SizeNotPublished(NotFound):
    """The log has not come so far."""

    code = "log-size-not-published"
    title = msg("The log is not that long")
    detail = msg("The log's last checkpoint covers {size} entries.")


class BeyondTheTree(NotFound):
    """An entry, or a size, that a tree of the size that was named does not reach."""

    code = "log-beyond-the-tree"
    title = msg("Not in a tree of that size")
    detail = msg("{asked} lies beyond a tree of {size} entries.")


class AlreadyErased(Conflict):
    """What the leaf stood for was erased before."""

    code = "log-already-erased"
    title = msg("Erased already")
    detail = msg("What this entry stood for was erased; the entry itself stays.")


@dataclass(frozen=True, slots=True)
class Submission:
    """
    Something to be proved later: its kind, what it is about, and the document itself.

    ``owners`` are the people and businesses that may read the document here; ``is_public`` lets everybody.
    """

    kind: str
    subject: str
    body: Body
    owners: tuple[UUID, ...] = ()
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """The document behind a leaf, with the salt that opens its commitment."""

    subject: str
    body: bytes
    salt: bytes
    is_public: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a batch (a ledger transfer): its document, its salt, and the way to the batch's root."""

    body: bytes
    salt: bytes
    index: int
    size: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """
    A leaf and everything needed to check it without asking anybody.

    ``index`` is None until the leaf is under a published checkpoint. ``content`` is None for who may not read the
    document, and after it was erased.
    """

    leaf_id: LeafId
    kind: str
    entry: bytes
    at: datetime
    vkey: str
    index: int | None = None
    size: int = 0
    path: tuple[bytes, ...] = ()
    checkpoint: str = ""
    content: Content | None = None
    part: Part | None = None

    @property
    def is_published(self) -> bool:
        """Whether a signed checkpoint covers the leaf."""
        return self.index is not None


@dataclass(frozen=True, slots=True)
class CheckpointInfo:
    """A signed checkpoint: how many leaves, which root, the note with all its signatures."""

    size: int
    root: bytes
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A key of the log: its verifier key, since when it signs and until when."""

    id: UUID
    vkey: str
    made_at: datetime
    signs_until: datetime | None


class WitnessInvalid(Invalid):
    """An address or keys that are no witness's."""

    code = "log-witness-invalid"
    title = msg("Not a witness")
    detail = msg("A witness needs {problem}.")


class WitnessTaken(Conflict):
    """This witness is asked already."""

    code = "log-witness-taken"
    title = msg("This witness is asked already")
    detail = msg("{name} is among the witnesses. Remove it first to change its keys.")


class WitnessNotFound(NotFound):
    """There is no such witness."""

    code = "log-witness-not-found"
    title = msg("No such witness")
    detail = msg("The log knows no such witness.")


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody who cosigns this log: how far, when it was last asked, and what it said against it."""

    id: UUID
    name: str
    address: str
    vkeys: tuple[str, ...]
    cosigned_size: int
    asked_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to a witness: whom, for which size, and the body to be sent."""

    witness: Witness
    size: int
    body: str


class AnchorNotFound(NotFound):
    """There is no such anchor."""

    code = "log-anchor-not-found"
    title = msg("No such anchor")
    detail = msg("The log has no anchor with this number that holds a receipt.")


class AnchorInvalid(Invalid):
    """A receipt that is not what was asked for."""

    code = "log-anchor-invalid"
    title = msg("The receipt does not hold")
    detail = msg("What came back does not hold: {problem}.")


class AnchorKind(StrEnum):
    """Who keeps a checkpoint: a timestamp authority (RFC 3161) or a contract on a public chain."""

    RFC3161 = "rfc3161"
    EVM = "evm"


def is_local(target: str) -> bool:
    """Say whether an address is of this very machine."""
    host = urlsplit(target).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A checkpoint that somebody far away keeps, or that they did not take and why."""

    id: UUID
    size: int
    kind: AnchorKind
    target: str
    receipt: bytes
    stamped_at: datetime | None
    problem: str
    at: datetime

    @property
    def is_held(self) -> bool:
        """Whether there is a receipt."""
        return not self.problem

    @property
    def is_local(self) -> bool:
        """Whether who keeps it stands on the zone's own machine: good for a trial, and no proof to anybody."""
        return is_local(self.target)


@dataclass(frozen=True, slots=True)
class Anchored:
    """An anchor over a leaf: the checkpoint as it was anchored, and the leaf's way to its root."""

    anchor: Anchor
    note: str
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AnchorPlan:
    """How it stands with one keeper: what it holds, what went wrong since, and when it is asked next."""

    kind: AnchorKind
    target: str
    last: Anchor | None
    failures: int
    problem: str
    next_at: datetime | None
