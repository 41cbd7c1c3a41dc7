"""Witnesses of this log: who is asked, and what they cosigned."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kawasan.core.access import Actor, ZoneRole
from kawasan.core.ids import uuid7
from kawasan.platform.db import requires_transaction
from kawasan.rooms.log import models
from kawasan.rooms.log.queries import proofs
from kawasan.rooms.log.queries.witnesses import as_witness
from kawasan.rooms.log.rules import notes
from kawasan.rooms.log.types import Witness, WitnessInvalid, WitnessNotFound, WitnessTaken

VKEYS_MAX = 4
PROBLEM_MAX = 200
_COSIGNATURES = (notes.COSIGNATURE_ED25519, notes.COSIGNATURE_MLDSA44)


@requires_transaction
def add_witness(*, actor: Actor, address: str, vkeys: str, at: datetime) -> Witness:
    """
    Ask this witness for cosignatures from now on; ``vkeys`` are its verifier keys, one a line.

    Raises Forbidden, WitnessInvalid, WitnessTaken.
    """
    actor.need_zone(ZoneRole.OPERATOR)
    keys = _keys(vkeys)
    if not address.startswith(("https://", "http://")) or len(address) > 300 or any(c.isspace() for c in address):
        raise WitnessInvalid(field="address", problem="an address that begins with https://")
    row = models.Witness(
        id=uuid7(), name=keys[0].name, address=address.rstrip("/"), vkeys=[str(key) for key in keys], added_at=at
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise WitnessTaken(name=keys[0].name) from error
    return as_witness(row)


def _keys(vkeys: str) -> list[notes.VerifierKey]:
    lines = [line.strip() for line in vkeys.splitlines() if line.strip()]
    try:
        keys = [notes.parse_key(line) for line in lines]
    except notes.NotANote as error:
        raise WitnessInvalid(field="vkeys", problem="verifier keys, one a line") from error
    if not 1 <= len(keys) <= VKEYS_MAX or len({key.name for key in keys}) != 1:
        raise WitnessInvalid(field="vkeys", problem="one to four keys of one witness")
    if any(key.kind not in _COSIGNATURES for key in keys):
        raise WitnessInvalid(field="vkeys", problem="keys of a witness, not of a log")
    return keys


@requires_transaction
def remove_witness(*, actor: Actor, witness_id: UUID, at: datetime) -> None:
    """Ask a witness no more; what it cosigned stays. A repeat changes nothing. Raises Forbidden, WitnessNotFound."""
    actor.need_zone(ZoneRole.OPERATOR)
    if not models.Witness.objects.filter(pk=witness_id).exists():
        raise WitnessNotFound(witness=str(witness_id))
    models.Witness.objects.filter(pk=witness_id, removed_at__isnull=True).update(removed_at=at)


@requires_transaction
def keep_cosignatures(*, witness_id: UUID, size: int, text: str, at: datetime) -> bool:
    """
    Keep what a witness answered for the checkpoint of a size; return whether it was a cosignature by its keys.

    Lines of other keys are left aside; a line that is wrong makes all of it worthless. A repeat changes nothing.
    """
    row = models.Witness.objects.get(pk=witness_id)
    found = proofs.checkpoint(size)
    try:
        note = notes.parse_note((found.note if found else "") + text)
        by = notes.verified(note, [notes.parse_key(vkey) for vkey in row.vkeys])
    except notes.NotANote:
        by = []
    if not by:
        note_problem(witness_id=witness_id, problem="an answer that is no cosignature by its keys", at=at)
        return False
    wanted = {(key.name, key.id) for key in by}
    lines = "".join(str(one) for one in notes.parse_signatures(text) if (one.name, one.key_id) in wanted)
    models.Cosignature.objects.bulk_create(
        [models.Cosignature(size=size, witness_id=witness_id, lines=lines, at=at)], ignore_conflicts=True
    )
    note_problem(witness_id=witness_id, problem="", at=at)
    return True


@requires_transaction
def note_problem(*, witness_id: UUID, problem: str, at: datetime) -> None:
    """Note that a witness was asked, and why it did not cosign (nothing where it did)."""
    models.Witness.objects.filter(pk=witness_id).update(asked_at=at, problem=problem[:PROBLEM_MAX])
