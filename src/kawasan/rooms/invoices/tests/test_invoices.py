"""From a quotation to a paid invoice: numbers, figures, states, books, credit notes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from tests.builders.books import balances
from tests.builders.invoices import AT, TODAY, a_customer, a_draft, a_line, a_payment, a_shop, an_invoice, an_owner
from tests.databases import SCHEMA

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor, BusinessRole
from kawasan.core.errors import Forbidden, NotFound, Unauthenticated
from kawasan.platform import schemas
from kawasan.platform.db import transaction
from kawasan.rooms.books import api as books
from kawasan.rooms.books.rules.rates import starting_rows, tables_of
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.invoices import models
from kawasan.rooms.invoices.rules import amounts
from kawasan.rooms.invoices.rules.crediting import lines_to_credit

PPN = tables_of(starting_rows()).ppn[-1]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_witness_agrees(request: Any) -> Any:
    yield
    if "transaction" not in request.node.get_closest_marker("django_db").kwargs:
        assert invoices.differences() == []


def read(shop: Any, document_id: Any, at: Any = AT) -> invoices.Document:
    return invoices.document(actor=an_owner(shop), business_id=shop, document_id=document_id, at=at)


def test_an_invoice_is_numbered_booked_and_stays_as_it_is():
    shop = a_shop()
    draft = a_draft(shop)
    assert (draft.state, draft.number, draft.sums.total_minor) == (invoices.State.DRAFT, "", 200_000_00)
    issued = invoices.issue(actor=an_owner(shop), business_id=shop, document_id=draft.id, at=AT)
    assert (issued.number, issued.state, issued.due_on) == ("INV/2026/0001", invoices.State.ISSUED, date(2026, 12, 7))
    assert invoices.issue(actor=an_owner(shop), business_id=shop, document_id=draft.id, at=AT) == issued
    assert balances(shop) == {"1201": 200_000_00, "4101": -200_000_00}
    with pytest.raises(invoices.DocumentIssued):
        change(shop, issued)
    with pytest.raises(invoices.DocumentIssued):
        invoices.drop_draft(actor=an_owner(shop), business_id=shop, document_id=issued.id)
    assert read(shop, issued.id) == issued


def change(shop: Any, document: invoices.Document, **given: Any) -> invoices.Document:
    values = {"customer_id": document.customer_id, "lines": [a_line(price=7)], "terms": document.terms, "at": AT}
    return invoices.change_draft(actor=an_owner(shop), business_id=shop, document_id=document.id, **(values | given))


def test_a_pkp_splits_ppn_to_the_sen_and_books_it():
    shop = a_shop(pkp=True)
    line = a_line(quantity="10", price=12_000_000, discount_minor=10_000_89)
    found = an_invoice(shop, line)
    (counted,) = found.lines
    assert (counted.base_minor, counted.other_base_minor, counted.ppn_minor) == (
        119_989_999_11, 109_990_832_52, 13_198_899_90,
    )  # fmt: skip
    assert found.law == "PMK 131/2024"
    assert balances(shop) == {"1201": 133_188_899_01, "4101": -119_989_999_11, "2201": -13_198_899_90}


def test_ppn_that_is_not_collected_is_not_owed():
    shop = a_shop(pkp=True)
    found = an_invoice(shop, trx_code="07", add_info="TD.00501", facility_stamp="TD.01101")
    assert (found.sums.total_minor, found.sums.uncollected_minor) == (200_000_00, 22_000_00)
    assert balances(shop) == {"1201": 200_000_00, "4101": -200_000_00}


@given(
    gross=st.integers(1, 10**12),
    quantity=st.decimals(min_value="0.01", max_value=1000, places=2),
    luxury=st.booleans(),
)
def test_a_price_with_ppn_inside_never_leads_above_it_and_fits_the_tax_file(gross, quantity, luxury):
    new = invoices.NewLine("x", quantity, gross)
    code = "01" if luxury else "04"
    (line,) = amounts.figures([new], rate=PPN, trx_code=code, inclusive=True)
    whole = amounts.whole_minor(gross, quantity)
    assert whole - 2 <= line.total_minor <= whole
    assert line.base_minor == amounts.whole_minor(line.price_minor, quantity) - line.discount_minor
    (again,) = amounts.figures(
        [invoices.NewLine("x", quantity, line.price_minor, line.discount_minor)],
        rate=PPN, trx_code=code, inclusive=False,
    )  # fmt: skip
    assert (again.other_base_minor, again.ppn_minor) == (line.other_base_minor, line.ppn_minor)


def test_paid_in_parts_then_whole_and_given_back():
    shop = a_shop()
    found = an_invoice(shop)
    key = ids.uuid7()
    for _ in range(2):  # sent twice, counted once
        part = a_payment(shop, found.id, 50_000, payment_id=key)
    assert (part.state, part.open_minor) == (invoices.State.PARTLY_PAID, 150_000_00)
    with pytest.raises(invoices.InvoicePaymentIdReused):
        a_payment(shop, found.id, 60_000, payment_id=key)
    with pytest.raises(invoices.InvoiceAmountInvalid):
        a_payment(shop, found.id, 150_001)
    whole = a_payment(shop, found.id, 150_000, method=invoices.Method.BANK)
    assert whole.state is invoices.State.PAID
    assert balances(shop) == {"4101": -200_000_00, "1101": 50_000_00, "1102": 150_000_00}
    credit(shop, found)
    back = a_payment(shop, found.id, -200_000)
    assert (back.state, back.open_minor) == (invoices.State.CANCELLED, 0)
    assert balances(shop) == {"4101": -200_000_00, "4102": 200_000_00, "1101": -150_000_00, "1102": 150_000_00}


def credit(shop: Any, found: invoices.Document, **given: Any) -> invoices.Document:
    values = {"credit_id": ids.uuid7(), "at": AT}
    return invoices.credit(actor=an_owner(shop), business_id=shop, document_id=found.id, **(values | given))


def test_a_credit_note_undoes_part_and_then_the_rest_exactly():
    shop = a_shop(pkp=True)
    found = an_invoice(shop, a_line(quantity="3", price=33_333), a_line("Ongkos kirim", "1", 10_001))
    part = credit(shop, found, quantities={1: Decimal(1)})
    assert (part.number, part.kind) == ("INV-CN/2026/0001", invoices.DocumentKind.CREDIT)
    assert read(shop, found.id).open_minor == found.sums.total_minor - part.sums.total_minor
    with pytest.raises(invoices.CreditInvalid):
        credit(shop, found, quantities={1: Decimal(3)})
    rest = credit(shop, found)
    assert part.sums.base_minor + rest.sums.base_minor == found.sums.base_minor
    assert part.sums.ppn_minor + rest.sums.ppn_minor == found.sums.ppn_minor
    assert read(shop, found.id).state is invoices.State.CANCELLED
    assert balances(shop) == {"4101": -110_000_00, "4102": 110_000_00}
    with pytest.raises(invoices.NothingOpen):
        credit(shop, found)


@given(data=st.data())
def test_credits_in_any_order_add_up_to_the_invoice(data):
    lines = [
        invoices.NewLine("a", Decimal(data.draw(st.integers(1, 50))), data.draw(st.integers(1, 10**9)))
        for _ in range(data.draw(st.integers(1, 3)))
    ]
    whole = amounts.figures(lines, rate=PPN, trx_code="04", inclusive=data.draw(st.booleans()))
    made: list[invoices.Line] = []
    for _ in range(3):
        left = {line.place: line.quantity - sum(c.quantity for c in made if c.place == line.place) for line in whole}
        wanted = {place: Decimal(data.draw(st.integers(0, int(most)))) for place, most in left.items()}
        made += lines_to_credit(whole, made, wanted)
    made += lines_to_credit(whole, made, None)
    for name in ("base_minor", "other_base_minor", "ppn_minor", "total_minor", "quantity"):
        assert sum(getattr(line, name) for line in made) == sum(getattr(line, name) for line in whole)
    assert all(line.base_minor >= 0 and line.ppn_minor >= 0 for line in made)


def test_numbers_follow_the_days_and_each_year_begins_again():
    shop = a_shop()
    new_year = AT + timedelta(days=60)
    first = an_invoice(shop, day=date(2026, 11, 3))
    with pytest.raises(invoices.IssueDayInvalid):
        an_invoice(shop, day=date(2026, 11, 2))
    second = an_invoice(shop, day=date(2026, 11, 3))
    other = an_invoice(shop, at=new_year)
    third = an_invoice(shop, day=date(2026, 12, 31), at=new_year)
    quotation = an_invoice(shop, kind=invoices.DocumentKind.QUOTATION)
    numbers = [found.number for found in (first, second, other, third, quotation)]
    assert numbers == ["INV/2026/0001", "INV/2026/0002", "INV/2027/0001", "INV/2026/0003", "INV-Q/2026/0001"]
    with pytest.raises(invoices.IssueDayInvalid):
        an_invoice(shop, day=TODAY + timedelta(days=1))


def test_nothing_is_issued_into_closed_books():
    shop = a_shop()
    later = AT + timedelta(days=20)
    books.close_month(actor=an_owner(shop), business_id=shop, month=date(2026, 11, 1), at=later)
    with pytest.raises(invoices.IssueDayInvalid) as refused:
        an_invoice(shop, day=TODAY, at=later)
    assert refused.value.data["first"] == "2026-12-01"
    assert an_invoice(shop, at=later).number == "INV/2026/0001"


@pytest.mark.django_db(transaction=True)
def test_twelve_issued_at_once_have_twelve_numbers_without_a_gap():
    with schemas.in_zone(SCHEMA), transaction(SYSTEM):
        shop = a_shop()
        customer = a_customer(shop)
        drafts = [a_draft(shop, customer=customer).id for _ in range(12)]
    start = threading.Barrier(4)

    def issue_some(mine: list) -> Callable[[], None]:
        def run() -> None:
            with schemas.in_zone(SCHEMA):
                start.wait()
                for key in mine:
                    with transaction(actor):
                        invoices.issue(actor=actor, business_id=shop, document_id=key, at=AT)
            connection.close()

        return run

    actor = an_owner(shop)
    threads = [threading.Thread(target=issue_some(drafts[n::4] + drafts[n::4])) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with schemas.in_zone(SCHEMA), transaction(SYSTEM):
        rows = models.Document.objects.filter(business_id=shop).values_list("count", flat=True)
        assert sorted(rows) == list(range(1, 13))


def test_a_quotation_is_answered_and_billed_once():
    shop = a_shop()
    found = an_invoice(shop, kind=invoices.DocumentKind.QUOTATION)
    link = invoices.link(actor=an_owner(shop), business_id=shop, document_id=found.id)
    assert invoices.answer_quotation(link=link, accepted=True, at=AT).state is invoices.State.ACCEPTED
    with pytest.raises(invoices.QuotationClosed):
        invoices.answer_quotation(link=link, accepted=False, at=AT)
    call = {"actor": an_owner(shop), "business_id": shop, "quotation_id": found.id, "at": AT}
    bill = invoices.bill_quotation(**call, document_id=ids.uuid7())
    assert invoices.bill_quotation(**call, document_id=ids.uuid7()) == bill
    assert (bill.kind, bill.state, bill.sums) == (invoices.DocumentKind.INVOICE, invoices.State.DRAFT, found.sums)
    assert read(shop, found.id).state is invoices.State.BILLED
    assert balances(shop) == {}


def test_lists_know_the_same_states_as_documents():
    shop = a_shop()
    late = an_invoice(shop, day=date(2026, 11, 1), due_days=3)
    an_invoice(shop)
    a_draft(shop)
    part = an_invoice(shop, a_line("Topi"))
    a_payment(shop, part.id, 1)
    paid = an_invoice(shop)
    a_payment(shop, paid.id, 200_000)
    credit(shop, an_invoice(shop))
    sent = an_invoice(shop)
    owner = an_owner(shop)
    invoices.mark_sent(actor=owner, business_id=shop, document_id=sent.id, by_mail=True, at=AT)
    an_invoice(shop, kind=invoices.DocumentKind.QUOTATION, day=date(2026, 11, 1), due_days=1)
    for kind in invoices.DocumentKind:
        everything = invoices.documents(
            actor=owner, business_id=shop, wanted=invoices.DocumentFilter(kind), at=AT
        ).items
        for state in invoices.State:
            wanted = invoices.DocumentFilter(kind, state=state)
            found = invoices.documents(actor=owner, business_id=shop, wanted=wanted, at=AT).items
            assert {d.id for d in found} == {d.id for d in everything if d.state is state}, (kind, state)
    assert late.id in {
        d.id
        for d in invoices.documents(
            actor=owner, business_id=shop, wanted=invoices.DocumentFilter(state=invoices.State.OVERDUE), at=AT
        ).items
    }
    tally = invoices.tally(actor=owner, business_id=shop, at=AT)
    assert (tally.overdue, tally.overdue_minor, tally.drafts) == (1, 200_000_00, 1)
    by_name = invoices.DocumentFilter(text="0004")
    assert [d.number for d in invoices.documents(actor=owner, business_id=shop, wanted=by_name, at=AT).items] == [
        paid.number.replace("0004", "0004")
    ]


def test_receivables_of_a_day_count_what_was_paid_until_then():
    shop = a_shop()
    found = an_invoice(shop, day=date(2026, 11, 3))
    a_payment(shop, found.id, 150_000, day=TODAY)
    (now,) = invoices.receivables(shop, AT)
    (before,) = invoices.receivables(shop, AT - timedelta(days=1))
    assert (now.open_minor, before.open_minor) == (50_000_00, 200_000_00)
    assert (now.customer, now.number, now.due_on) == ("PT Sinar Jaya", "INV/2026/0001", found.due_on)
    assert invoices.receivables(shop, AT - timedelta(days=30)) == ()


@pytest.mark.parametrize(
    ("proof", "number", "more", "is_right"),
    [
        (invoices.Proof.TIN, "01.312.166.0-091.000", {}, True),
        (invoices.Proof.TIN, "1091031210912281", {"place": "1091031210912281000001"}, True),
        (invoices.Proof.TIN, "109103121091228", {"place": "12"}, False),
        (invoices.Proof.TIN, "12345", {}, False),
        (invoices.Proof.NATIONAL_ID, "3201011508950001", {}, True),
        (invoices.Proof.NATIONAL_ID, "3201011508950000", {}, False),
        (invoices.Proof.PASSPORT, "E1234567", {"country": "CHN"}, True),
        (invoices.Proof.USCC, "91110000600037341L", {"country": "CHN"}, True),
        (invoices.Proof.USCC, "91110000600037342L", {"country": "CHN"}, False),
        (invoices.Proof.USCC, "91110000600037341L", {"country": "IDN"}, False),
    ],
)
def test_numbers_of_customers_have_the_form_of_their_papers(proof, number, more, is_right):
    shop = a_shop()
    if is_right:
        found = a_customer(shop, proof=proof, number=number, **more)
        assert number[6:9] not in found.masked_number
        return
    with pytest.raises(invoices.CustomerNumberInvalid):
        a_customer(shop, proof=proof, number=number, **more)
    assert models.Customer.objects.count() == 0


def test_personal_numbers_are_not_readable_in_the_table():
    a_customer(a_shop())
    with connection.cursor() as cursor:
        cursor.execute("select number || address || email from invoices_customer")
        (stored,) = cursor.fetchone()
    assert "0013121660091000" not in stored
    assert "Sudirman" not in stored


def test_an_issued_paper_keeps_whom_it_named():
    shop = a_shop()
    customer = a_customer(shop)
    found = an_invoice(shop, customer=customer)
    data = invoices.CustomerData("PT Lain", invoices.Proof.NONE)
    invoices.change_customer(actor=an_owner(shop), business_id=shop, customer_id=customer.id, data=data)
    assert read(shop, found.id).buyer.name == "PT Sinar Jaya"


def test_strangers_see_and_write_nothing():
    shop, other = a_shop(), a_shop()
    found = an_invoice(shop)
    who = [(an_owner(other), NotFound), (Actor(person_id=ids.uuid7()), NotFound), (Actor(), Unauthenticated)]
    for actor, refusal in who:
        call = {"actor": actor, "business_id": shop, "document_id": found.id}
        with pytest.raises(refusal):
            invoices.document(**call, at=AT)
        with pytest.raises(refusal):
            invoices.credit(**call, credit_id=ids.uuid7(), at=AT)
        with pytest.raises(refusal):
            invoices.customers(actor=actor, business_id=shop)
        with pytest.raises(refusal):
            invoices.link(**call)
    with pytest.raises(invoices.DocumentNotFound):
        invoices.document(actor=an_owner(other), business_id=other, document_id=found.id, at=AT)
    with pytest.raises(Forbidden):
        invoices.say_habits(actor=an_owner(shop, BusinessRole.STAFF), wanted=invoices.Habits(shop, "X"))
    assert models.Document.objects.count() == 1


def test_row_security_hides_other_businesses_papers():
    shop = a_shop()
    an_invoice(shop)
    tables = ("customer", "document", "line", "counter", "habit")
    with connection.cursor() as cursor:
        cursor.execute("select set_config('kawasan.reach', '', true), set_config('kawasan.businesses', '{}', true)")
        cursor.execute("set local role kawasan_app")
        for table in tables:
            cursor.execute(f"select count(*) from invoices_{table}")
            assert cursor.fetchone() == (0,), table
        cursor.execute("reset role")


def test_an_invoice_shows_only_a_rate_of_china_that_holds():
    shop = a_shop()
    assert an_invoice(shop, china_vat_percent=13).terms.china_vat_percent == 13
    with pytest.raises(invoices.DocumentInvalid):
        an_invoice(shop, china_vat_percent=15)
    assert models.Document.objects.filter(business_id=shop).count() == 1
