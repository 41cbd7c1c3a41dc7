"""Every shared vector about tax."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st
from tests.shared_vectors import each, kinds, vectors

from kawasan.rooms.books.rules import china, efaktur, numbers, pph, ppn
from kawasan.rooms.books.rules.rates import starting_rows, tables_of
from kawasan.rooms.books.types.efaktur import InvoiceLine, TaxInvoice
from kawasan.rooms.books.types.tax import BaseMode, NoSuchRate, Taxpayer
from kawasan.rooms.zone.rules import check_npwp
from kawasan.rooms.zone.types import NumberWarning

TABLES = tables_of(starting_rows())  # what comes with a release; test_tax_rates.py: the database holds the same
HEADER = {
    "TaxInvoiceDate": "date",
    "TaxInvoiceOpt": "option",
    "TrxCode": "trx_code",
    "AddInfo": "add_info",
    "CustomDoc": "custom_doc",
    "CustomDocMonthYear": "custom_doc_month",
    "RefDesc": "reference",
    "FacilityStamp": "facility_stamp",
    "SellerIDTKU": "seller_place",
    "BuyerTin": "buyer_tin",
    "BuyerDocument": "buyer_document",
    "BuyerCountry": "buyer_country",
    "BuyerDocumentNumber": "buyer_document_number",
    "BuyerName": "buyer_name",
    "BuyerAdress": "buyer_address",
    "BuyerEmail": "buyer_email",
    "BuyerIDTKU": "buyer_place",
}
LINE = {"Opt": "kind", "Code": "code", "VAT": "vat"}


def test_every_kind_of_tax_vector_is_tested():
    assert kinds("tax") == {
        "npwp15_to_16", "npwp15_check", "npwp16_check", "nitku", "nitku_check", "ppn_line", "ppn_rounding_order",
        "ppn_inclusive", "pkp_required", "pph_final_monthly", "pph_final_last_year_pp55", "pph22_marketplace", "cn_vat",
        "efaktur_xml", "efaktur_invalid",
    }  # fmt: skip


@each("tax", "npwp15_to_16")
def test_an_old_npwp_is_taken_apart(given, expected):
    found = numbers.old_npwp(given)
    assert found is not None
    assert expected == {
        "digits15": found.digits,
        "formatted15": found.formatted,
        "npwp16": found.number,
        "check_digit_ok": found.fits_check_digit,
        "kpp": found.office,
        "branch": found.branch,
    }
    assert check_npwp(given).number == found.number


@each("tax", "npwp15_check")
def test_an_old_npwp_is_checked(given, expected):
    found = numbers.old_npwp(given)
    assert (found is not None) is expected["valid_format"]
    assert bool(found and found.fits_check_digit) is expected["check_digit_ok"]


@each("tax", "npwp16_check")
def test_only_the_form_of_a_new_npwp_is_asked_for(given, expected):
    assert numbers.is_npwp(given) is expected["valid_format"]
    warnings = check_npwp(given).warnings
    assert (NumberWarning.NOT_A_NIK in warnings) is (expected["kind"] == "neither_nik_nor_luhn")
    assert given.startswith("0") is (expected["kind"] == "npwp15_with_leading_zero")


@each("tax", "nitku")
def test_a_place_has_a_number_of_its_own(given, expected):
    assert numbers.nitku(given["npwp16"], given["place_no"]) == expected
    assert numbers.is_nitku(expected)


@each("tax", "nitku_check")
def test_the_number_of_a_place_has_22_digits(given, expected):
    assert numbers.is_nitku(given) is expected


@each("tax", "ppn_line")
def test_ppn_of_a_line(given, expected):
    line = ppn.ppn_line(
        price=Decimal(given["price"]),
        quantity=Decimal(given["qty"]),
        discount=Decimal(given["discount"]),
        mode=BaseMode(given["base_mode"]),
        rate=Decimal(given["rate"]) / 100,
        luxury_rate=Decimal(given["stlg_rate"]) / 100,
        part=(11, 12),
    )
    found = {"tax_base": line.tax_base, "other_tax_base": line.other_tax_base, "vat": line.vat, "stlg": line.luxury}
    assert found == {name: Decimal(text) for name, text in expected.items()}


@each("tax", "ppn_rounding_order")
def test_ppn_counts_on_the_rounded_other_value(given, expected):
    line = ppn.ppn_on(Decimal(given["tax_base"]), rates=TABLES.ppn, day=date(2026, 1, 1))
    assert (line.other_tax_base, line.vat) == (Decimal(expected["other_tax_base"]), Decimal(expected["vat"]))
    naive = ppn.cents(Decimal(given["tax_base"]) * Decimal("0.11"))
    assert naive == Decimal(expected["naive_11_percent_would_give"]) != line.vat


@each("tax", "ppn_inclusive")
def test_ppn_within_a_price(given, expected):
    line = ppn.ppn_inside(Decimal(given["price_including_ppn"]), rates=TABLES.ppn, day=date(2026, 1, 1))
    found = {"tax_base": line.tax_base, "other_tax_base": line.other_tax_base, "vat": line.vat}
    assert found == {name: Decimal(text) for name, text in expected.items()}


def test_ppn_follows_the_day():
    assert ppn.ppn_on(Decimal(100_000), rates=TABLES.ppn, day=date(2024, 12, 31)).other_tax_base == 100_000
    assert ppn.ppn_on(Decimal(100_000), rates=TABLES.ppn, day=date(2024, 12, 31)).vat == 11_000
    assert ppn.ppn_on(Decimal(100_000), rates=TABLES.ppn, day=date(2025, 1, 1)).other_tax_base == Decimal("91666.67")
    assert ppn.ppn_on(Decimal(100_000), rates=TABLES.ppn, day=date(2025, 1, 1), luxury=True).vat == 12_000
    with pytest.raises(NoSuchRate):
        ppn.rate_on(TABLES.ppn, date(2022, 3, 31))


@each("tax", "pkp_required")
def test_registration_above_the_threshold(given, expected):
    turnover = Decimal(given["gross_turnover_in_year"])
    assert ppn.must_register(turnover, thresholds=TABLES.pkp, day=date(2026, 12, 31)) is expected
    assert not ppn.must_register(Decimal(4_800_000_000), thresholds=TABLES.pkp, day=date(2026, 12, 31))
    assert ppn.nears_registration(Decimal(3_840_000_001), thresholds=TABLES.pkp, day=date(2026, 12, 31))
    assert not ppn.nears_registration(Decimal(3_840_000_000), thresholds=TABLES.pkp, day=date(2026, 12, 31))


@each("tax", "pph_final_monthly")
def test_the_final_tax_of_each_month(given, expected):
    turnovers = [int(amount) * 100 for amount in given["monthly_turnover"]]
    months = pph.final_tax_months(turnovers, tables=TABLES, year=2025, taxpayer=Taxpayer(given["taxpayer"]))
    assert [month.tax_minor for month in months] == [int(amount) * 100 for amount in expected["monthly_tax"]]
    assert sum(month.tax_minor for month in months) == int(expected["total"]) * 100


@pytest.mark.parametrize(
    ("turnovers", "tax"),
    [([100] * 12, [0] * 5 + [500_000] * 7), ([550, 50], [250_000, 250_000])],
)
def test_the_examples_of_the_rule(turnovers, tax):
    given = [amount * 1_000_000 * 100 for amount in turnovers]
    months = pph.final_tax_months(given, tables=TABLES, year=2026, taxpayer=Taxpayer.INDIVIDUAL)
    assert [month.tax_minor for month in months] == [amount * 100 for amount in tax]


@forall(st.lists(st.integers(-(10**12), 10**12), max_size=12), st.integers(0, 10**11))
def test_every_rupiah_of_turnover_is_free_or_taxed(turnovers, elsewhere):
    months = pph.final_tax_months(
        turnovers, tables=TABLES, year=2026, taxpayer=Taxpayer.INDIVIDUAL, elsewhere_minor=elsewhere
    )
    counted = sum(max(0, amount) for amount in turnovers)
    assert sum(month.free_minor + month.taxed_minor for month in months) == counted
    assert sum(month.free_minor for month in months) == min(counted, max(0, 500_000_000_00 - elsewhere))
    for month in months:
        assert 0 <= month.taxed_minor * 5 - month.tax_minor * 1000 < 100_000  # 0.5 %, and less than a rupiah lost


@each("tax", "pph_final_last_year_pp55")
def test_the_last_year_of_the_final_tax(given, expected):
    taxpayer, registered = Taxpayer(given["taxpayer"]), given["registered_year"]
    assert pph.last_year(taxpayer, registered, terms=TABLES.terms[0]) == expected


@pytest.mark.parametrize(
    ("taxpayer", "registered", "day", "last_year", "may"),
    [
        ("individual", 2018, date(2024, 12, 31), 0, True),
        ("individual", 2018, date(2025, 1, 1), 0, False),
        ("individual", 2018, date(2026, 4, 22), 0, True),  # without end from PP 20/2026 on
        ("sole_person_company", 2019, date(2026, 5, 1), 0, True),
        ("limited_company", 2025, date(2027, 12, 31), 0, True),  # inside: finishes its term
        ("limited_company", 2026, date(2026, 6, 1), 0, False),  # not admitted anew
        ("cooperative", 2019, date(2029, 12, 31), 0, True),
        ("cooperative", 2019, date(2030, 1, 1), 0, False),
        ("individual", 2024, date(2026, 1, 1), 4_800_000_001, False),
        ("individual", 2024, date(2026, 1, 1), 4_800_000_000, True),
        ("other", 2024, date(2026, 1, 1), 0, False),
    ],
)
def test_who_may_use_the_final_tax(taxpayer, registered, day, last_year, may):
    found = pph.may_use_final_tax(
        Taxpayer(taxpayer), tables=TABLES, registered=registered, day=day, turnover_last_year=last_year
    )
    assert found is may


MARKETPLACE = {"rates": TABLES.marketplace, "day": date(2026, 11, 1)}


@each("tax", "pph22_marketplace")
def test_what_a_marketplace_withholds(given, expected):
    found = pph.marketplace_tax(
        Decimal(given["gross_excluding_ppn"]),
        kind=given["category"],
        has_statement=given["seller_has_500m_statement"],
        **MARKETPLACE,
    )
    assert found == Decimal(expected)
    assert pph.marketplace_tax(Decimal(10**6), kind="goods", has_statement=True, **MARKETPLACE) == 0


@each("tax", "cn_vat")
def test_vat_of_china(given, expected):
    rate = Decimal(given["rate_percent"]) / 100
    split = china.china_vat(Decimal(given["amount"]), rate=rate, included=given["tax_included"])
    assert split == (Decimal(expected["base"]), Decimal(expected["vat"]))


def a_line(given: dict[str, str]) -> InvoiceLine:
    mode, rate, luxury = BaseMode(given["base_mode"]), Decimal(given["VATRate"]), Decimal(given["STLGRate"])
    price, quantity, discount = Decimal(given["Price"]), Decimal(given["Qty"]), Decimal(given["TotalDiscount"])
    counted = ppn.ppn_line(
        price=price,
        quantity=quantity,
        discount=discount,
        mode=mode,
        rate=rate / 100,
        luxury_rate=luxury / 100,
        part=(11, 12),
    )
    return InvoiceLine(
        given["Opt"], given["Code"], given["Name"], given["Unit"], price, quantity, discount, counted.tax_base,
        counted.other_tax_base, rate, counted.vat, luxury, counted.luxury, mode,
    )  # fmt: skip


def an_invoice(given: dict) -> TaxInvoice:
    lines = tuple(a_line(line) for line in given["lines"])
    return TaxInvoice(**{HEADER[name]: text for name, text in given["header"].items()}, lines=lines)


@each("tax", "efaktur_xml")
def test_the_file_is_the_tax_offices_to_the_byte(given, expected):
    invoices = [an_invoice(invoice) for invoice in given["invoices"]]
    text = efaktur.file_of(given["seller_tin"], invoices)
    assert text == expected["xml"]
    elements = [[e.tag, None if len(e) else (e.text or "")] for e in ET.fromstring(text).iter()]
    assert elements == expected["elements"]
    assert efaktur.problems_of(given["seller_tin"], invoices, rates=TABLES.ppn) == []


def the_right_one() -> tuple[str, TaxInvoice]:
    given = [row for row in vectors("tax") if row["kind"] == "efaktur_xml"][1]["input"]
    return given["seller_tin"], an_invoice(given["invoices"][0])


@each("tax", "efaktur_invalid")
def test_what_is_wrong_is_named(given, expected):
    tin, invoice = the_right_one()
    for name, text in given["change"].items():
        if name == "seller_tin":
            tin = text
        elif name in LINE:
            line = replace(invoice.lines[0], **{LINE[name]: Decimal(text) if name == "VAT" else text})
            invoice = replace(invoice, lines=(line, *invoice.lines[1:]))
        else:
            invoice = replace(invoice, **{HEADER[name]: text})
    assert expected["reason"] in {problem.reason for problem in efaktur.problems_of(tin, [invoice], rates=TABLES.ppn)}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"trx_code": "11"}, "unknown_trx_code"),
        ({"buyer_tin": "0" * 16}, "buyer_tin_missing"),
        ({"buyer_document": "Passport"}, "document_number_missing"),
        ({"seller_place": "1" * 22}, "seller_place_not_of_seller"),
        ({"add_info": "TD.00501"}, "facility_field_only_for_07_and_08"),
        ({"trx_code": "08", "add_info": "TD.9", "facility_stamp": "TD.01101"}, "facility_field_unknown"),
        ({"custom_doc_month": "132026"}, "month_not_MMYYYY"),
        ({"buyer_country": "Indonesia"}, "country_not_three_letters"),
        ({"lines": ()}, "no_lines"),
        ({"date": "2026-02-30"}, "date_not_iso"),
    ],
)
def test_other_things_that_the_tax_office_refuses(change, reason):
    tin, invoice = the_right_one()
    assert efaktur.problems_of(tin, [invoice], rates=TABLES.ppn) == []
    assert reason in {
        problem.reason for problem in efaktur.problems_of(tin, [replace(invoice, **change)], rates=TABLES.ppn)
    }


def test_a_file_has_at_most_a_thousand_invoices():
    tin, invoice = the_right_one()
    files = efaktur.files_of(tin, [invoice] * 1001)
    assert [text.count("<TaxInvoice>") for text in files] == [1000, 1]
    assert efaktur.files_of(tin, []) == []
