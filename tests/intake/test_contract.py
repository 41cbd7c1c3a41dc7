"""Both lanes are asked the same, and both answer the same."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.intake import limits
from kawasan.platform import db as database
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.tests.test_vouchers import of_shop, of_zone
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.models import Provider
from tests.builders.orders import PRICE, a_buyer, pay, seller_of, something_for_sale
from tests.builders.zone import an_actor, zone_staff
from tests.intake.running import Answer, Process, ask, checkout, line, order, secret_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def in_django(secret: str, body: object, key: str | None = None, **headers: str) -> Answer:
    import json

    given = {"Authorization": f"Bearer {secret}"} | headers
    if key != "":
        given["Idempotency-Key"] = key or f"key-{uuid4()}"
    content = body if isinstance(body, bytes) else json.dumps(body)
    response = Client().post("/v1/orders", content, content_type="application/json", headers=given)
    return Answer(response.status_code, response.json(), dict(response.headers))


def shape(value: object) -> object:
    """Return a document with its values replaced by their types, except those that must be equal."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in sorted(value.items())}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value).__name__


@pytest.fixture
def market():
    with transaction.atomic():
        return [something_for_sale(price=PRICE * n, stock=200) for n in (1, 2)]


@pytest.fixture
def buyer():
    with transaction.atomic():
        return a_buyer()


@pytest.mark.parametrize("method", ["wallet", "qris"])
def test_an_order_is_answered_alike(intake: Process, market, buyer, method):
    body = checkout(*[line(product, 2) for product in market], method=method)
    secret = secret_of(buyer)
    here, there = order(intake.port, secret, body), in_django(secret, body)
    assert (here.status, there.status) == (201, 201), (here.body, there.body)
    assert shape(here.body) == shape(there.body)
    assert here.body["total_minor"] == there.body["total_minor"] == PRICE * 6
    same = ("state", "method", "total_minor", "business", "ship_to", "refunded_minor", "fee_minor")
    for mine, theirs in zip(here.body["orders"], there.body["orders"], strict=True):
        assert {name: mine[name] for name in same} == {name: theirs[name] for name in same}
        texts = ("variant_id", "product_id", "product_name", "variant_name", "unit_price_minor", "quantity")
        assert [[item[name] for name in texts] for item in mine["lines"]] == [
            [item[name] for name in texts] for item in theirs["lines"]
        ]


@pytest.mark.parametrize("method", ["wallet", "qris"])
@pytest.mark.parametrize("is_zone", [False, True])
def test_a_voucher_is_answered_written_out_and_refused_alike(intake: Process, market, buyer, method, is_zone):
    def make() -> commerce.Voucher:
        return of_zone(per_buyer=2) if is_zone else of_shop(market[0], per_buyer=2)

    with transaction.atomic():
        code = make().terms.code
    body = checkout(*[line(product, 1) for product in market], method=method) | {"voucher": code.lower()}
    secret, key = secret_of(buyer), f"key-{uuid4()}"
    here, there = order(intake.port, secret, body, key=key), in_django(secret, body)
    assert (here.status, there.status) == (201, 201), (here.body, there.body)
    assert here.body["total_minor"] == there.body["total_minor"] == 3 * PRICE - 10_000_00
    same = ("voucher", "discount_minor", "total_minor")
    assert [[mine[name] for name in same] for mine in here.body["orders"]] == [
        [theirs[name] for name in same] for theirs in there.body["orders"]
    ]
    again = order(intake.port, secret, body, key=key)
    assert (again.status, again.body["total_minor"]) == (here.status, here.body["total_minor"])
    third = [order(intake.port, secret, body), in_django(secret, body)]
    assert [(answer.status, answer.body["code"]) for answer in third] == [(409, "voucher-limit-reached")] * 2
    unknown = [ask_both(intake, secret, body | {"voucher": "TIDAKADA"})]
    assert unknown == [[(422, "voucher-unknown")] * 2]
    with database.transaction(SYSTEM):
        commerce.write_next_taken()
        written = commerce.group(actor=buyer, group_id=ids.parse("grp", here.body["id"]))
        assert [order.discount_minor for order in written.orders] == [
            one["discount_minor"] for one in here.body["orders"]
        ]
        if method == "qris":
            pay(written.id, at=clock.now())
        assert commerce.verify_orders() == []
        assert commerce.verify_vouchers() == []
        assert commerce.order(actor=SYSTEM, order_id=written.orders[0].id).paid_at is not None


def ask_both(intake: Process, secret: str, body: object) -> list[tuple[int, object]]:
    answers = (order(intake.port, secret, body), in_django(secret, body))
    return [(answer.status, answer.body["code"]) for answer in answers]


def _refused(market, buyer) -> dict[str, tuple[object, dict[str, str]]]:
    first, second = market
    good = line(first)
    draft = something_for_sale(name="Belum terbit")
    models.Product.objects.filter(pk=draft.id).update(status="draft")
    archived = something_for_sale(name="Sudah lepas")
    models.Variant.objects.filter(pk=archived.variants[0].id).update(archived_at=clock.now())
    closed = something_for_sale(name="Toko tutup")
    models.Seller.objects.filter(pk=closed.business_id).update(is_open=False)
    dear = something_for_sale(name="Mahal", price=20_000_000_00, stock=5)
    wishes: dict[str, object] = {
        "nothing": checkout(),
        "no lines at all": {"method": "wallet", "ship_to": {"name": "a", "phone": "b", "address": "c"}},
        "lines of another kind": checkout() | {"lines": "satu"},
        "a line without a quantity": checkout({"variant_id": good["variant_id"]}),
        "a quantity in words": checkout(good | {"quantity": "dua"}),
        "half a unit": checkout(good | {"quantity": 1.5}),
        "no units": checkout(good | {"quantity": 0}),
        "a thousand units": checkout(good | {"quantity": 1000}),
        "an unknown method": checkout(good, method="tunai"),
        "too many lines": checkout(*[good] * 51),
        "far too many lines": checkout(*[good] * 201),
        "the same twice": checkout(good, good),
        "no address": checkout(good, ship_to={"name": "Siti", "phone": "081234567890", "address": " "}),
        "no phone": checkout(good, ship_to={"name": "Siti", "phone": "-", "address": "Jl. Merdeka"}),
        "an address without its phone": checkout(good, ship_to={"name": "Siti", "address": "Jl. Merdeka"}),
        "a variant of nobody": checkout({"variant_id": ids.public("var", ids.uuid7()), "quantity": 1}),
        "a variant that is none": checkout({"variant_id": "var_xyz", "quantity": 1}),
        "a draft": checkout(line(draft)),
        "an archived variant": checkout(line(archived)),
        "a closed shop": checkout(line(closed)),
        "another price": checkout(good | {"unit_price_minor": 1}),
        "sold out": checkout(line(first, 201)),
        "the second line sold out": checkout(good, line(second, 201)),
        "more than the wallet holds": checkout(line(dear)),
        "more than a code carries": checkout(line(dear), method="qris"),
        "a number": 7,
        "a list": [],
        "null": b"null",
        "half an object": b'{"lines": [',
        "no body at all": b"",
    }
    return {name: (body, {}) for name, body in wishes.items()}


def test_every_refusal_is_the_same_in_both_lanes(intake: Process, market, buyer):
    with transaction.atomic():
        wishes = _refused(market, buyer)
    secret = secret_of(buyer)
    different = {}
    for name, (body, headers) in wishes.items():
        for language in ("id", "en", "zh-Hans"):
            here = order(intake.port, secret, body, **headers, **{"Accept-Language": language})
            there = in_django(secret, body, **headers, **{"Accept-Language": language})
            assert here.status >= 400, (name, here.body)
            if (here.status, here.body) != (there.status, there.body):
                different[name, language] = (here.status, here.body, there.status, there.body)
    assert not different, "\n".join(map(repr, different.items()))
    assert models.IntakeOrder.objects.count() == models.OrderGroup.objects.count() == 0


def test_where_no_bank_makes_codes_an_order_by_qris_is_refused_at_once_in_both_lanes(intake: Process, market, buyer):
    secret, body = secret_of(buyer), checkout(line(market[0]), method="qris")
    placed = order(intake.port, secret, body, key="while-there-was-a-bank")
    assert placed.status == 201
    with database.transaction(SYSTEM):
        Provider.objects.update(is_active=False)
    time.sleep(limits.OFFER_SECONDS)  # so long the intake may remember that there was one
    here, there = order(intake.port, secret, body), in_django(secret, body)
    assert (here.status, here.code) == (409, "no-provider")
    assert (here.status, here.body) == (there.status, there.body)
    again = order(intake.port, secret, body, key="while-there-was-a-bank")
    assert (again.status, again.body) == (201, placed.body)
    assert order(intake.port, secret, body | {"method": "wallet"}).status == 201
    assert models.IntakeOrder.objects.count() == 2
    levels = commerce.stock_levels([(market[0].business_id, market[0].variants[0].id)]).popitem()[1]
    assert levels.available == 198  # nothing is held for what was refused


def test_what_is_nearly_right_is_read_alike(intake: Process, market, buyer):
    good, secret = line(market[0]), secret_of(buyer)
    for body in (
        checkout(good | {"quantity": "2"}),
        checkout(good | {"quantity": 2.0}),
        checkout(good | {"variant_id": str(market[0].variants[0].id)}),
        checkout(good, unknown="member"),
        checkout(good | {"unit_price_minor": PRICE}),
    ):
        here, there = order(intake.port, secret, body), in_django(secret, body)
        assert (here.status, there.status) == (201, 201), (here.body, there.body)
        assert here.body["total_minor"] == there.body["total_minor"]


def test_who_may_not_order_is_told_alike(intake: Process, market, buyer):
    body = checkout(line(market[0]))
    with transaction.atomic():
        seller = seller_of(market[0].business_id)
        from kawasan.rooms.zone import api as zone

        shop = zone.create_key(
            actor=seller, name="Toko", scopes=["orders:write"], at=clock.now(), business_id=market[0].business_id
        ).secret
        gone = zone.create_key(actor=buyer, name="Lama", scopes=["orders:write"], at=clock.now())
        zone.revoke_key(actor=buyer, key_id=gone.key.id, at=clock.now())
    good = secret_of(buyer)
    asked = {
        "nobody": ("", None),
        "a wrong key": ("kw_" + "x" * 50, None),
        "a key with another end": (good[:-2] + "xx", None),
        "a revoked key": (gone.secret, None),
        "a key that may only read": (secret_of(buyer, "orders:read"), None),
        "a business's key": (shop, None),
        "the seller": (secret_of(seller), None),
        "no idempotency key": (good, ""),
        "a short one": (good, "short"),
        "a long one": (good, "k" * 121),
    }
    for name, (secret, key) in asked.items():
        here, there = order(intake.port, secret, body, key), in_django(secret, body, key)
        assert (here.status, here.code) == (there.status, there.code), (name, here, there)
        assert here.status in (401, 403, 409, 422), name
    assert models.IntakeOrder.objects.count() == 0


def decide_wallet(buyer, *, is_frozen: bool) -> None:
    staff = an_actor(zone_staff().pk)
    with database.transaction(staff):
        payments.decide_wallet(
            actor=staff,
            person_id=buyer.person_id,
            step_id=ids.uuid7(),
            is_frozen=is_frozen,
            reason="Laporan penipuan",
            at=clock.now(),
        )


def test_a_frozen_wallet_pays_in_neither_lane(intake: Process, market, buyer):
    secret, body = secret_of(buyer), checkout(line(market[0]))
    assert order(intake.port, secret, body).status == 201  # the intake remembers the wallet as it was
    decide_wallet(buyer, is_frozen=True)
    for language in ("id", "en", "zh-Hans"):
        here = order(intake.port, secret, body, **{"Accept-Language": language})
        there = in_django(secret, body, **{"Accept-Language": language})
        assert (here.status, here.code) == (403, "wallet-frozen")
        assert (here.status, here.body) == (there.status, there.body)
    assert order(intake.port, secret, body | {"method": "qris"}).status == 201  # that money is not the wallet's
    assert ledger.balance(payments.escrow(market[0].business_id)).posted == PRICE
    decide_wallet(buyer, is_frozen=False)
    assert order(intake.port, secret, body).status == 201


def test_the_price_of_the_second_holds(intake: Process, market, buyer):
    variant = market[0].variants[0]
    now = clock.now()
    models.PriceWindow.objects.create(
        id=ids.uuid7(),
        variant_id=variant.id,
        price_minor=PRICE - 100,
        starts_at=now + timedelta(seconds=1.2),
        ends_at=now + timedelta(seconds=2.4),
    )
    secret = secret_of(buyer)
    seen = []
    import time

    while clock.now() < now + timedelta(seconds=3.2):
        answer = order(intake.port, secret, checkout(line(market[0])))
        if answer.status == 201:
            seen.append((answer.body["placed_at"], answer.body["total_minor"]))
        time.sleep(0.05)
    starts, ends = ((now + timedelta(seconds=s)).isoformat(timespec="milliseconds")[:23] for s in (1.2, 2.4))
    for at, total in seen:
        if at[:23] in (starts, ends):
            continue  # answers tell milliseconds: within this one both prices are right
        assert total == (PRICE - 100 if starts <= at[:23] < ends else PRICE), (at, total, starts, ends)
    assert {total for _, total in seen} == {PRICE, PRICE - 100}


def test_a_batch_answers_each_in_order(intake: Process, market, buyer):
    secret = secret_of(buyer)
    bodies = [
        checkout(line(market[0])),
        checkout(line(market[0], 999)),
        checkout(line(market[1], 2), method="qris"),
        {},
    ]
    orders = [body | {"idempotency_key": f"batch-{uuid4()}"} for body in bodies]
    orders.append(orders[0])
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    answer = ask(intake.port, "POST", "/v1/orders/batch", {"orders": orders}, headers)
    assert answer.status == 200
    assert [item["status"] for item in answer.body["answers"]] == [201, 409, 201, 422, 201]
    first, sold_out, qris, wrong, again = answer.body["answers"]
    assert sold_out["problem"]["code"] == "sold-out"
    assert wrong["problem"]["code"] == "invalid-input"
    assert qris["order_group"]["payment_id"]
    assert again["repeated"]
    assert again["order_group"] == first["order_group"]
    assert not first["repeated"]
    assert models.IntakeOrder.objects.count() == 2


def test_money_and_units_are_where_django_puts_them(intake: Process, market, buyer):
    secret = secret_of(buyer)
    assert order(intake.port, secret, checkout(line(market[0], 3))).status == 201
    assert ledger.balance(payments.escrow(market[0].business_id)).posted == PRICE * 3
    assert commerce.stock_levels([(market[0].business_id, market[0].variants[0].id)]).popitem()[1].available == 197
    assert ledger.verify() == []
