"""Witnesses of this log, and what to send them."""

from __future__ import annotations

import base64

from django.db.models import Max

from kawasan.rooms.log import models
from kawasan.rooms.log.queries import proofs
from kawasan.rooms.log.types import Ask, Witness


def witnesses() -> list[Witness]:
    """Return the witnesses that are asked, by name."""
    rows = models.Witness.objects.filter(removed_at__isnull=True).order_by("name")
    sizes = dict(models.Cosignature.objects.values_list("witness_id").annotate(size=Max("size")))
    return [as_witness(row, cosigned_size=sizes.get(row.pk, 0)) for row in rows]


def as_witness(row: models.Witness, *, cosigned_size: int = 0) -> Witness:
    """Return a witness as others see it."""
    return Witness(row.pk, row.name, row.address, tuple(row.vkeys), cosigned_size, row.asked_at, row.problem)


def asks() -> list[Ask]:
    """Return whom to ask to cosign the newest checkpoint, and from which size each goes on."""
    newest = proofs.checkpoint()
    if newest is None:
        return []
    return [ask(one, old=one.cosigned_size) for one in witnesses() if one.cosigned_size < newest.size]


def ask(witness: Witness, *, old: int) -> Ask:
    """Return what to send a witness that has cosigned ``old`` leaves. Raises SizeNotPublished beyond what there is."""
    newest = proofs.bare_checkpoint()
    path = proofs.consistency(old=old, new=newest.size)
    lines = [f"old {old}", *(base64.b64encode(step).decode() for step in path)]
    return Ask(witness, newest.size, "\n".join(lines) + "\n\n" + newest.note)
