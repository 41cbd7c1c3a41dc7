"""Carts: what a person wants, held for them in the ledger for minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.core.errors import Refusal
from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.queries import carts
from kawasan.rooms.commerce.queries.offers import Offer, offers
from kawasan.rooms.commerce.rules import orders as rules
from kawasan.rooms.commerce.rules import transfers
from kawasan.rooms.commerce.rules.checkout import check_offer
from kawasan.rooms.commerce.types.cart import Cart, CartFull, NotInCart
from kawasan.rooms.commerce.types.order_refusals import SoldOut
from kawasan.rooms.commerce.types.orders import LINES_MAX
from kawasan.rooms.commerce.types.refusals import UnknownVariant
from kawasan.rooms.ledger import api as ledger


@requires_transaction
def add_to_cart(*, actor: Actor, variant_id: UUID, quantity: int, request_id: UUID, at: datetime) -> Cart:
    """
    Put units of a variant into the person's cart and hold all units of that line for HOLD_LIFETIME.

    Lines whose hold has run out are held again where units are left. Repeating a request changes nothing. Raises
    Unauthenticated, BadQuantity, UnknownVariant, NotForSale, OwnProduct, CartFull, SoldOut.
    """
    person = actor.need_person()
    rules.check_quantity(quantity)
    offer = _offered(actor, variant_id, at)
    fresh = models.CartLine(
        id=ids.uuid7(), person_id=person, variant_id=variant_id, quantity=quantity, request_id=request_id, added_at=at
    )
    models.CartLine.objects.bulk_create([fresh], ignore_conflicts=True)
    lines = carts.lock_lines(person)
    line = next(item for item in lines if item.variant_id == variant_id)
    is_new = line.pk == fresh.pk
    if is_new and len(lines) > LINES_MAX:
        raise CartFull(limit=LINES_MAX)
    if not is_new and line.request_id == request_id:
        return carts.cart(actor=actor, at=at)
    _set(lines, line, offer, quantity if is_new else line.quantity + quantity, request_id=request_id, at=at)
    return carts.cart(actor=actor, at=at)


@requires_transaction
def change_cart(*, actor: Actor, variant_id: UUID, quantity: int, at: datetime) -> Cart:
    """
    Set how many units of a variant the person wants, and hold them anew for HOLD_LIFETIME.

    Repeating it only renews the hold. Raises Unauthenticated, BadQuantity, NotInCart, NotForSale, OwnProduct, SoldOut.
    """
    rules.check_quantity(quantity)
    lines = carts.lock_lines(actor.need_person())
    line = _line_of(lines, variant_id)
    _set(lines, line, _offered(actor, variant_id, at), quantity, request_id=line.request_id, at=at)
    return carts.cart(actor=actor, at=at)


@requires_transaction
def remove_from_cart(*, actor: Actor, variant_id: UUID, at: datetime) -> Cart:
    """Take a line out of the cart and release its units. Repeating it changes nothing. Raises Unauthenticated."""
    lines = carts.lock_lines(actor.need_person())
    for line in lines:
        if line.variant_id == variant_id:
            release([line], at=at)
            line.delete()
    return carts.cart(actor=actor, at=at)


@requires_transaction
def hold_cart_again(*, actor: Actor, at: datetime) -> Cart:
    """Hold again those lines of the cart whose time has run out, where units are left. Raises Unauthenticated."""
    lines = carts.lock_lines(actor.need_person())
    _hold([line for line in lines if not is_held(line, at)], lines, at=at)
    return carts.cart(actor=actor, at=at)


def is_held(line: models.CartLine, at: datetime) -> bool:
    """Whether units are held for a line at this moment."""
    return line.hold_id is not None and line.held_until is not None and line.held_until > at


def release(lines: Sequence[models.CartLine], *, at: datetime) -> None:
    """Give back the units that lines hold; what has run out is left to the ledger's own sweep."""
    entries = [
        ledger.Entry(ids.uuid7(), at, (transfers.void(line.hold_id),))
        for line in lines
        if line.hold_id is not None and is_held(line, at)
    ]
    ledger.post_many(entries)  # refused only where the sweep was faster, which released them just as well


def _set(
    lines: Sequence[models.CartLine],
    line: models.CartLine,
    offer: Offer,
    quantity: int,
    *,
    request_id: UUID | None,
    at: datetime,
) -> None:
    rules.check_quantity(quantity)
    release([line], at=at)
    line.quantity, line.request_id = quantity, request_id
    expired = [other for other in lines if other.pk != line.pk and not is_held(other, at)]
    refused = _hold([line, *expired], lines, at=at).get(line.pk)
    if refused is not None:
        raise SoldOut(field="quantity", product=offer.name, available=refused.data.get("available", 0), wanted=quantity)


def _hold(wanted: Sequence[models.CartLine], lines: Sequence[models.CartLine], *, at: datetime) -> dict[UUID, Refusal]:
    """Hold units for each of these lines on its own; return the refusals by line. A refused line holds nothing."""
    offered = offers([line.variant_id for line in wanted], at=at)
    until = at + rules.HOLD_LIFETIME
    over = [line.hold_id for line in lines if line.hold_id is not None and not is_held(line, at)]
    holds = {
        line.pk: transfers.hold(
            business_id=offered[line.variant_id].business_id,
            variant_id=line.variant_id,
            quantity=line.quantity,
            until=until,
            reference=line.pk,
        )
        for line in wanted
        if line.variant_id in offered and offered[line.variant_id].is_for_sale
    }
    entries = [transfers.expiry(hold_id, at) for hold_id in over]
    answers = ledger.post_many([*entries, *(ledger.Entry(ids.uuid7(), at, (hold,)) for hold in holds.values())])
    refusals: dict[UUID, Refusal] = {}
    for line in wanted:
        line.hold_id = line.held_until = None
    by_key = {line.pk: line for line in wanted}
    for (key, hold), answer in zip(holds.items(), answers[len(entries) :], strict=True):
        if isinstance(answer, ledger.Refused):
            refusals[key] = answer.refusal
        else:
            by_key[key].hold_id, by_key[key].held_until = hold.id, until
    models.CartLine.objects.bulk_update(wanted, ["quantity", "request_id", "hold_id", "held_until"])
    return refusals


def _offered(actor: Actor, variant_id: UUID, at: datetime) -> Offer:
    offer = offers([variant_id], at=at).get(variant_id)
    if offer is None:
        raise UnknownVariant
    check_offer(actor, offer)
    return offer


def _line_of(lines: Sequence[models.CartLine], variant_id: UUID) -> models.CartLine:
    line = next((item for item in lines if item.variant_id == variant_id), None)
    if line is None:
        raise NotInCart
    return line
