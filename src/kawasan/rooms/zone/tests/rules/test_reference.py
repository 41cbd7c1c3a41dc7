"""Sectors and regions come from the official lists and are found by typing."""

from __future__ import annotations

import time

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st
from tests.shared_vectors import each

from kawasan.rooms.zone.rules import broad_sector, reference
from kawasan.rooms.zone.rules.everyday import EVERYDAY
from kawasan.rooms.zone.rules.kbli import included
from kawasan.rooms.zone.rules.matching import one_slip_apart
from kawasan.rooms.zone.types import InvalidKbli, Kbli, UnknownRegion, WrongKbliEdition


def activities(edition: str) -> list[Kbli]:
    return list(reference._kbli_tables()[edition].values())


@each("identity", "kbli2025_lookup", "kbli2020_lookup")
def test_activities_follow_the_vectors(given, expected):
    edition = "2020" if "chain" in expected or "error" in expected else "2025"
    if "error" in expected:
        with pytest.raises(InvalidKbli):
            reference.kbli(given, edition)
        return
    kbli = reference.kbli(given, edition)
    assert (kbli.code, kbli.edition) == (given, edition)
    assert (kbli.title, kbli.section, kbli.sector) == (expected["title"], expected["section"], expected["broad_sector"])
    assert kbli.division == expected.get("division", expected.get("chain", [""] * 4)[3])


@each("identity", "kbli2020_count")
def test_counts_of_2020_are_the_vectors(given, expected):
    counted = [
        kbli for kbli in activities("2020") if given in ({"section": kbli.section}, {"broad_sector": kbli.sector.value})
    ]
    assert len(counted) == expected["five_digit_codes"]


@each("identity", "kbli_section_shift")
def test_section_letters_belong_to_an_edition(given, expected):
    assert reference.section_of(given, "2020") == expected["kbli2020"]
    assert reference.section_of(given, "2025") == expected["kbli2025"]
    assert broad_sector(given) == expected["broad_sector"]


def test_both_editions_are_whole():
    assert (len(activities("2025")), len(activities("2020"))) == (1559, 1790)
    assert all(kbli.section and kbli.title for edition in ("2025", "2020") for kbli in activities(edition))
    assert len({kbli.section for kbli in activities("2025")}) == 22


def test_the_crosswalk_agrees_with_the_official_divisions():
    divisions = reference._json("02_golongan_pokok")
    assert len(divisions) == 87
    for row in divisions:
        assert reference.section_of(row["code"], "2025") == row["kategori_code"]


def test_a_code_of_another_edition_is_refused_and_named():
    with pytest.raises(WrongKbliEdition) as refusal:
        reference.kbli("47911")
    assert refusal.value.data == {"kbli": "47911", "found": "2020", "edition": "2025"}


@pytest.mark.parametrize("code", ["", "1071", "99998", "4791A", "١٠٧١٠", " 10710", "10710\n"])
def test_a_code_that_never_was_is_refused(code):
    with pytest.raises(InvalidKbli):
        reference.kbli(code)
    with pytest.raises(InvalidKbli):
        reference.kbli("10710", "2015")


@pytest.mark.parametrize("division", ["00", "04", "44", "1", "A1", ""])
def test_divisions_that_do_not_exist_have_no_sector(division):
    with pytest.raises(InvalidKbli):
        broad_sector(division)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("kue basah", "10792"),
        ("KUE", "10792"),
        ("industri batik", "13133"),
        ("batk", "13133"),
        ("toko baju", "47711"),
        ("bengkel motor", "95320"),
        ("laundry", "96100"),
        ("jual kopi", "47243"),
        ("pengolahan kopi", "10761"),
        ("kafe", "56303"),
        ("keripik", "10794"),
        ("kripik", "10794"),
        ("warung makan", "56102"),
        ("restoran", "56101"),
        ("salon", "96220"),
        ("penjahit", "14120"),
        ("toko kelontong", "47112"),
        ("mebel kayu", "31011"),
        ("pangkas rambut", "96210"),
        ("tempe", "10307"),
        ("pesantren", "85541"),
        ("ojek", "49296"),
        ("10710", "10710"),
        ("1071", "10710"),
    ],
)
def test_what_people_type_finds_their_business_among_the_first_five(typed, code):
    assert code in [kbli.code for kbli in reference.search_kbli(typed, 5)]


@pytest.mark.parametrize("typed", ["", "   ", "dan yang", "!!!", "最佳", "qqqqq"])
def test_nothing_meaningful_finds_nothing(typed):
    assert reference.search_kbli(typed) == ()
    assert reference.search_regencies(typed) == ()


def test_an_excluded_thing_does_not_find_the_code_that_excludes_it():
    text = "Kelompok ini mencakup jagung (tidak termasuk padi). Kelompok ini tidak mencakup tebu. "
    text += "Kelompok ini juga mencakup benih."
    kept = included(text)
    assert "jagung" in kept
    assert "benih" in kept
    assert "padi" not in kept
    assert "tebu" not in kept


@forall(st.text(max_size=300), st.integers(-5, 1000))
def test_any_text_is_answered_within_the_limit(typed, limit):
    assert len(reference.search_kbli(typed, limit)) <= 50
    assert len(reference.search_regencies(typed, limit)) <= 50


@forall(st.sampled_from(activities("2025")))
def test_every_activity_is_found_by_its_own_code_and_among_many_by_its_title(kbli):
    assert reference.search_kbli(kbli.code) == (kbli,)
    assert kbli in reference.search_kbli(kbli.title, 50)


def test_everyday_names_point_to_codes_that_exist():
    assert all(reference.kbli(code).edition == "2025" for _, codes in EVERYDAY for code in codes)


def test_searching_takes_milliseconds():
    reference.warm_up()
    for typed in ("perdagangan eceran pakaian anak", "perdaganan ecerann"):
        spent = []
        for _ in range(5):
            start = time.perf_counter()
            reference.search_kbli(typed)
            spent.append(time.perf_counter() - start)
        assert min(spent) < 0.05


@each("identity", "region_chain")
def test_regions_follow_the_vectors(given, expected):
    if "error" in expected:
        for lookup in (reference.province, reference.regency, reference.district):
            with pytest.raises(UnknownRegion):
                lookup(given)
        return
    district = reference.district(given[:8])  # villages are left out of the product for their size
    regency = reference.regency(district.regency_code)
    assert district.name == expected["district"]
    assert regency.name == expected["regency"]
    assert regency.province_name == reference.province(regency.province_code).name == expected["province"]


@each("identity", "region_count")
def test_counts_of_regions_are_the_vectors(given, expected):
    regencies = reference.regencies(given["province"])
    assert len(regencies) == expected["regencies"]
    assert sum(len(reference.districts_of(regency.code)) for regency in regencies) == expected["districts"]


def test_the_country_is_whole():
    assert (len(reference.provinces()), len(reference.regencies())) == (38, 514)
    assert sum(len(reference.districts_of(regency.code)) for regency in reference.regencies()) == 7285
    with pytest.raises(UnknownRegion):
        reference.districts_of("99.01")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("kota bandung", "32.73"),
        ("Kab. Bandung", "32.04"),
        ("bandung barat", "32.17"),
        (" Jakarta Barat ", "31.73"),
        ("Surabya", "35.78"),
        ("jogja", "34.71"),
        ("solo", "33.72"),
        ("Kota Palangkaraya", "62.71"),
        ("tangsel tangerang selatan", None),
        ("kepulauan seribu", "31.01"),
    ],
)
def test_a_city_is_found_as_people_write_it(typed, first):
    found = reference.search_regencies(typed)
    assert (found[0].code if found else None) == first


def test_a_province_finds_its_regencies():
    assert {regency.province_code for regency in reference.search_regencies("jawa barat", 50)} == {"32"}


@forall(st.text("abc", max_size=6), st.integers(0, 6), st.sampled_from("abc"))
def test_one_inserted_letter_is_one_slip(word, place, letter):
    longer = word[:place] + letter + word[place:]
    assert one_slip_apart(word, longer)
    assert one_slip_apart(longer, word)
    assert not one_slip_apart(word, word)


def test_slips_of_the_finger():
    assert one_slip_apart("kripik", "keripik")
    assert one_slip_apart("batik", "batki")
    assert not one_slip_apart("batik", "batoki2")
    assert not one_slip_apart("batik", "kitab")
