"""QRIS codes are written strictly, read leniently, and never lose a character."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st
from tests.builders.qris import FIELDS, MERCHANT, STATIC, TODAY, plain
from tests.shared_vectors import each, kinds

from kawasan.core.money import Money, rupiah
from kawasan.rooms.payments.rules.acquirers import acquirer_of, has_luhn_digit
from kawasan.rooms.payments.rules.qris import (
    Initiation,
    InvalidQris,
    QrisWarning,
    Tip,
    TipKind,
    crc,
    is_amount,
    parse,
    split,
    static_to_dynamic,
)
from kawasan.rooms.payments.rules.qris_consumer import decode_consumer_code
from kawasan.rooms.payments.rules.qris_fees import Criteria, Segment, merchant_fee
from kawasan.rooms.payments.rules.qris_writing import dynamic_payload

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
