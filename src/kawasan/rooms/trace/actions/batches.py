"""Batches of products and the steps of their way."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db import IntegrityError
from django.db.transaction import atomic as savepoint

from kawasan.core import clock, ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.trace import models
from kawasan.rooms.trace.actions.capturing import put_event
from kawasan.rooms.trace.queries.batches import as_batch, batch_row
from kawasan.rooms.trace.rules.identifiers import CANONICAL, gtin14, known_as
from kawasan.rooms.trace.rules.steps import event_of_step
from kawasan.rooms.trace.types.events import Event
from kawasan.rooms.trace.types.goods import STORY_LENGTH_MAX, UNITS_MAX, Batch, NewBatch, NewStep
from kawasan.rooms.trace.types.refusals import BatchInvalid, BatchTaken, StepInvalid, UnknownBatch
from kawasan.rooms.zone import api as zone

SOURCES_MAX = 20


@requires_transaction
def make_batch(*, actor: Actor, business_id: UUID, new: NewBatch, at: datetime) -> Batch:
    """
    Make a batch of one of the business's products; the same id again returns the first.

    Goods with a GTIN are named by GS1 Digital Link, others by an address of the zone. Raises BatchInvalid, BatchTaken,
    UnknownProduct, Unauthenticated, NotFound, Forbidden.
    """
    _may_write(actor, business_id)
    _check(new, at)
    product = commerce.own_product(actor=actor, business_id=business_id, product_id=new.product_id, at=at)
    row = models.Batch(
        id=new.id,
        business_id=business_id,
        product_id=new.product_id,
        lot=new.lot,
        uri=uri_of(new, product.gtin),
        quantity=new.quantity,
        story=new.story.strip(),
        made_on=new.made_on,
        expires_on=new.expires_on,
        created_at=at,
    )
    if (earlier := models.Batch.objects.filter(pk=new.id, business_id=business_id).first()) is not None:
        return as_batch(earlier)
    try:
        with savepoint():
            row.save(force_insert=True)
    except IntegrityError:
        raise BatchTaken(field="lot", lot=new.lot) from None
    return as_batch(row)


def uri_of(new: NewBatch, gtin: str) -> str:
    """Return how events name a batch: its GTIN and lot, else its address in the zone."""
    if number := gtin14(gtin):
        return f"{CANONICAL}/01/{number}/10/{quote(new.lot, safe='')}"
    return f"{new.origin.rstrip('/')}/asal/{ids.public('bch', new.id)}"


@requires_transaction
def change_batch(
    *, actor: Actor, business_id: UUID, batch_id: UUID, quantity: int, story: str, is_public: bool, at: datetime
) -> Batch:
    """Change a batch's units, its story and whether its passport is open. Raises BatchInvalid, UnknownBatch."""
    _may_write(actor, business_id)
    row = batch_row(actor, business_id, batch_id, lock=True)
    if not max(1, row.drawn) <= quantity <= UNITS_MAX:
        raise BatchInvalid(field="quantity", problem=f"{max(1, row.drawn)} – {UNITS_MAX}")
    row.quantity, row.story, row.is_public = quantity, story.strip()[:STORY_LENGTH_MAX], is_public
    row.save(update_fields=["quantity", "story", "is_public"])
    return as_batch(row)


@requires_transaction
def note_step(*, actor: Actor, business_id: UUID, batch_id: UUID, step: NewStep, at: datetime) -> Event:
    """
    Note a step of a batch; it becomes an event. The same step again is the same event.

    Raises StepInvalid, UnknownBatch, UnknownRegion, EventIdTaken, Unauthenticated, NotFound, Forbidden.
    """
    _may_write(actor, business_id)
    row = batch_row(actor, business_id, batch_id)
    zone.regency(step.region)
    event = event_of_step(step, uri=row.uri, amount=row.quantity, inputs=_sources(step, row.uri), at=at)
    return put_event(business_id=business_id, event=event, by=actor.name, at=at)[0]


def _sources(step: NewStep, own: str) -> list[str]:
    """Return the names of batches that somebody typed or scanned: addresses, Digital Links, or codes of the zone."""
    found: list[str] = []
    for code in step.sources[:SOURCES_MAX]:
        name = _named(code.strip())
        if name == own:
            raise StepInvalid(field="sources")
        found.append(name)
    return found


def _named(code: str) -> str:
    if match := re.search(r"(?:^|/asal/)(bch_[0-9a-z]{26})$", code):
        with seeing_everything():
            row = models.Batch.objects.filter(pk=ids.parse("bch", match[1])).first()
        if row is None:
            raise UnknownBatch
        return row.uri
    if code.startswith(("http://", "https://", "urn:")) and len(code) <= 400:
        return known_as(code)
    raise StepInvalid(field="sources")


@requires_transaction
def set_shows_steps(*, actor: Actor, business_id: UUID, shows_steps: bool, at: datetime) -> None:
    """Let passports of others show the business's own steps with goods that went into theirs, or not any more."""
    actor.need_business(business_id, BusinessRole.OWNER)
    values: dict[str, Any] = {"shows_steps": shows_steps, "changed_at": at}
    models.Desk.objects.update_or_create(pk=business_id, defaults=values)


def _check(new: NewBatch, at: datetime) -> None:
    if not re.fullmatch(r"[A-Za-z0-9._\-]{1,20}", new.lot):
        raise BatchInvalid(field="lot", problem="1–20: A–Z a–z 0–9 . _ -")
    if not 1 <= new.quantity <= UNITS_MAX:
        raise BatchInvalid(field="quantity", problem=f"1 – {UNITS_MAX}")
    if new.made_on > clock.business_day(at):
        raise BatchInvalid(field="made_on", problem=str(clock.business_day(at)))
    if new.expires_on is not None and new.expires_on < new.made_on:
        raise BatchInvalid(field="expires_on", problem=str(new.made_on))
    if len(new.story) > STORY_LENGTH_MAX:
        raise BatchInvalid(field="story", problem=str(STORY_LENGTH_MAX))


def _may_write(actor: Actor, business_id: UUID) -> None:
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    actor.need_scope("trace:write")
