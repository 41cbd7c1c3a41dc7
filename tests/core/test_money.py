"""Money adds up, splits without loss and is written as people write it."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st
from tests.shared_vectors import FOLDER, each, kinds

from kawasan.core.money import (
    CurrencyMismatch,
    Money,
    UnknownCurrency,
    UnreadableAmount,
    allocate,
    apply_rate,
    format_money,
    minor_digits,
    parse_rupiah,
    round_to_whole,
    rupiah,
    terbilang,
    total,
)
from kawasan.core.rates import cross_rate, exchange, rate_date

minors = st.integers(min_value=-(10**17) + 1, max_value=10**17 - 1)


def test_every_kind_of_money_vector_is_tested():
    assert kinds("money") == {"cross_rate", "cny_to_idr", "terbilang", "format_rupiah", "parse_rupiah"}


@each("money", "format_rupiah")
def test_rupiah_is_written_as_the_vectors_say(given, expected):
    money = Money.of(Decimal(given["amount"]))
    assert format_money(money, "id", decimals=given["decimals"]) == expected
    assert format_money(money) == expected


@each("money", "parse_rupiah")
def test_rupiah_is_read_as_the_vectors_say(given, expected):
    assert parse_rupiah(given) == Money.of(Decimal(expected))


@each("money", "terbilang")
def test_number_words_are_the_vectors(given, expected):
    assert terbilang(int(given)) == expected


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (11, "sebelas"),
        (19, "sembilan belas"),
        (21, "dua puluh satu"),
        (101, "seratus satu"),
        (1000, "seribu"),
        (2000, "dua ribu"),
        (11000, "sebelas ribu"),
        (1_000_000, "satu juta"),
        (1_500_000, "satu juta lima ratus ribu"),
        (1_001_000, "satu juta seribu"),
        (10**15, "satu kuadriliun"),
        (-75, "minus tujuh puluh lima"),
    ],
)
def test_number_words_of_everyday_amounts(number, words):
    assert terbilang(number) == words


def test_number_words_end_where_names_end():
    assert terbilang(10**18 - 1).startswith("sembilan ratus sembilan puluh sembilan kuadriliun")
    with pytest.raises(ValueError, match="no words"):
        terbilang(10**18)


@forall(st.integers(min_value=0, max_value=10**18 - 1))
def test_two_numbers_never_share_their_words(number):
    assert read_words(terbilang(number)) == number


def read_words(words: str) -> int:
    ones = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"]
    scales = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12, "kuadriliun": 10**15}
    whole = group = digit = 0
    for name in ("puluh", "belas", "ratus", "ribu"):
        words = words.replace(f"se{name}", f"satu {name}")
    for word in words.split():
        if word in ones:
            digit = ones.index(word)
        elif word == "belas":
            group, digit = group + 10 + digit, 0
        elif word in ("puluh", "ratus"):
            group, digit = group + digit * {"puluh": 10, "ratus": 100}[word], 0
        else:
            whole, group, digit = whole + (group + digit) * scales[word], 0, 0
    return whole + group + digit


def ecb_rates() -> dict[date, dict[str, Decimal]]:
    with (FOLDER / "ecb_rates_excerpt.csv").open(newline="") as lines:
        return {
            date.fromisoformat(row.pop("date")): {name[4:].upper(): Decimal(rate) for name, rate in row.items()}
            for row in csv.DictReader(lines)
        }


@each("money", "cross_rate")
def test_cross_rates_are_the_vectors(given, expected):
    rates = ecb_rates()
    day = rate_date(sorted(rates), date.fromisoformat(given["date"]))
    assert day.isoformat() == expected["rate_date"]
    assert str(cross_rate(rates[day][given["from"]], rates[day][given["to"]])) == expected["rate"]


@each("money", "cny_to_idr")
def test_yuan_become_whole_rupiah_as_the_vectors_say(given, expected):
    rates = ecb_rates()
    day = rate_date(sorted(rates), date.fromisoformat(given["date"]))
    assert day.isoformat() == expected["rate_date"]
    yuan = Money.of(Decimal(given["cny"]), "CNY")
    here = exchange(yuan, base_to_source=rates[day]["CNY"], base_to_target=rates[day]["IDR"], currency="IDR", digits=0)
    assert here == rupiah(int(expected["idr"]))


def test_a_day_before_all_rates_has_none():
    with pytest.raises(ValueError, match="no rates"):
        rate_date([date(2026, 1, 2)], date(2026, 1, 1))


def test_money_adds_and_compares_within_one_currency():
    assert rupiah(1500) + rupiah(500) == rupiah(2000)
    assert rupiah(1500) - rupiah(2000) == -rupiah(500)
    assert 3 * rupiah(1500) == rupiah(1500) * 3 == rupiah(4500)
    assert rupiah(1) < rupiah(2) <= rupiah(2) < rupiah(3)
    assert rupiah(3) > rupiah(2) >= rupiah(2)
    assert total([rupiah(1), rupiah(2)]) == rupiah(3)
    assert total([], "JPY") == Money(0, "JPY")


@pytest.mark.parametrize(
    "mix",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a < b,
        lambda a, b: a <= b,
        lambda a, b: a > b,
        lambda a, b: a >= b,
        lambda a, b: total([a, b]),
    ],
)
def test_two_currencies_never_mix(mix):
    with pytest.raises(CurrencyMismatch) as refusal:
        mix(rupiah(1), Money(1, "JPY"))
    assert refusal.value.data == {"left": "IDR", "right": "JPY"}
    assert Money(100, "IDR") != Money(100, "JPY")


@pytest.mark.parametrize(
    "sin",
    [
        lambda: Money(1.0),
        lambda: Money(True),
        lambda: Money(Decimal(1)),
        lambda: rupiah(1.5),
        lambda: rupiah(1) * 1.5,
        lambda: rupiah(1) * True,
        lambda: rupiah(1) + 1,
        lambda: sum([rupiah(1)]),
        lambda: Money.of(1.5),
        lambda: apply_rate(rupiah(1), 0.5),
    ],
)
def test_floats_and_bare_numbers_are_never_money(sin):
    with pytest.raises(TypeError):
        sin()


def test_minor_digits_follow_iso_4217():
    assert [minor_digits(code) for code in ("IDR", "JPY", "CNY", "KWD", "KRW", "USD")] == [2, 0, 2, 3, 0, 2]
    for code in ("XXX", "idr", "", "ID"):
        with pytest.raises(UnknownCurrency):
            minor_digits(code)
        with pytest.raises(UnknownCurrency):
            Money(1, code)


def test_exact_decimals_become_money_and_finer_ones_are_refused():
    assert Money.of(Decimal("25000.50")) == Money(2_500_050)
    assert str(Money(2_500_050).amount) == "25000.50"
    assert str(Money(7, "JPY").amount) == "7"
    for text in ("0.001", "NaN", "Infinity", "1e30"):
        with pytest.raises(UnreadableAmount):
            Money.of(Decimal(text))


@pytest.mark.parametrize(
    ("money", "indonesian", "english", "chinese"),
    [
        (rupiah(1_500_000), "Rp1.500.000", "Rp1,500,000", "Rp1,500,000"),
        (Money(2_500_050), "Rp25.000,50", "Rp25,000.50", "Rp25,000.50"),
        (-rupiah(500), "−Rp500", "−Rp500", "−Rp500"),
        (Money(0), "Rp0", "Rp0", "Rp0"),
        (Money(123_450, "CNY"), "CN¥1.234,50", "CN¥1,234.50", "¥1,234.50"),
        (Money(5000, "JPY"), "JP¥5.000", "¥5,000", "JP¥5,000"),
        (Money(1_234_567, "KWD"), "KWD\xa01.234,567", "KWD\xa01,234.567", "KWD\xa01,234.567"),
    ],
)
def test_each_language_writes_money_its_own_way(money, indonesian, english, chinese):
    assert format_money(money, "id") == indonesian
    assert format_money(money, "en") == english
    assert format_money(money, "zh-hans") == chinese


def test_decimals_can_be_forced_or_rounded_away():
    assert format_money(rupiah(1500), decimals=True) == "Rp1.500,00"
    assert format_money(Money(150_050), decimals=False) == "Rp1.501"
    assert format_money(Money(-150_050), decimals=False) == "−Rp1.501"
    assert format_money(Money(-49), decimals=False) == "Rp0"
    assert format_money(Money(7, "JPY"), decimals=True) == "JP¥7"


@pytest.mark.parametrize(
    "text", ["Rp25.000,-", "rp 25.000", "IDR 25000", " 25000 ", "Rp. 25.000,00", "25000,0", "025000"]
)
def test_common_ways_to_write_25_000_are_read(text):
    assert parse_rupiah(text) == rupiah(25_000)


@pytest.mark.parametrize(
    "text",
    ["", "Rp", "1.5", "25,000", "25.00", "1.0000", "1..000", "1e3", "12 000", "Rp1.000,505", "--5", "$5", "USD 5",
     "\u0661\u0662", "5\x00", "5\n5", "9" * 16, "1,000.00", "NaN"],
)  # fmt: skip
def test_ambiguous_or_foreign_amounts_are_refused_rather_than_guessed(text):
    with pytest.raises(UnreadableAmount):
        parse_rupiah(text)


@forall(minors)
def test_what_is_written_in_indonesian_is_read_back(minor):
    money = Money(minor)
    assert parse_rupiah(format_money(money, "id")) == money
    assert parse_rupiah(format_money(money, "id", decimals=True)) == money


@forall(minors, st.sampled_from(["IDR", "JPY", "KWD", "CNY"]))
def test_decimal_amounts_come_back_exactly(minor, currency):
    money = Money(minor, currency)
    assert Money.of(money.amount, currency) == money


@forall(minors, st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any))
def test_a_split_loses_nothing_and_stays_within_one_unit_of_fair(minor, weights):
    shares = allocate(Money(minor), weights)
    assert total(shares) == Money(minor)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.minor - Fraction(minor * weight, sum(weights))) < 1
        assert weight or share.minor == 0


def test_left_over_units_go_to_the_largest_remainder_then_to_the_first():
    assert [share.minor for share in allocate(Money(100), [1, 1, 1])] == [34, 33, 33]
    assert [share.minor for share in allocate(Money(-100), [1, 1, 1])] == [-34, -33, -33]
    assert [share.minor for share in allocate(Money(10), [0, 1, 2])] == [0, 3, 7]


@pytest.mark.parametrize("weights", [[], [0, 0], [-1, 2], [0.5, 0.5], [True]])
def test_weights_that_split_nothing_are_a_bug(weights):
    with pytest.raises(ValueError, match="weights"):
        allocate(Money(100), weights)


@pytest.mark.parametrize(
    ("minor", "rate", "expected"),
    [
        (100, "0.005", 1),
        (99, "0.005", 0),
        (-100, "0.005", -1),
        (60_000_000, "0.003", 180_000),
        (9_166_667, "0.12", 1_100_000),
        (2**63 - 1, "0.9999999999", 9223372035932438603),
    ],
)
def test_rates_round_half_up(minor, rate, expected):
    assert apply_rate(Money(minor), Decimal(rate)) == Money(expected)


@forall(minors, st.decimals(0, 2, places=6))
def test_rounding_a_rate_moves_at_most_half_a_unit(minor, rate):
    exact = Fraction(rate) * minor
    rounded = apply_rate(Money(minor), rate).minor
    assert abs(rounded - exact) <= Fraction(1, 2)
    assert abs(rounded) >= abs(exact) or abs(rounded - exact) < Fraction(1, 2)


@forall(minors)
def test_whole_rupiah_are_at_most_fifty_sen_away(minor):
    whole = round_to_whole(Money(minor)).minor
    assert whole % 100 == 0
    assert abs(whole - minor) <= 50
