"""The log's door: commit to something, prove it, read tiles and checkpoints."""

from kawasan.rooms.log.actions.sequencing import append_leaves, forget_tree, publish, rotate_key
from kawasan.rooms.log.actions.submitting import erase, submit, submit_many
from kawasan.rooms.log.queries.keys import keys
from kawasan.rooms.log.queries.proofs import (
    checkpoint,
    consistency,
    inclusion,
    leaves_of,
    proof_of,
    published_size,
)
from kawasan.rooms.log.queries.tiles import bundle, size, tile
from kawasan.rooms.log.rules.canonical import canonical
from kawasan.rooms.log.types import (
    LEAVES_FOLLOWER,
    SUBMISSION_SEQUENCE,
    SUBMISSIONS_MAX,
    TRANSFERS_FOLLOWER,
    AlreadyErased,
    Body,
    BodyNotCanonical,
    BodyTooLong,
    CheckpointInfo,
    Content,
    KeyInfo,
    KindInvalid,
    LeafId,
    LeafNotFound,
    Part,
    Proof,
    SizeNotPublished,
    Submission,
)

__all__ = [
    "LEAVES_FOLLOWER",
    "SUBMISSIONS_MAX",
    "SUBMISSION_SEQUENCE",
    "TRANSFERS_FOLLOWER",
    "AlreadyErased",
    "Body",
    "BodyNotCanonical",
    "BodyTooLong",
    "CheckpointInfo",
    "Content",
    "KeyInfo",
    "KindInvalid",
    "LeafId",
    "LeafNotFound",
    "Part",
    "Proof",
    "SizeNotPublished",
    "Submission",
    "append_leaves",
    "bundle",
    "canonical",
    "checkpoint",
    "consistency",
    "erase",
    "forget_tree",
    "inclusion",
    "keys",
    "leaves_of",
    "proof_of",
    "publish",
    "published_size",
    "rotate_key",
    "size",
    "submit",
    "submit_many",
    "tile",
]
