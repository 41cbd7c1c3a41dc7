"""Sellers keep their catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client
from tests.builders.commerce import AT, a_new_product, a_product, a_seller_actor, a_variant
from tests.builders.zone import a_business

from kawasan.core import ids
from kawasan.core.access import STRANGER, SYSTEM, Actor, BusinessRole
from kawasan.core.errors import Forbidden, NotFound, Unauthenticated
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce import models, tasks
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.facts import BusinessSuspended

pytestmark = pytest.mark.django_db


def test_a_product_is_made_with_its_variants_prices_and_stock() -> None:
    business = a_business()
    made = a_product(
        business.id, variants=(a_variant(sku="KS-100", stock=7, name="100 g"), a_variant(price_minor=990_00, stock=0))
    )
    assert made.name == "Keripik Singkong Balado"
    assert made.price_from_minor == 990_00
    assert next((v.sku, v.stock.available) for v in made.variants) == ("KS-100", 7)
    assert made.seller.name == business.name
    assert made.available == 7
    seen = commerce.product_by_slug(slug=made.slug, at=AT)
    assert seen == made


def test_making_a_product_twice_is_harmless_but_its_id_serves_no_other() -> None:
    business = a_business()
    new = a_new_product(business.id)
    actor = a_seller_actor(business.id)
    first = commerce.create_product(actor=actor, product=new, at=AT)
    assert commerce.create_product(actor=actor, product=new, at=AT) == first
    assert models.Variant.objects.count() == 1
    with pytest.raises(commerce.ProductIdReused):
        commerce.create_product(actor=actor, product=replace(new, name="Lain"), at=AT)


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"category": "tidak-ada"}, commerce.UnknownCategory, "category"),
        ({"name": "x" * 161}, commerce.TextTooLong, "name"),
        ({"name": "  "}, commerce.TextMissing, "name"),
        ({"name": "a\0b"}, commerce.TextMissing, "name"),
        ({"description": "x" * 8001}, commerce.TextTooLong, "description"),
        ({"gtin": "8999999999998"}, commerce.GtinInvalid, "gtin"),
        ({"gtin": "123"}, commerce.GtinInvalid, "gtin"),
        ({"variants": (a_variant(price_minor=-1),)}, commerce.PriceInvalid, "price"),
        ({"variants": (a_variant(price_minor=0),)}, commerce.PriceInvalid, "price"),
        ({"variants": (a_variant(price_minor=10**13 + 1),)}, commerce.PriceInvalid, "price"),
        ({"variants": (a_variant(sku="dua kata"),)}, commerce.SkuInvalid, "sku"),
        ({"variants": (a_variant(sku="=A1"),)}, commerce.SkuInvalid, "sku"),
        ({"variants": (a_variant(sku="A"), a_variant(sku="A"))}, commerce.SkuTaken, "sku"),
        ({"variants": (a_variant(stock=-1),)}, commerce.QuantityInvalid, "stock"),
        ({"variants": ()}, commerce.ProductIncomplete, None),
        ({"variants": tuple(a_variant() for _ in range(101))}, commerce.TooManyVariants, None),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(changes: dict, refusal: type, field: str | None) -> None:
    business = a_business()
    with pytest.raises(refusal) as caught:
        a_product(business.id, **changes)
    assert caught.value.field == field
    assert models.Product.objects.count() == models.Variant.objects.count() == 0


def test_a_good_gtin_is_kept() -> None:
    assert a_product(a_business().id, gtin="8992761111113").gtin == "8992761111113"


def test_a_sku_belongs_to_one_variant_of_a_business_and_another_business_may_use_it_too() -> None:
    first, second = a_business(), a_business()
    a_product(first.id, variants=(a_variant(sku="KS-1"),))
    a_product(second.id, variants=(a_variant(sku="KS-1"),))
    with pytest.raises(commerce.SkuTaken) as caught:
        a_product(first.id, variants=(a_variant(sku="KS-1"),))
    assert caught.value.data == {"sku": "KS-1"}


def test_a_draft_is_seen_by_its_seller_only_and_sold_once_published() -> None:
    business = a_business()
    actor = a_seller_actor(business.id)
    draft = a_product(business.id, status=commerce.ProductStatus.DRAFT)
    with pytest.raises(commerce.UnknownProduct):
        commerce.product(product_id=draft.id, at=AT)
    assert commerce.search_products(criteria=commerce.Criteria(text="keripik"), at=AT).total == 0
    commerce.publish_product(actor=actor, business_id=business.id, product_id=draft.id, at=AT)
    assert commerce.search_products(criteria=commerce.Criteria(text="keripik"), at=AT).total == 1
    commerce.archive_product(actor=actor, business_id=business.id, product_id=draft.id, at=AT)
    assert commerce.search_products(criteria=commerce.Criteria(text="keripik"), at=AT).total == 0
    assert commerce.product(product_id=draft.id, at=AT).status == "archived"


def test_a_business_that_is_not_admitted_prepares_drafts_and_publishes_nothing() -> None:
    business = a_business(status="applied")
    actor = a_seller_actor(business.id)
    with pytest.raises(commerce.BusinessNotAdmitted):
        a_product(business.id)
    draft = a_product(business.id, status=commerce.ProductStatus.DRAFT)
    with pytest.raises(commerce.BusinessNotAdmitted):
        commerce.publish_product(actor=actor, business_id=business.id, product_id=draft.id, at=AT)


def test_a_suspended_business_sells_nothing_until_it_is_restored(client: Client) -> None:
    business = a_business()
    made = a_product(business.id)
    variant = made.variants[0].id

    def decide(act: Callable[..., object], **more: str) -> None:
        act(actor=SYSTEM, business_id=business.id, at=AT, **more)
        tasks.on_business_changed(BusinessSuspended(business_id=business.id), at=AT)

    decide(zone.suspend, reason="Keluhan pembeli.")
    assert commerce.search_products(criteria=commerce.Criteria(text="keripik"), at=AT).total == 0
    assert not commerce.offers(variant_ids=[variant], at=AT)[variant].is_on_sale
    assert "data-buy" not in client.get(f"/produk/{made.slug}").content.decode()
    assert client.get(f"/toko/{business.slug}").status_code == 200
    decide(zone.restore)
    assert commerce.search_products(criteria=commerce.Criteria(text="keripik"), at=AT).total == 1
    assert commerce.offers(variant_ids=[variant], at=AT)[variant].is_on_sale


def test_changes_reach_the_lists_and_the_search() -> None:
    business = a_business()
    actor = a_seller_actor(business.id)
    made = a_product(business.id)
    commerce.update_product(
        actor=actor, business_id=business.id, product_id=made.id, name="Rengginang Terasi", category_slug="dapur", at=AT
    )
    commerce.update_variant(
        actor=actor, business_id=business.id, variant_id=made.variants[0].id, price_minor=5_00, sku="BARU", at=AT
    )
    (card,) = commerce.search_products(criteria=commerce.Criteria(text="rengginang"), at=AT).items
    assert (card.name, card.price_minor, card.category) == ("Rengginang Terasi", 5_00, "dapur")
    assert commerce.search_products(criteria=commerce.Criteria(text="singkong"), at=AT).total == 0
    assert commerce.search_products(criteria=commerce.Criteria(text="baru"), at=AT).total == 1


def test_the_last_variant_of_a_published_product_stays() -> None:
    business = a_business()
    actor = a_seller_actor(business.id)
    made = a_product(business.id)
    only = made.variants[0].id
    with pytest.raises(commerce.ProductIncomplete):
        commerce.archive_variant(actor=actor, business_id=business.id, variant_id=only, at=AT)
    more = commerce.add_variant(
        actor=actor, business_id=business.id, product_id=made.id, variant=a_variant(price_minor=100), at=AT
    )
    assert more.price_from_minor == 100
    left = commerce.archive_variant(actor=actor, business_id=business.id, variant_id=only, at=AT)
    assert [v.is_archived for v in left.variants] == [False, True]
    again = commerce.restore_variant(actor=actor, business_id=business.id, variant_id=only, at=AT)
    assert not any(v.is_archived for v in again.variants)


WRITES = {
    "create": lambda actor, p: commerce.create_product(actor=actor, product=a_new_product(p.business_id), at=AT),
    "update": lambda actor, p: commerce.update_product(
        actor=actor, business_id=p.business_id, product_id=p.id, name="X", at=AT
    ),
    "archive": lambda actor, p: commerce.archive_product(
        actor=actor, business_id=p.business_id, product_id=p.id, at=AT
    ),
    "publish": lambda actor, p: commerce.publish_product(
        actor=actor, business_id=p.business_id, product_id=p.id, at=AT
    ),
    "add variant": lambda actor, p: commerce.add_variant(
        actor=actor, business_id=p.business_id, product_id=p.id, variant=a_variant(), at=AT
    ),
    "update variant": lambda actor, p: commerce.update_variant(
        actor=actor, business_id=p.business_id, variant_id=p.variants[0].id, price_minor=1, at=AT
    ),
    "archive variant": lambda actor, p: commerce.archive_variant(
        actor=actor, business_id=p.business_id, variant_id=p.variants[0].id, at=AT
    ),
    "move stock": lambda actor, p: commerce.move_stock(
        actor=actor,
        business_id=p.business_id,
        variant_id=p.variants[0].id,
        movement_id=ids.uuid7(),
        quantity=1,
        reason="received",
        at=AT,
    ),
    "count stock": lambda actor, p: commerce.count_stock(
        actor=actor,
        business_id=p.business_id,
        variant_id=p.variants[0].id,
        movement_id=ids.uuid7(),
        counted=1,
        at=AT,
    ),
    "picture": lambda actor, p: commerce.add_picture(
        actor=actor, business_id=p.business_id, product_id=p.id, uploaded=b"", at=AT
    ),
    "window": lambda actor, p: commerce.set_price_window(
        actor=actor,
        business_id=p.business_id,
        variant_id=p.variants[0].id,
        window_id=ids.uuid7(),
        price_minor=1,
        starts_at=AT,
        ends_at=None,
        at=AT,
    ),
    "check import": lambda actor, p: commerce.check_import(
        actor=actor, business_id=p.business_id, import_id=ids.uuid7(), filename="a.csv", content=b"sku", at=AT
    ),
    "bulk": lambda actor, p: commerce.bulk_create_products(actor=actor, products=[a_new_product(p.business_id)], at=AT),
}


@pytest.mark.parametrize("write", WRITES)
def test_strangers_other_businesses_and_accountants_change_nothing(write: str) -> None:
    made = a_product(a_business().id)
    for actor, refusal in (
        (STRANGER, Unauthenticated),
        (a_seller_actor(ids.uuid7()), NotFound),
        (a_seller_actor(made.business_id, BusinessRole.ACCOUNTANT), Forbidden),
    ):
        with pytest.raises(refusal):
            WRITES[write](actor, made)
    assert commerce.product(product_id=made.id, at=AT) == made
    assert models.Product.objects.count() == 1


@pytest.mark.parametrize("write", ["update", "archive", "add variant", "update variant", "move stock", "window"])
def test_a_seller_cannot_reach_into_another_business_by_its_ids(write: str) -> None:
    theirs, own = a_product(a_business().id), a_product(a_business().id)
    actor = a_seller_actor(own.business_id)
    with pytest.raises(NotFound):
        WRITES[write](actor, replace(theirs, business_id=own.business_id))
    assert commerce.product(product_id=theirs.id, at=AT) == theirs


READS = {
    "own product": lambda actor, p: commerce.own_product(
        actor=actor, business_id=p.business_id, product_id=p.id, at=AT
    ),
    "products": lambda actor, p: commerce.products_of(actor=actor, business_id=p.business_id),
    "stock": lambda actor, p: commerce.stock_rows(actor=actor, business_id=p.business_id),
    "movements": lambda actor, p: commerce.movements(actor=actor, business_id=p.business_id),
    "export": lambda actor, p: commerce.export_rows(actor=actor, business_id=p.business_id),
    "windows": lambda actor, p: commerce.windows_of(actor=actor, business_id=p.business_id, product_id=p.id),
    "imports": lambda actor, p: commerce.recent_imports(actor=actor, business_id=p.business_id),
}


@pytest.mark.parametrize("read", READS)
def test_the_desk_is_read_by_its_own_people_only(read: str) -> None:
    made = a_product(a_business().id)
    for actor, refusal in ((STRANGER, Unauthenticated), (a_seller_actor(ids.uuid7()), NotFound)):
        with pytest.raises(refusal):
            READS[read](actor, made)
    assert READS[read](a_seller_actor(made.business_id, BusinessRole.ACCOUNTANT), made) is not None


def test_row_security_hides_drafts_and_movements_and_refuses_foreign_writes() -> None:
    from django.db import DatabaseError, transaction

    from kawasan.platform.db import see_as

    made = a_product(a_business().id)
    draft = a_product(a_business().id, status=commerce.ProductStatus.DRAFT)
    see_as(STRANGER)
    assert set(models.Product.objects.values_list("id", flat=True)) == {made.id}
    assert not models.StockMovement.objects.exists()
    see_as(Actor(businesses={made.business_id: BusinessRole.OWNER}))
    assert models.Product.objects.filter(pk=draft.id).update(name="X") == 0
    with pytest.raises(DatabaseError), transaction.atomic():
        models.Product.objects.filter(pk=made.id).update(business_id=draft.business_id)
    see_as(SYSTEM)
