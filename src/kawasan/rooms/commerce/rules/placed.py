"""The document of a checkout at the moment when it was placed, written straight from what was decided."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from kawasan.core import ids
from kawasan.rooms.commerce.rules.checkout import Draft, DraftLine, DraftOrder, voucher_of
from kawasan.rooms.commerce.rules.documents import BUSINESS_PREFIX, PAYMENT_PREFIX, PRODUCT_PREFIX, moment_out
from kawasan.rooms.commerce.rules.orders import PAYMENT_LIFETIME
from kawasan.rooms.commerce.types.orders import GROUP_PREFIX, LINE_PREFIX, ORDER_PREFIX, Method, OrderState
from kawasan.rooms.commerce.types.wishes import VARIANT_PREFIX

LISTED_MAX = 16_384  # sellers, and products, whose part of a document is kept, because it comes again and again
_PAID, _UNPAID = OrderState.PAID.value, OrderState.AWAITING_PAYMENT.value
_moment = lru_cache(maxsize=16)(moment_out)
# Between who is asked and where it goes: what nobody has done yet with an order that was just placed.
_NOT_YET = (
    '"packed_at":null,"shipped_at":null,"delivered_at":null,"completed_at":null,"cancelled_at":null,"expired_at":null,'
    '"cancelled_by":"","cancel_reason":"","courier":"","tracking":""'
)


# Note [Written, not built]
# An answer has forty members, most of them the same in every order; to build them as a dictionary first took three
# times as long as to write them, of what is done for an order nearly an eighth. tests/test_placed.py compares.
def placed_json(draft: Draft) -> str:
    """Return ``group_out(as_placed(draft))`` as JSON: the intake answers nothing else."""
    group, at, method = ids.public(GROUP_PREFIX, draft.group_id), _moment(draft.at), draft.method.value
    if draft.method is Method.WALLET:
        state, payment, until, paid = _PAID, "null", "null", f'"{at}"'
    else:
        state, payment, paid = _UNPAID, f'"{ids.public(PAYMENT_PREFIX, draft.group_id)}"', "null"
        until = f'"{moment_out(draft.at + PAYMENT_LIFETIME)}"'
    ship_to = draft.ship_to
    ship = _json({"name": ship_to.name, "phone": ship_to.phone, "address": ship_to.address})
    begun = f'"state":"{state}","group_id":"{group}","payment_id":{payment},'
    ended = f'"placed_at":"{at}","pay_until":{until},"paid_at":{paid},{_NOT_YET},"ship_to":{ship}'
    orders = ",".join([_order(draft, order, begun, ended) for order in draft.orders])
    return (
        f'{{"id":"{group}","method":"{method}","total_minor":{draft.total_minor},'
        f'"placed_at":"{at}","payment_id":{payment},"orders":[{orders}]}}'
    )


def _order(draft: Draft, order: DraftOrder, begun: str, ended: str) -> str:
    offer = order.lines[0].offer
    voucher = voucher_of(draft, order)
    return (
        f'{{"id":"{ids.public(ORDER_PREFIX, order.id)}","number":{_json(order.number)},{begun}'
        f'"business":{_seller(order.business_id, offer.business_name, offer.business_slug)},'
        f'"method":"{draft.method.value}","total_minor":{order.total_minor},'
        f'"discount_minor":{order.discount_minor},"voucher":{_json(voucher) if voucher else _EMPTY},'
        f'"refunded_minor":0,"fee_minor":0,{ended},'
        f'"lines":[{",".join([_line(line) for line in order.lines])}],"returns":[]}}'
    )


def _line(line: DraftLine) -> str:
    offer = line.offer
    product = _product(offer.variant_id, offer.product_id, offer.product_name, offer.variant_name)
    return (
        f'{{"id":"{ids.public(LINE_PREFIX, line.id)}",{product},"unit_price_minor":{offer.unit_price_minor},'
        f'"quantity":{line.quantity},"discount_minor":{line.discount_minor},"refunded_quantity":0,"refunded_minor":0}}'
    )


_EMPTY = '""'


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


@lru_cache(maxsize=LISTED_MAX)
def _seller(business_id: UUID, name: str, slug: str) -> str:
    return _json({"id": ids.public(BUSINESS_PREFIX, business_id), "name": name, "slug": slug})


@lru_cache(maxsize=LISTED_MAX)
def _product(variant_id: UUID, product_id: UUID, product: str, variant: str) -> str:
    """Return the members of a line that tell what it is of."""
    known = {
        "variant_id": ids.public(VARIANT_PREFIX, variant_id),
        "product_id": ids.public(PRODUCT_PREFIX, product_id),
        "product_name": product,
        "variant_name": variant,
    }
    return _json(known)[1:-1]
