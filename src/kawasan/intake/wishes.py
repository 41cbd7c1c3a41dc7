"""A request read into what it wishes: shape, key, language. Nothing here asks the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import orjson
from pydantic import ValidationError

from kawasan.core.access import Actor
from kawasan.core.errors import BadField, InvalidInput, MissingField, Refusal, Unauthenticated
from kawasan.core.idempotency import check_key
from kawasan.core.problems import field_refusal
from kawasan.core.values import value
from kawasan.intake.refusals import CartElsewhere
from kawasan.rooms.commerce.rules import checkout as deciding
from kawasan.rooms.commerce.rules import orders as rules
from kawasan.rooms.commerce.rules.checkout import Draft
from kawasan.rooms.commerce.rules.vouchers import plain_code
from kawasan.rooms.commerce.types.orders import Method, ShipTo, Wanted
from kawasan.rooms.commerce.types.refusals import UnknownVariant
from kawasan.rooms.commerce.types.wishes import CheckoutIn

SCOPE = "orders:write"


Reply: TypeAlias = Callable[[Draft | Refusal, bool], None]


@value
class Meaning:
    """What a wish asks for, and under which id of a ledger entry."""

    entry_id: UUID
    buyer: UUID
    method: Method
    lines: tuple[Wanted, ...]
    ship_to: ShipTo
    digest: bytes
    voucher: str = ""  # its code


@dataclass(slots=True)
class Asked:
    """
    What a body asks for, as far as its shape goes.

    The body itself is let go as soon as it is read: hundreds of them wait together, and would not stay in the
    processor's cache.
    """

    lines: tuple[Wanted, ...] | Refusal
    method: Method
    ship_to: ShipTo
    voucher: str
    from_cart: bool


@dataclass(slots=True)
class Wish:
    """One order as somebody sent it, until it is answered."""

    secret: str  # of the API key
    key: str | None  # Idempotency-Key
    asked: Asked | Refusal
    arrived: float
    answer: Reply  # called with the result, and whether it was given before
    patience: float = 0.0  # for so many seconds more than others it may wait
    meaning: Meaning | None = None
    result: Draft | Refusal | None = None
    repeated: bool = False


def wish_of(secret: str, key: str | None, given: Any, arrived: float, answer: Reply, *, patience: float = 0.0) -> Wish:
    """Return an order as it was sent; what is wrong with it is told when it is known that the sender may send any."""
    body = given if isinstance(given, Refusal) else read_checkout(given)
    return Wish(secret, key, body if isinstance(body, Refusal) else _asked(body), arrived, answer, patience)


def _asked(body: CheckoutIn) -> Asked:
    lines: tuple[Wanted, ...] | Refusal
    try:
        lines = tuple([line.wanted() for line in body.lines])
    except UnknownVariant as refusal:
        lines = refusal
    return Asked(lines, body.method, body.ship_to.ship_to(), body.voucher, body.from_cart)


def read_json(body: bytes) -> Any:
    """Return a body's JSON. Raises InvalidInput where there is none, BadField for what is no JSON."""
    if not body:
        raise InvalidInput([MissingField(field="body", name="body")])
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadField(problem="Cannot parse request body") from None


def read_checkout(given: Any) -> CheckoutIn | Refusal:
    """Return a checkout, or what is wrong with its shape."""
    try:
        return CheckoutIn.model_validate(given)
    except ValidationError as error:
        return InvalidInput([field_refusal(dict(item)) for item in error.errors(include_url=False)])


def meaning_of(wish: Wish, actor: Actor) -> Meaning:
    """
    Return what a wish means as far as that follows from itself and its sender. Raises the first refusal.

    In the order in which the endpoint inside Django refuses.
    """
    if not actor.is_signed_in:
        raise Unauthenticated
    asked = wish.asked
    if isinstance(asked, Refusal):
        raise asked
    actor.need_scope(SCOPE)
    key = check_key(wish.key)
    lines = asked.lines
    if isinstance(lines, Refusal):
        raise lines
    if asked.from_cart:
        raise CartElsewhere(field="from_cart")
    buyer = actor.need_person()
    rules.check_wanted(lines)
    ship_to = rules.checked_ship_to(asked.ship_to)
    voucher = plain_code(asked.voucher)
    digest = deciding.digest(buyer, lines, asked.method, ship_to, voucher)
    return Meaning(deciding.entry_id(buyer, key), buyer, asked.method, lines, ship_to, digest, voucher)
