"""What is given back of an order that has an invoice becomes a credit note: once, numbered, of that amount."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.builders.authority import a_completion, a_sale
from tests.builders.books import balances, follow
from tests.builders.invoices import an_owner, register
from tests.builders.orders import a_buyer, an_order, seller_of, something_for_sale, wanted
from tests.builders.zone import a_business, an_actor, zone_staff

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.core.money import format_money, rupiah
from kawasan.platform import facts
from kawasan.platform.models import Fact
from kawasan.platform.wiring import wiring
from kawasan.rooms.books.rules.rates import starting_rows, tables_of
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.facts import OrderCancelled, OrderRefunded
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.rules import amounts
from kawasan.rooms.invoices.rules.crediting import lines_of_refund
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

PPN = tables_of(starting_rows()).ppn[-1]
STATES = commerce.OrderState
BUYER = invoices.CustomerData(
    name="PT Pembeli", proof=invoices.Proof.TIN, number="0013121660091000", address="Jl. Merdeka 1, Jakarta",
)  # fmt: skip
pytestmark = pytest.mark.django_db


class Sold:
    """A billed order of two products, three units of the first, with Rp10.000 off by a voucher."""

    def __init__(
        self, *, pkp: bool = False, state: STATES = STATES.DELIVERED, bill: bool = True, zone: bool = False
    ) -> None:
        self.at, self.buyer, business = clock.now(), a_buyer(), a_business()
        if pkp:
            register(business.id)
        products = [something_for_sale(business=business, price=price, at=self.at) for price in (33_333_00, 10_001_00)]
        self.shop = business.id
        self.order = an_order(
            buyer=self.buyer,
            lines=[wanted(products[0], 3), wanted(products[1])],
            voucher=self._voucher(is_zone=zone),
            state=state,
            at=self.at,
        )
        self.invoice = self.bill() if bill else None

    def _voucher(self, *, is_zone: bool) -> str:
        voucher = commerce.NewVoucher(
            id=ids.uuid7(), code=f"HEMAT{ids.uuid7().hex[-6:]}", name="Hemat", percent_bp=0, amount_minor=10_000_00,
            most_minor=None, least_minor=20_000_00, per_buyer=2, budget_minor=1_000_000_00,
            business_id=None if is_zone else self.shop,
            starts_at=self.at - timedelta(days=1), ends_at=self.at + timedelta(days=30),
        )  # fmt: skip
        if is_zone:
            ledger.open_accounts([payments.new_fee()])
            earning = ledger.NewTransfer(ids.uuid7(), payments.provider(), payments.fee(), voucher.budget_minor, 106)
            ledger.post(ledger.Entry(ids.uuid7(), self.at, (earning,)))
        who = an_actor(zone_staff().pk) if is_zone else seller_of(self.shop)
        return commerce.make_voucher(actor=who, voucher=voucher, at=self.at).terms.code

    def bill(self) -> invoices.Document:
        return invoices.bill_order(actor=self.buyer, order_id=self.order.id, data=BUYER, at=self.at)[0]

    def refund(self, amount_minor: int) -> int:
        commerce.refund_order(
            actor=seller_of(self.shop), order_id=self.order.id, refund_id=ids.uuid7(), amount_minor=amount_minor,
            reason="Cacat sedikit", at=self.at,
        )  # fmt: skip
        return amount_minor

    def take_back(self, units: int) -> int:
        lines = [commerce.ReturnedLine(self.order.lines[0].id, units)]
        asked = commerce.request_return(
            actor=self.buyer, return_id=ids.uuid7(), order_id=self.order.id, lines=lines, reason="Robek", at=self.at
        )
        commerce.approve_return(actor=seller_of(self.shop), return_id=asked.id, at=self.at)
        return asked.asked_minor

    @property
    def ask(self) -> dict[str, Any]:
        """Who asks for which shop."""
        return {"actor": an_owner(self.shop), "business_id": self.shop}

    @property
    def left_minor(self) -> int:
        return commerce.order(actor=SYSTEM, order_id=self.order.id).net_minor

    def money(self, document_id: UUID | None = None) -> dict[str, int]:
        """What was paid for the invoice, or went back with a credit note, by whose money it is."""
        found: dict[str, int] = defaultdict(int)
        for item in invoices.payments_of(**self.ask, document_id=document_id or self.invoice.id):
            found[item.method.value] += item.amount_minor
        return found

    @property
    def credits(self) -> list[models.Document]:
        return list(models.Document.objects.filter(kind="credit", business_id=self.shop).order_by("count"))


def tell() -> None:
    """Tell what was announced about money that went back, as the queue does; it repeats itself."""
    for kind in (OrderRefunded, OrderCancelled):
        (ours,) = (name for name in wiring().LISTENERS[kind] if ".invoices." in name)
        for fact_id in Fact.objects.filter(name=kind.__name__).order_by("pk").values_list("pk", flat=True):
            for _ in range(2):
                facts.deliver(fact_id=str(fact_id), listener=ours)


@pytest.mark.parametrize("pkp", [False, True])
def test_each_refund_is_a_credit_note_of_its_amount_until_nothing_is_left(pkp):
    sold = Sold(pkp=pkp)
    off = sold.order.total_minor - sold.invoice.sums.total_minor  # PPN within a price: at most a few sen
    assert 0 <= off <= (4 if pkp else 0)
    refunds = []
    for refund in (lambda: sold.take_back(1), lambda: sold.refund(7_777_00), lambda: sold.refund(sold.left_minor)):
        refunds.append(refund())
        tell()
    found = sold.credits
    assert [row.total_minor for row in found] == [*refunds[:-1], refunds[-1] - off]
    assert [row.number[-4:] for row in found] == ["0001", "0002", "0003"]
    assert sum(row.ppn_minor for row in found) == sold.invoice.sums.ppn_minor
    assert (sold.invoice.sums.ppn_minor > 0) is pkp
    whole = invoices.document(actor=an_owner(sold.shop), business_id=sold.shop, document_id=sold.invoice.id, at=sold.at)
    assert (whole.state, whole.open_minor, whole.paid_minor) == (invoices.State.CANCELLED, 0, 0)
    follow()
    assert balances(sold.shop).get("2201", 0) == 0
    assert invoices.differences() == []
    returned = models.Line.objects.get(document=found[0])
    assert (returned.quantity, returned.name) == (Decimal(1), sold.invoice.lines[0].name)


@pytest.mark.parametrize("pkp", [False, True])
def test_a_zones_voucher_is_no_discount_and_gets_its_own_money_back(pkp):
    sold = Sold(pkp=pkp, zone=True)
    invoice, order = sold.invoice, sold.order
    assert abs(invoice.sums.total_minor - order.gross_minor) <= 4  # the price of the goods, PPN within it to a few sen
    paid = sold.money()
    assert paid == {"order": invoice.sums.total_minor - 10_000_00, "voucher": 10_000_00}
    back = sold.take_back(1)
    tell()
    undone = commerce.order(actor=SYSTEM, order_id=order.id).discount_back_minor
    (first,) = sold.credits
    assert 0 < undone < 10_000_00
    assert first.total_minor == back + undone  # what the goods cost on the invoice, whoever paid it
    assert sold.money(first.id) == {"order": -back, "voucher": -undone}
    assert sold.money() == {"order": paid["order"] - back, "voucher": 10_000_00 - undone}
    sold.refund(sold.left_minor)
    tell()
    assert sum(row.total_minor for row in sold.credits) == invoice.sums.total_minor
    assert sold.money() == {"order": 0, "voucher": 0}
    assert invoices.differences() == []


def test_a_cancelled_order_gives_the_zones_voucher_its_money_back():
    sold = Sold(state=STATES.PAID, zone=True)
    commerce.cancel_order(actor=sold.buyer, order_id=sold.order.id, reason="Salah pesan", at=sold.at)
    tell()
    (note,) = sold.credits
    assert note.total_minor == sold.order.gross_minor
    assert sold.money(note.id) == {"order": -sold.order.total_minor, "voucher": -10_000_00}
    page = Client().get(f"/tagihan/{invoices.link(**sold.ask, document_id=note.id)}").content.decode()
    assert f'voucher kawasan</dt><dd class="nowrap">{format_money(rupiah(10_000))}<' in page.replace("\n", "")


def test_a_refund_that_the_invoice_knows_of_is_not_credited_again():
    sold = Sold(bill=False)
    back = sold.refund(5_000_00)
    invoice = sold.bill()
    assert invoice.sums.total_minor == sold.order.total_minor - back
    tell()
    assert sold.credits == []
    late = sold.refund(1_000_00)
    tell()
    assert [row.total_minor for row in sold.credits] == [late]


def test_refunds_told_late_are_credited_each_with_its_own_amount():
    sold = Sold()
    wanted_amounts = [sold.refund(5_000_00), sold.refund(2_000_00), sold.take_back(2)]
    tell()
    assert [row.total_minor for row in sold.credits] == wanted_amounts
    assert invoices.differences() == []


def test_a_cancelled_order_is_credited_whole_and_one_without_an_invoice_not_at_all():
    sold, other = Sold(state=STATES.PAID), Sold(state=STATES.PAID, bill=False)
    for one in (sold, other):
        commerce.cancel_order(actor=one.buyer, order_id=one.order.id, reason="Salah pesan", at=one.at)
    tell()
    assert [row.total_minor for row in sold.credits] == [sold.order.total_minor]
    assert other.credits == []


def test_a_seller_who_credited_by_hand_first_is_not_credited_twice():
    sold = Sold()
    by_hand = invoices.credit(
        actor=an_owner(sold.shop), business_id=sold.shop, document_id=sold.invoice.id, credit_id=ids.uuid7(),
        quantities={1: Decimal(1)}, at=sold.at,
    )  # fmt: skip
    sold.take_back(2)
    tell()
    total = sum(row.total_minor for row in sold.credits)
    assert total >= by_hand.sums.total_minor
    assert abs(total - 2 * by_hand.sums.total_minor) <= 100  # two units, to the rupiah


def test_the_tax_month_shows_the_return_and_leaves_other_sales_alone():
    sold = Sold(pkp=True, state=STATES.COMPLETED)
    a_completion(a_sale(sold.shop, 1_110_000_00, at=sold.at), at=sold.at)
    month = clock.business_day(sold.at).replace(day=1)
    ask = {"actor": an_owner(sold.shop), "business_id": sold.shop}
    nsfp = "04002600000000017"
    invoices.mark_uploaded(**ask, document_id=sold.invoice.id, nsfp=nsfp, at=sold.at)
    follow()
    before = invoices.tax_month(**ask, month=month)
    back = sold.refund(20_000_00)
    tell()
    follow()
    after = invoices.tax_month(**ask, month=month)
    (row,) = after.returns
    assert (row.origin_nsfp, row.document.sums.total_minor, before.returns) == (nsfp, back, ())
    assert after.retail == before.retail


@given(data=st.data())
def test_refunds_of_any_size_add_up_to_the_invoice_and_each_is_what_was_given_back(data):
    inclusive = data.draw(st.booleans())
    lines = [
        invoices.NewLine("a", Decimal(data.draw(st.integers(1, 50))), data.draw(st.integers(2, 10**6)) * 100)
        for _ in range(data.draw(st.integers(1, 3)))
    ]
    whole = amounts.figures(lines, rate=PPN if inclusive else None, trx_code="04", inclusive=inclusive)
    sold = {line.place: line.typed_price_minor * int(line.quantity) for line in whole}
    made: list[invoices.Line] = []
    for _ in range(4):
        back = {place: data.draw(st.integers(0, left // 100)) * 100 for place, left in sold.items()}
        sold = {place: left - back[place] for place, left in sold.items()}
        new = lines_of_refund(whole, made, sold, sum(back.values()))
        assert all(line.total_minor == back[line.place] for line in new if sold[line.place])
        made += new
    made += lines_of_refund(whole, made, dict.fromkeys(sold, 0), sum(sold.values()))
    for name in ("base_minor", "other_base_minor", "ppn_minor", "total_minor"):
        assert sum(getattr(line, name) for line in made) == sum(getattr(line, name) for line in whole)
    for line in made:
        assert min(line.quantity, line.base_minor + 1, line.ppn_minor + 1) > 0
        assert amounts.whole_minor(line.price_minor, line.quantity) - line.discount_minor == line.base_minor
