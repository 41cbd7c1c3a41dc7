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
from kawasan.rooms.commerce.actions.limits import ensure_limits
from kawasan.rooms.commerce.queries import carts
from kawasan.rooms.commerce.queries.offers import Offer, offers
from kawasan.rooms.commerce.rules import orders as rules
from kawasan.rooms.commerce.rules import transfers
from kawasan.rooms.commerce.rules.checkout import check_offer
from kawasan.rooms.commerce.rules.taking import too_few, units_of
from kawasan.rooms.commerce.types.cart import Cart, CartFull, NotInCart
from kawasan.rooms.commerce.types.orders import LINES_MAX
from kawasan.rooms.commerce.types.refusals import UnknownVariant
from kawasan.rooms.ledger import api as ledger


@requires_transaction
def add_to_cart(
    *,
    actor: Actor,
    variant_id: UUID,
    quantity: int,
    request_id: UUID,
    at: datetime,
    seen_minor: int | None = None,
) -> Cart:
    """
    Put units of a variant into the person's cart and hold all units of that line for HOLD_LIFETIME.

    In a campaign the units and the buyer's limit are held together. Lines whose hold has run out are held again where
    units are left. Repeating a request changes nothing. Raises Unauthenticated, BadQuantity, UnknownVariant,
    NotForSale, OwnProduct, PriceChanged (where the price is not ``seen_minor``), CartFull, SoldOut,
    CampaignUnitsShort, CampaignLimitReached.
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
    rules.check_price(product=offer.name, seen_minor=seen_minor, now_minor=offer.unit_price_minor)
    _set(lines, line, offer, quantity if is_new else line.quantity + quantity, request_id=request_id, at=at)
    return carts.cart(actor=actor, at=at)


@requires_transaction
def change_cart(*, actor: Actor, variant_id: UUID, quantity: int, at: datetime) -> Cart:
    """
    Set how many units of a variant the person wants, and hold them anew for HOLD_LIFETIME.

    Repeating it only renews the hold. Raises Unauthenticated, BadQuantity, NotInCart, NotForSale, OwnProduct, SoldOut,
    CampaignUnitsShort, CampaignLimitReached.
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
    _hold([line for line in lines if not carts.is_held(line, at)], lines, at=at)
    return carts.cart(actor=actor, at=at)


def release(lines: Sequence[models.CartLine], *, at: datetime) -> None:
    """Give back the units that lines hold; what has run out is left to the ledger's own sweep."""
    entries = [
        ledger.Entry(ids.uuid7(), at, tuple(transfers.void(held)))
        for line in lines
        if carts.is_held(line, at) and (held := held_of(line)) is not None
    ]
    ledger.post_many(entries)  # refused only where the sweep was faster, which released them just as well


def held_of(line: models.CartLine | models.OrderLine) -> transfers.Held | None:
    """Return what a line of a cart, or of an order that waits for its payment, holds or held."""
    return None if line.hold_id is None else transfers.Held(line.hold_id, line.campaign_offer_id)


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
    expired = [other for other in lines if other.pk != line.pk and not carts.is_held(other, at)]
    refused = _hold([line, *expired], lines, at=at).get(line.pk)
    if refused is not None:
        raise refused


def _hold(wanted: Sequence[models.CartLine], lines: Sequence[models.CartLine], *, at: datetime) -> dict[UUID, Refusal]:
    """Hold units for each of these lines on its own; return the refusals by line. A refused line holds nothing."""
    offered = offers([line.variant_id for line in wanted], at=at)
    until = at + rules.HOLD_LIFETIME
    over = [held for line in lines if not carts.is_held(line, at) and (held := held_of(line)) is not None]
    expiries = [entry for held in over for entry in transfers.expiries(held, at)]
    units = {
        line.pk: units_of(offered[line.variant_id], line.person_id, line.quantity)
        for line in wanted
        if line.variant_id in offered and offered[line.variant_id].is_for_sale
    }
    ensure_limits(units.values(), at=at)
    holds = {key: transfers.hold(item, until=until, reference=key) for key, item in units.items()}
    entries = [ledger.Entry(ids.uuid7(), at, tuple(moves)) for moves in holds.values()]
    answers = dict(zip(holds, ledger.post_many([*expiries, *entries])[len(expiries) :], strict=True))
    refusals: dict[UUID, Refusal] = {}
    for line in wanted:
        line.hold_id = line.held_until = line.campaign_offer_id = None
        answer = answers.get(line.pk)
        if isinstance(answer, ledger.Refused):
            refusals[line.pk] = too_few(offered[line.variant_id], line.quantity, answer.refusal)
        elif answer is not None:
            line.hold_id, line.held_until = holds[line.pk][0].id, until
            line.campaign_offer_id = units[line.pk].campaign_offer_id
    columns = ["quantity", "request_id", "hold_id", "held_until", "campaign_offer_id"]
    models.CartLine.objects.bulk_update(wanted, columns)
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
