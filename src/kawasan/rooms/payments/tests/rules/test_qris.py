"""QRIS codes are written strictly, read leniently, and never lose a character."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st
from tests.shared_vectors import each, kinds, vectors

from kawasan.core.money import Money, rupiah
from kawasan.rooms.payments.rules.acquirers import acquirer_of, has_luhn_digit
from kawasan.rooms.payments.rules.qris import (
    Initiation,
    InvalidQris,
    QrisWarning,
    Tip,
    TipKind,
    amount_text,
    crc,
    fit,
    is_amount,
    parse,
    split,
    static_to_dynamic,
)
from kawasan.rooms.payments.rules.qris_abroad import abroad_of
from kawasan.rooms.payments.rules.qris_consumer import decode_consumer_code
from kawasan.rooms.payments.rules.qris_fees import Criteria, Segment, fee_rate, largest_payment, merchant_fee
from kawasan.rooms.payments.rules.qris_writing import dynamic_payload, static_payload
from kawasan.rooms.payments.types import Merchant

TODAY = date(2026, 11, 22)
FIELDS = {
    "acquirer": "ID.CO.KAWASAN.WWW",
    "pan": "936009990000000018",
    "merchant_id": "KAWASAN0001",
    "nmid": "ID1020041698835",
    "name": "Zona Kawasan",
    "city": "Bandung",
    "postcode": "40115",
    "mcc": "5311",
}
MERCHANT = Merchant(**FIELDS)
STATIC = next(row["input"] for row in vectors("qris") if row["id"] == "qris-S003")
plain = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
amounts = st.integers(1, 10**12 - 1).map(Money)


def test_every_kind_of_qris_vector_is_tested():
    assert kinds("qris") == {
        *("crc16", "crc_leading_zero", "parse", "invalid", "invalid_or_warning", "amount_syntax"),
        *("static_to_dynamic", "cpm_decode", "cpm_pan_tlv", "mdr", "acquirer_from_pan", "pan19_luhn"),
    }


@each("qris", "crc16", "crc_leading_zero")
def test_checksums_are_the_vectors(given, expected):
    assert crc(given) == expected


@each("qris", "parse")
def test_codes_are_read_as_the_vectors_say(given, expected):
    code = parse(given)
    accounts = [
        {"tag": one.tag, "guid": one.guid, "pan": one.pan, "merchant_id": one.merchant_id, "criteria": one.criteria}
        for one in code.accounts
    ]
    assert {
        "crc": code.crc,
        "crc_ok": True,
        "point_of_initiation": code.initiation.value,
        "mcc": code.mcc,
        "currency": code.currency,
        "amount": code.amount,
        "tip_indicator": code.tip.kind.value if code.tip else None,
        "fee_fixed": code.tip.value if code.tip and code.tip.kind is TipKind.FIXED else None,
        "fee_percent": code.tip.value if code.tip and code.tip.kind is TipKind.PERCENT else None,
        "country": code.country,
        "merchant_name": code.merchant_name,
        "merchant_city": code.merchant_city,
        "postal_code": code.postcode,
        "accounts": accounts,
        "national_merchant_id": code.nmid,
        "additional_data": code.additional,
        "tags_in_order": list(code.tags),
    } == expected


REASONS = {"malformed_tlv_or_crc_missing": "malformed_tlv", "amount_has_comma": "amount_syntax"}


@each("qris", "invalid")
def test_broken_codes_are_refused_with_the_reason_of_the_vectors(given, expected):
    with pytest.raises(InvalidQris) as refusal:
        parse(given)
    reason = REASONS.get(expected["reason"], expected["reason"])
    assert refusal.value.data["reason"] == ("duplicate_tag" if reason.startswith("duplicate_tag") else reason)


@each("qris", "invalid_or_warning")
def test_a_lower_case_checksum_is_read_with_a_warning(given, expected):
    assert expected["crc_value_matches_case_insensitively"]
    assert parse(given).warnings == (QrisWarning.CRC_LOWER_CASE,)


@each("qris", "amount_syntax")
def test_amounts_are_written_as_the_vectors_allow(given, expected):
    assert is_amount(given) is expected


@pytest.mark.parametrize(
    ("text", "right"),
    [("98.", True), ("0", False), ("0.00", False), ("1.005", False), (".5", False), ("", False), ("1e3", False),
     ("99999999999999", False), ("1.2.3", False), ("\u0661", False), ("+5", False)],
)  # fmt: skip
def test_amounts_at_the_edges(text, right):
    assert is_amount(text) is right


@each("qris", "static_to_dynamic")
def test_printed_codes_get_an_amount_as_the_vectors_say(given, expected):
    tip = given["tip"] and Tip(TipKind[given["tip"]["kind"].upper()], given["tip"]["value"])
    assert static_to_dynamic(given["payload"], Money.of(Decimal(given["amount"])), tip) == expected


@each("qris", "mdr")
def test_fees_are_the_vectors(given, expected):
    fee = merchant_fee(
        Money.of(Decimal(given["amount"])),
        criteria=Criteria(given["criteria"]),
        segment=Segment(given["segment"]),
        on=TODAY,
    )
    assert fee == Money.of(Decimal(expected["mdr_fee"]))


@pytest.mark.parametrize(
    ("criteria", "segment", "amount", "on", "fee"),
    [
        ("UMI", "regular", 500_000, TODAY, 0),
        ("UMI", "regular", 600_000, TODAY, 1_800),
        ("URE", "regular", 100_000, TODAY, 700),
        ("UME", "fuel", 100_000, TODAY, 400),
        ("UBE", "social", 100_000, TODAY, 0),
        ("UMI", "education", 100_000, TODAY, 600),
        ("BLU", "regular", 100_000, date(2025, 3, 13), 400),
        ("BLU", "regular", 100_000, date(2025, 3, 14), 0),
    ],
)
def test_fees_by_kind_of_merchant_and_day(criteria, segment, amount, on, fee):
    found = merchant_fee(rupiah(amount), criteria=Criteria(criteria), segment=Segment(segment), on=on)
    assert found == rupiah(fee)


def test_a_day_before_the_table_has_no_fee():
    with pytest.raises(ValueError, match="no QRIS fees"):
        merchant_fee(rupiah(1), criteria=Criteria.MICRO, segment=Segment.REGULAR, on=date(2024, 11, 30))


@each("qris", "acquirer_from_pan")
def test_providers_are_known_by_their_number(given, expected):
    acquirer = acquirer_of(given)
    assert (acquirer.nns, acquirer.name) == (expected["nns"], expected["name"])


def test_an_unknown_provider_is_nobody():
    for pan in ("936099990000000000", "1234", "", "93600014", "93600014\u0660456789"):
        assert acquirer_of(pan) is None


@each("qris", "pan19_luhn")
def test_luhn_digits_are_seen_where_issuers_add_them(given, expected):
    assert has_luhn_digit(given) is expected


@forall(
    st.text(plain, min_size=1, max_size=25),
    st.text(plain, min_size=1, max_size=15),
    amounts,
    st.text(plain, max_size=25),
    st.text(plain, max_size=25),
)
def test_what_we_write_is_read_back_whole(name, city, amount, bill, reference):
    payload = dynamic_payload(replace(MERCHANT, name=name, city=city), amount=amount, bill=bill, reference=reference)
    code = parse(payload)
    assert code.warnings == ()
    assert (code.initiation, code.merchant_name, code.merchant_city, code.money) == (
        Initiation.DYNAMIC,
        name,
        city,
        amount,
    )
    assert (code.additional.get("01", ""), code.additional.get("05", "")) == (bill, reference)
    assert (code.nmid, code.criteria, code.accounts[0].pan) == (FIELDS["nmid"], "URE", FIELDS["pan"])
    assert list(code.tags) == sorted(code.tags)


@forall(amounts)
def test_a_printed_code_with_an_amount_differs_in_nothing_else(amount):
    before, after = dict(split(STATIC)), dict(split(static_to_dynamic(STATIC, amount)))
    assert parse(static_to_dynamic(STATIC, amount)).money == amount
    assert {tag for tag in after if after[tag] != before.get(tag)} == {"01", "54", "63"}


@forall(st.integers(0, len(STATIC) - 1), plain)
def test_one_wrong_character_never_passes(place, letter):
    changed = STATIC[:place] + letter + STATIC[place + 1 :]
    if changed.upper() == STATIC.upper():
        return
    with pytest.raises(InvalidQris):
        parse(changed)


@forall(st.one_of(st.text(max_size=80), st.text(max_size=40).map(lambda text: f"000201{text}6304{crc_of(text)}")))
def test_any_text_is_read_or_refused_and_nothing_else_happens(text):
    for read in (parse, decode_consumer_code):
        try:
            read(text)
        except InvalidQris:
            continue


def crc_of(text: str) -> str:
    return crc(f"000201{text.encode('utf-8', 'ignore').decode()}6304")


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
