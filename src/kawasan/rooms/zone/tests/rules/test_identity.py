"""Numbers of businesses and people are checked by form, and personal ones never leak."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st
from tests.shared_vectors import each, kinds

from kawasan.core.checkdigits import luhn
from kawasan.rooms.zone import rules
from kawasan.rooms.zone.rules import reference
from kawasan.rooms.zone.types import (
    InvalidNib,
    InvalidNik,
    InvalidNpwp,
    InvalidPhone,
    InvalidUscc,
    NumberWarning,
    SizeBasis,
)

TODAY = date(2026, 11, 22)
PROVINCES = {province.code for province in reference.provinces()}
numbers = st.text("0123456789", min_size=16, max_size=16)


def parse(text: str):
    return rules.parse_nik(text, on=TODAY, provinces=PROVINCES)


def test_every_kind_of_identity_vector_is_tested():
    assert kinds("identity") == {
        *("nik_parse", "uscc", "nib_format", "umkm_size", "oss_risk", "phone_e164"),
        *("kbli2020_lookup", "kbli2020_count", "kbli2025_lookup", "kbli_section_shift", "region_chain", "region_count"),
    }


@each("identity", "nik_parse")
def test_niks_are_read_as_the_vectors_say(given, expected):
    if not expected["valid"]:
        with pytest.raises(InvalidNik) as refusal:
            parse(given)
        assert refusal.value.data == {"reason": expected["reason"]}
        return
    nik = parse(given)
    assert nik.province_code == expected["province_code"]
    assert nik.regency_code == expected["regency_code"]
    assert nik.district_code == expected["district_code"]
    assert nik.gender == expected["gender"]
    assert nik.birth_date.isoformat() == expected["birth_date"]
    assert nik.serial == expected["serial"]
    assert reference.province(nik.province_code).name == expected["province_name"]
    assert reference.district(nik.district_code).name == expected["district_name"]
    assert rules.check_nik(given, on=TODAY, provinces=PROVINCES) == given


@pytest.mark.parametrize(
    ("nik", "reason"),
    [
        ("9901011508950001", "unknown_province"),
        ("3200011508950001", "unknown_district"),
        ("3201001508950001", "unknown_district"),
        ("3201011513950001", "month_out_of_range"),
        ("3201010008950001", "day_out_of_range"),
        ("3201014008950001", "day_out_of_range"),
        ("3201018108950001", "day_out_of_range"),
        ("3201012902010001", "day_out_of_range"),
        ("3201011508950000", "serial_zero"),
        ("٣٢٠١٠١١٥٠٨٩٥٠٠٠١", "not_16_digits"),
        ("", "not_16_digits"),
        ("3" * 1000, "not_16_digits"),
    ],
)
def test_impossible_niks_are_refused_with_a_reason_and_without_the_number(nik, reason):
    with pytest.raises(InvalidNik) as refusal:
        parse(nik)
    assert refusal.value.data == {"reason": reason}
    assert refusal.value.field == "nik"


def test_a_nik_never_shows_itself_in_a_log():
    assert "3201011508950001" not in f"{parse('3201 0115 0895 0001')!r} {parse('3201011508950001')}"


@forall(numbers)
def test_a_nik_that_is_accepted_says_what_it_was_given(number):
    try:
        nik = parse(number)
    except InvalidNik:
        return
    day = nik.birth_date.day + (40 if nik.gender == "P" else 0)
    assert f"{nik.district_code.replace('.', '')}{day:02d}{nik.birth_date:%m%y}{nik.serial}" == number


@forall(st.dates(date(1927, 1, 1), date(2026, 12, 31)), st.booleans(), st.integers(1, 9999))
def test_every_birth_date_of_a_century_can_be_carried(born, woman, serial):
    nik = parse(f"320101{born.day + 40 * woman:02d}{born:%m%y}{serial:04d}")
    assert (nik.birth_date, nik.gender, nik.serial) == (born, "P" if woman else "L", f"{serial:04d}")


@each("identity", "nib_format")
def test_nibs_follow_the_vectors(given, expected):
    if expected:
        assert rules.check_nib(given) == given
    else:
        with pytest.raises(InvalidNib):
            rules.check_nib(given)


def test_a_nib_keeps_its_leading_zero_and_loses_its_spaces():
    assert rules.check_nib(" 0220 0010 00002 ") == "0220001000002"


@pytest.mark.parametrize(
    ("text", "number", "warnings"),
    [
        ("01.312.166.0-091.000", "0013121660091000", ()),
        ("013121660091000", "0013121660091000", ()),
        ("0013121660091000", "0013121660091000", ()),
        ("01.312.166.1-091.000", "0013121661091000", (NumberWarning.CHECK_DIGIT,)),
        ("3201011508950001", "3201011508950001", ()),
        ("1091031210912281", "1091031210912281", (NumberWarning.NOT_A_NIK,)),
    ],
)
def test_npwps_of_both_lengths_become_sixteen_digits_and_odd_ones_only_warn(text, number, warnings):
    npwp = rules.check_npwp(text)
    assert (npwp.number, npwp.warnings) == (number, warnings)


@pytest.mark.parametrize(
    "text", ["", "12345678901234", "12345678901234567", "0" * 16, "0" * 15, "01.312.166.O-091.000"]
)
def test_what_is_no_npwp_is_refused(text):
    with pytest.raises(InvalidNpwp):
        rules.check_npwp(text)


@forall(st.text("0123456789", min_size=1, max_size=18))
def test_exactly_one_luhn_digit_fits(digits):
    assert sum(luhn(digits + last) for last in "0123456789") == 1


@each("identity", "uscc")
def test_chinese_company_numbers_follow_the_vectors(given, expected):
    if expected:
        assert rules.check_uscc(given) == given
        assert rules.check_uscc(given.lower()) == given
    else:
        with pytest.raises(InvalidUscc):
            rules.check_uscc(given)


def test_letters_that_look_like_digits_are_no_company_number():
    for letter in "IOSVZ":
        with pytest.raises(InvalidUscc):
            rules.check_uscc(f"9111000060003734{letter}L")


@each("identity", "phone_e164")
def test_phone_numbers_follow_the_vectors(given, expected):
    assert rules.normalize_phone(given) == expected
    assert rules.normalize_phone(expected) == expected


@pytest.mark.parametrize("text", ["", "abc", "123", "0812-CALL-ME", "+999999999999", "0812 3456 7890 ext 5", "9" * 31])
def test_what_is_no_phone_number_is_refused(text):
    with pytest.raises(InvalidPhone):
        rules.normalize_phone(text)


def test_a_number_of_another_country_keeps_it():
    assert rules.normalize_phone("+86 138 1234 5678") == "+8613812345678"


@each("identity", "umkm_size")
def test_size_classes_follow_the_vectors(given, expected):
    assert rules.size_class(SizeBasis(given["basis"]), int(given["rupiah"])) == expected
    assert rules.size_class(SizeBasis(given["basis"]), int(given["rupiah"]), on=TODAY) == expected


@each("identity", "oss_risk")
def test_risk_levels_ask_for_the_papers_of_the_vectors(given, expected):
    assert list(rules.risk_requirements(given)) == expected


@pytest.mark.parametrize(
    ("masked", "expected"),
    [
        (rules.mask_nik("3201011508950001"), "3201••••••••0001"),
        (rules.mask_npwp("0013121660091000"), "0013••••••••1000"),
        (rules.mask_account("1234567890"), "••••••7890"),
        (rules.mask_phone("+6281234567890"), "+62812•••••890"),
        (rules.mask_email("budi@example.com"), "b•••@example.com"),
        (rules.mask_email("b@example.com"), "•••@example.com"),
        (rules.mask_email("not an address"), "••••••••••••••"),
        (rules.mask_nik("320101"), "••••••"),
        (rules.mask_account("12"), "••••"),
        (rules.mask_nik(""), ""),
    ],
)
def test_masks_show_enough_to_recognise_and_no_more(masked, expected):
    assert masked == expected


@forall(st.text("0123456789", min_size=1, max_size=20))
def test_a_mask_always_hides_at_least_four_digits_or_all(number):
    for mask in (rules.mask_nik, rules.mask_npwp, rules.mask_account):
        assert mask(number).count("•") >= 4
