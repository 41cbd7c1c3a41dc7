"""Stock through the ledger, and files of products."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from tests.builders.commerce import AT, a_new_product, a_product, a_seller_actor, a_variant
from tests.builders.zone import a_business

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.platform import schemas
from kawasan.platform.db import transaction as edge
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce import models
from kawasan.rooms.ledger import api as ledger


def level(product: commerce.Product) -> commerce.StockLevel:
    variant = product.variants[0]
    return commerce.stock_levels([(product.business_id, variant.id)])[variant.id]


def move(product: commerce.Product, quantity: int, reason: str = "other", movement_id=None) -> None:
    commerce.move_stock(
        actor=a_seller_actor(product.business_id),
        business_id=product.business_id,
        variant_id=product.variants[0].id,
        movement_id=movement_id or ids.uuid7(),
        quantity=quantity,
        reason=reason,
        at=AT,
    )


def imported(business_id, text: str, *, apply: bool = True) -> commerce.ImportReport:
    actor, import_id = a_seller_actor(business_id), ids.uuid7()
    report = commerce.check_import(
        actor=actor, business_id=business_id, import_id=import_id, filename="a.csv", content=text.encode(), at=AT
    )
    if not apply:
        return report
    return commerce.apply_import(actor=actor, business_id=business_id, import_id=import_id, at=AT)


@pytest.mark.django_db
class TestStock:
    def test_every_change_is_an_entry_and_a_reason(self) -> None:
        product = a_product(a_business().id)
        movement = ids.uuid7()
        move(product, 5, "received", movement)
        move(product, 5, "received", movement)  # sent twice
        move(product, -3, "damaged")
        assert level(product) == commerce.StockLevel(available=12)
        rows = models.StockMovement.objects.order_by("id")
        assert [(row.quantity, row.reason) for row in rows] == [(10, "received"), (5, "received"), (-3, "damaged")]
        assert all(ledger.entry(row.entry_id) for row in rows)
        assert ledger.verify() == []

    def test_the_id_of_a_movement_serves_no_other(self) -> None:
        product, movement = a_product(a_business().id), ids.uuid7()
        move(product, 5, "received", movement)
        with pytest.raises(ledger.EntryIdReused):
            move(product, 6, "received", movement)
        assert level(product).available == 15

    @pytest.mark.parametrize(
        ("quantity", "reason", "refusal"),
        [
            (-11, "damaged", commerce.StockBelowZero),
            (0, "other", commerce.QuantityInvalid),
            (10**12, "other", commerce.QuantityInvalid),
            (-1, "received", commerce.StockReasonInvalid),
            (1, "damaged", commerce.StockReasonInvalid),
            (1, "stolen", commerce.StockReasonInvalid),
        ],
    )
    def test_what_cannot_be_is_refused_and_changes_nothing(self, quantity, reason, refusal) -> None:
        product = a_product(a_business().id)
        with pytest.raises(refusal):
            move(product, quantity, reason)
        assert level(product).available == 10
        assert models.StockMovement.objects.count() == 1

    def test_what_is_held_cannot_be_taken_and_a_count_includes_it(self) -> None:
        product = a_product(a_business().id)
        business, variant = product.business_id, product.variants[0].id
        stock = commerce.unit_account(business, variant, commerce.AccountCode.STOCK)
        sold = commerce.unit_account(business, variant, commerce.AccountCode.SOLD)
        hold = ledger.NewTransfer(ids.uuid7(), stock, sold, 4, commerce.TransferCode.HOLD, kind=ledger.Kind.PENDING)
        ledger.post(ledger.Entry(ids.uuid7(), AT, (hold,)))
        assert level(product) == commerce.StockLevel(available=6, held=4)
        with pytest.raises(commerce.StockBelowZero) as caught:
            move(product, -7, "damaged")
        assert caught.value.data == {"available": 6}
        count = {
            "actor": a_seller_actor(business),
            "business_id": business,
            "variant_id": variant,
            "at": AT,
        }
        commerce.count_stock(**count, movement_id=ids.uuid7(), counted=5)
        assert level(product) == commerce.StockLevel(available=1, held=4)
        with pytest.raises(commerce.StockBelowZero):
            commerce.count_stock(**count, movement_id=ids.uuid7(), counted=3)

    def test_running_out_is_told_emptiest_first(self) -> None:
        business = a_business()
        for stock in (50, 5, 0, 3):
            a_product(business.id, name=f"Sisa {stock}", variants=(a_variant(stock=stock),))
        low = commerce.low_stock(actor=a_seller_actor(business.id), business_id=business.id)
        assert [row.stock.available for row in low] == [0, 3, 5]


@pytest.mark.django_db
def test_the_database_itself_keeps_windows_apart() -> None:
    variant = a_product(a_business().id).variants[0].id
    row = {"variant_id": variant, "price_minor": 100}
    models.PriceWindow.objects.create(**row, starts_at=AT, ends_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        models.PriceWindow.objects.create(**row, starts_at=AT.replace(year=2030), ends_at=None)


@pytest.mark.django_db(transaction=True)
def test_of_many_sellers_hands_none_takes_what_is_not_there() -> None:
    business = a_business()
    with edge(Actor(is_system=True)):
        product = a_product(business.id, variants=(a_variant(stock=5),))
    answers: list[str] = []

    def take() -> None:
        try:
            with schemas.in_zone("zone_test"), edge(a_seller_actor(business.id)):
                move(product, -1, "damaged")
            answers.append("taken")
        except commerce.StockBelowZero:
            answers.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["refused"] * 3 + ["taken"] * 5
    assert level(product).available == 0
    assert models.StockMovement.objects.count() == 6


HEAD = "sku,nama,varian,kategori,harga,stok,status\n"


@pytest.mark.django_db
class TestImports:
    def test_rows_of_one_name_become_one_product_and_a_dry_run_changes_nothing(self) -> None:
        business = a_business()
        text = HEAD + "A-1,Teh,50 g,dapur,5000,3,terbit\nA-2,Teh,100 g,Dapur,9000,,terbit\nB-1,Gula,,Kitchen,7.500,1,\n"
        report = imported(business.id, text, apply=False)
        assert (report.creates, report.updates, report.problems) == (3, 0, ())
        assert not models.Product.objects.exists()
        imported(business.id, text)
        tea = models.Product.objects.get(name="Teh")
        assert [v.sku for v in tea.variants.order_by("position")] == ["A-1", "A-2"]
        assert (tea.status, tea.price_from_minor) == ("published", 5000_00)
        assert models.Product.objects.get(name="Gula").status == "draft"
        assert commerce.search_products(criteria=commerce.Criteria(text="teh"), at=AT).items[0].available == 3

    def test_a_second_import_changes_by_sku_and_adds_variants(self) -> None:
        business = a_business()
        imported(business.id, HEAD + "A-1,Teh,,dapur,5000,3,terbit\n")
        report = imported(business.id, HEAD + "A-1,Teh Melati,,dapur,4000,8,\nA-3,Teh Melati,,dapur,1000,2,\n")
        assert (report.creates, report.updates) == (1, 1)
        product = models.Product.objects.get()
        assert (product.name, product.price_from_minor, product.variants.count()) == ("Teh Melati", 1000_00, 2)
        again = imported(business.id, HEAD + "A-1,Teh Melati,,dapur,4000,8,\n")
        assert (again.unchanged, again.updates, again.creates) == (1, 0, 0)
        more = imported(business.id, HEAD + "A-4,Teh Melati,besar,dapur,500,2,\n")
        assert more.creates == 1
        assert models.Product.objects.get().price_from_minor == 500_00
        levels = {v.sku: v for v in models.Variant.objects.all()}
        stock = commerce.stock_levels((business.id, v.id) for v in levels.values())
        assert stock[levels["A-1"].id].available == 8

    def test_good_lines_are_applied_and_each_bad_one_is_told_with_line_column_and_reason(self) -> None:
        business = a_business()
        text = HEAD + 'A-1,Teh,,dapur,5000,3,\n\nA-1,Teh,,dapur,5000,3,\n,X,,dapur,-1,1.5,x\nA-9,"a\nb",,tak ada,,,\n'
        report = imported(business.id, text)
        assert report.creates == 1
        assert [(p.line, p.column, p.code) for p in report.problems] == [
            (4, "sku", "import-sku-repeated"),
            (5, "sku", "sku-invalid"),
            (5, "harga", "price-invalid"),
            (5, "stok", "import-value-unreadable"),
            (5, "status", "import-value-unreadable"),
            (7, "kategori", "unknown-category"),
            (7, "harga", "unreadable-amount"),
        ]

    def test_the_sku_of_another_business_is_nobodys_business(self) -> None:
        theirs, own = a_business(), a_business()
        a_product(theirs.id, variants=(a_variant(sku="A-1"),))
        report = imported(own.id, HEAD + "A-1,Teh,,dapur,5000,3,\n")
        assert (report.creates, report.updates) == (1, 0)
        assert models.Variant.objects.get(business_id=theirs.id).price_minor == 2_500_000

    def test_a_business_that_may_not_trade_publishes_nothing_by_file_either(self) -> None:
        business = a_business(status="applied")
        report = imported(business.id, HEAD + "A-1,Teh,,dapur,5000,3,terbit\nA-2,Gula,,dapur,5000,3,draf\n")
        assert [(p.line, p.code) for p in report.problems] == [(2, "business-not-admitted")]
        assert models.Product.objects.get().status == "draft"

    def test_missing_columns_are_named(self) -> None:
        with pytest.raises(commerce.ImportColumnsMissing) as caught:
            imported(a_business().id, "sku,stok\nA,1\n")
        assert caught.value.data == {"columns": "nama, kategori, harga"}

    def test_a_file_of_another_business_is_not_found(self) -> None:
        business, other = a_business(), a_business()
        report = imported(business.id, HEAD + "A-1,Teh,,dapur,5000,3,\n", apply=False)
        with pytest.raises(commerce.UnknownImport):
            commerce.apply_import(actor=a_seller_actor(other.id), business_id=other.id, import_id=report.id, at=AT)
        assert not models.Product.objects.exists()


@pytest.mark.django_db
def test_bulk_is_whole_or_not_at_all() -> None:
    business = a_business()
    good = a_new_product(business.id)
    bad = replace(a_new_product(business.id), category="tidak-ada")
    with pytest.raises(commerce.UnknownCategory):
        commerce.bulk_create_products(actor=a_seller_actor(business.id), products=[good, bad], at=AT)
    assert not models.Product.objects.exists()
