"""Codes as we write them: what fits, what is refused, what the day allows; codes of other countries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st
from tests.builders.qris import FIELDS, MERCHANT, STATIC, TODAY, plain
from tests.shared_vectors import each, vectors

from kawasan.core.money import Money, rupiah
from kawasan.rooms.payments.rules.qris import (
    Initiation,
    InvalidQris,
    Tip,
    TipKind,
    amount_text,
    crc,
    fit,
    parse,
    static_to_dynamic,
)
from kawasan.rooms.payments.rules.qris_abroad import abroad_of
from kawasan.rooms.payments.rules.qris_fees import Criteria, Segment, fee_rate, largest_payment
from kawasan.rooms.payments.rules.qris_writing import dynamic_payload, static_payload


def written(field: str, value: str) -> str:
    if field in ("bill", "reference"):
        return dynamic_payload(MERCHANT, amount=rupiah(1000), **{field: value})
    return dynamic_payload(replace(MERCHANT, **{field: value}), amount=rupiah(1000))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "N" * 26),
        ("name", ""),
        ("name", " Toko"),
        ("name", "最佳运输"),
        ("city", "K" * 16),
        ("nmid", "ID102004169883"),
        ("pan", "1234567890123456"),
        ("merchant_id", "M" * 16),
        ("mcc", "531"),
        ("postcode", "4011"),
        ("criteria", "XXX"),
        ("bill", "B" * 26),
        ("reference", "R" * 26),
        ("reference", "a\nb"),
    ],
)
def test_a_field_that_cannot_carry_its_value_is_refused_not_cut(field, value):
    with pytest.raises(InvalidQris) as refusal:
        written(field, value)
    assert refusal.value.field == field


@pytest.mark.parametrize("amount", [Money(0), Money(-1), Money(10**15), Money(100, "USD")])
def test_amounts_that_no_code_carries_are_refused(amount):
    with pytest.raises(InvalidQris):
        amount_text(amount)
    with pytest.raises(InvalidQris):
        dynamic_payload(MERCHANT, amount=amount)
    with pytest.raises(InvalidQris):
        static_to_dynamic(STATIC, amount)


def test_a_code_made_for_one_bill_is_not_made_for_another():
    with pytest.raises(InvalidQris) as refusal:
        static_to_dynamic(dynamic_payload(MERCHANT, amount=rupiah(1000)), rupiah(1))
    assert refusal.value.data == {"reason": "already_dynamic"}


@pytest.mark.parametrize(
    "tip", [Tip(TipKind.FIXED), Tip(TipKind.FIXED, "0"), Tip(TipKind.PERCENT, "0.00"), Tip(TipKind.PERCENT, "100")]
)
def test_a_tip_without_a_sensible_value_is_refused(tip):
    with pytest.raises(InvalidQris):
        static_to_dynamic(STATIC, rupiah(1000), tip)


def test_a_percentage_is_carried_in_57():
    tip = Tip(TipKind.PERCENT, "0.7")
    assert parse(static_to_dynamic(STATIC, rupiah(1000), tip)).tip == tip


@pytest.mark.parametrize(
    ("text", "fitted"),
    [
        ("Warung Bu Sri", "Warung Bu Sri"),
        ("  Café\tRésumé ", "Cafe Resume"),
        ("最佳运输", ""),
        ("Toko Oleh-Oleh Khas Bandung Barat", "Toko Oleh-Oleh Khas Bandu"),
        ("Toko Oleh-Oleh Khas Jawa Barat", "Toko Oleh-Oleh Khas Jawa"),
    ],
)
def test_names_are_fitted_into_a_code(text, fitted):
    assert fit(text, 25) == fitted


@forall(st.text(max_size=80))
def test_a_fitted_name_is_empty_or_can_be_carried(text):
    name = fit(text, 25)
    if name:
        assert parse(dynamic_payload(replace(MERCHANT, name=name), amount=rupiah(1))).merchant_name == name


@forall(st.text(plain, max_size=25), st.text(plain, max_size=25))
def test_a_static_code_says_who_and_never_how_much(store, terminal):
    payload = static_payload(MERCHANT, store=store, terminal=terminal)
    code = parse(payload)
    assert (code.initiation, code.money, code.warnings) == (Initiation.STATIC, None, ())
    assert (code.additional.get("03", ""), code.additional.get("07", "")) == (store, terminal)
    assert (code.nmid, code.postcode, code.merchant_name) == (FIELDS["nmid"], "40115", "Zona Kawasan")
    assert static_payload(MERCHANT, store=store, terminal=terminal) == payload


def test_a_static_code_refuses_a_store_that_it_cannot_carry():
    with pytest.raises(InvalidQris) as refusal:
        static_payload(MERCHANT, store="S" * 26)
    assert refusal.value.field == "store"


@pytest.mark.parametrize("criteria", list(Criteria))
def test_every_criteria_is_written_and_read(criteria):
    code = parse(static_payload(replace(MERCHANT, criteria=criteria.value)))
    assert [account.criteria for account in code.accounts] == [criteria.value] * 2


@pytest.mark.parametrize("tip", [Tip(TipKind.PROMPT), Tip(TipKind.FIXED, "2500.50"), Tip(TipKind.PERCENT, "5.25")])
def test_a_tip_is_written_between_amount_and_country(tip):
    code = parse(dynamic_payload(MERCHANT, amount=rupiah(20_000), tip=tip))
    assert code.tip == tip
    assert list(code.tags) == sorted(code.tags)


BEIJING = next(row["input"] for row in vectors("qris") if row["id"] == "qris-S015")


def test_a_chinese_code_is_recognised_with_its_network_currency_and_second_name():
    found = abroad_of(parse(BEIJING))
    assert (found.country, found.currency, found.is_foreign, found.networks) == ("CN", "CNY", True, ("UnionPay",))
    assert (found.language, found.name, found.city) == ("ZH", "最佳运输", "北京")


def sealed_code(*objects: tuple[str, str]) -> str:
    body = "".join(f"{tag}{len(value):02d}{value}" for tag, value in (("00", "01"), *objects)) + "6304"
    return body + crc(body)


@pytest.mark.parametrize(
    ("account", "country", "currency", "expected"),
    [
        (("30", "0016A000000677010111"), "TH", "764", ("TH", "THB", ("PromptPay",))),
        (("26", "0009SG.PAYNOW"), "SG", "702", ("SG", "SGD", ("PayNow",))),
        (("26", "0014A0000006150001"), "MY", "458", ("MY", "MYR", ("DuitNow",))),
        (("38", "0010A000000727"), "VN", "704", ("VN", "VND", ("VietQR",))),
        (("27", "0012com.p2pqrpay"), "PH", "608", ("PH", "PHP", ("QR Ph",))),
        (("15", "3100015600000001"), "CN", "156", ("CN", "CNY", ("UnionPay",))),
        (("04", "5123456789012346"), "BR", "986", ("BR", "986", ("Mastercard",))),
    ],
)
def test_codes_of_other_countries_are_named(account, country, currency, expected):
    code = parse(
        sealed_code(account, ("52", "5411"), ("53", currency), ("58", country), ("59", "SHOP"), ("60", "TOWN"))
    )
    found = abroad_of(code)
    assert (found.country, found.currency, found.networks) == expected
    assert found.is_foreign
    assert code.money is None


@each("qris", "parse")
def test_the_vectors_of_indonesia_are_of_indonesia(given, expected):
    assert abroad_of(parse(given)).is_foreign is (expected["country"] != "ID")


def test_a_transfer_account_of_a_person_is_no_merchant():
    person = ("40", "0014ID.CO.BANK.WWW")
    code = parse(sealed_code(person, ("52", "4829"), ("53", "360"), ("58", "ID"), ("59", "SITI"), ("60", "BLORA")))
    assert abroad_of(code).is_person
    assert not abroad_of(parse(STATIC)).is_person


@pytest.mark.parametrize(
    ("on", "largest"),
    [
        (date(2020, 1, 1), 2_000_000),
        (date(2021, 4, 30), 2_000_000),
        (date(2022, 2, 28), 5_000_000),
        (date(2022, 3, 1), 10_000_000),
        (TODAY, 10_000_000),
    ],
)
def test_the_most_that_one_payment_carries_follows_the_day(on, largest):
    assert largest_payment(on) == rupiah(largest)


def test_before_there_was_qris_there_is_no_limit():
    with pytest.raises(ValueError, match="no QRIS limit"):
        largest_payment(date(2019, 12, 31))


def test_the_rate_is_told_with_the_amount_up_to_which_it_is_free():
    assert fee_rate(criteria=Criteria.MICRO, segment=Segment.REGULAR, on=TODAY) == (Decimal("0.003"), rupiah(500_000))
    assert fee_rate(criteria=Criteria.SMALL, segment=Segment.REGULAR, on=TODAY) == (Decimal("0.007"), Money(0))
