"""Amounts, rounding, limits and costs: nobody gains by going there and back, and nothing is ever a float."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.builders.exchange import AT, DAY, PER_EURO
from tests.shared_vectors import each

from kawasan.core.money import MINOR_DIGITS, Money, rupiah
from kawasan.core.rates import Rounding, at_rate, cross_rate, exact_rate, exchange, rate_date
from kawasan.rooms.exchange.queries.rates import sample_rates
from kawasan.rooms.exchange.rules.files import read_rates
from kawasan.rooms.exchange.rules.positions import check_limit, closed, cost_changes
from kawasan.rooms.exchange.rules.quoting import check_age, in_rupiah, step_of, terms
from kawasan.rooms.exchange.types import (
    PositionLimitReached,
    QuoteAmountInvalid,
    Rates,
    RatesMissing,
    RatesStale,
    RatesUnreadable,
    SameCurrency,
    TradeAmountInvalid,
)

RATES = Rates(day=DAY, source="ECB", per_euro={code: Decimal(rate) for code, rate in PER_EURO.items()})
CODES = sorted(PER_EURO)
SAMPLE = {one.day: one for one in sample_rates()}

rate_texts = st.decimals(min_value="0.0001", max_value="99999", places=4)
points = st.integers(0, 1000)


@each("money", "cross_rate")
def test_cross_rates_of_the_sample_are_the_vectors(given, expected):
    day = rate_date(sorted(SAMPLE), date.fromisoformat(given["date"]))
    per_euro = SAMPLE[day].per_euro
    assert day.isoformat() == expected["rate_date"]
    assert cross_rate(per_euro[given["from"]], per_euro[given["to"]]) == Decimal(expected["rate"])


@each("money", "cny_to_idr")
def test_yuan_in_rupiah_by_the_sample_are_the_vectors(given, expected):
    per_euro = SAMPLE[rate_date(sorted(SAMPLE), date.fromisoformat(given["date"]))].per_euro
    found = exchange(
        Money.of(Decimal(given["cny"]), "CNY"),
        base_to_source=per_euro["CNY"], base_to_target=per_euro["IDR"], currency="IDR", digits=0,
    )  # fmt: skip
    wanted = expected["idr"]
    assert found == Money.of(Decimal(wanted))


def test_a_quote_for_a_bill_in_rupiah_rounds_what_is_given_up():
    found = terms(given=rupiah(25_000), source="CNY", target="IDR", rates=RATES, spread_points=150)
    # 25,000 / (2,400 x 0.985) = 10.5753..., so 10.58; in the middle 10.58 yuan are worth Rp25,392.
    assert (found.source, found.target) == (Money(10_58, "CNY"), rupiah(25_000))
    assert (found.middle, found.income, found.worth) == (rupiah(25_392), rupiah(392), rupiah(25_392))


def test_a_quote_for_an_amount_given_rounds_what_is_got_down_to_whole_rupiah():
    found = terms(given=Money(10_01, "CNY"), source="CNY", target="IDR", rates=RATES, spread_points=150)
    assert found.target == rupiah(23_663)  # 23,663.64
    assert found.income == found.middle - found.target == Money(24_024_00 - 23_663_00)


def test_a_currency_without_parts_is_rounded_to_its_whole_unit():
    found = terms(given=rupiah(25_000), source="JPY", target="IDR", rates=RATES, spread_points=0)
    assert found.source == Money(224, "JPY")  # 223.21...


@pytest.mark.parametrize(
    ("rounding", "minor"), [(Rounding.UP, 3), (Rounding.DOWN, 2), (Rounding.HALF_EVEN, 2)], ids=lambda one: str(one)
)
def test_each_way_of_rounding_does_what_its_name_says(rounding, minor):
    assert at_rate(Money(5, "USD"), Fraction(1, 2), "EUR", rounding) == Money(minor, "EUR")


def test_halves_go_to_the_even_neighbour():
    halves = [at_rate(Money(n, "USD"), Fraction(1, 2), "EUR", Rounding.HALF_EVEN).minor for n in (1, 3, 5, 7, -1, -3)]
    assert halves == [0, 2, 2, 4, 0, -2]


def test_floats_are_refused_everywhere():
    with pytest.raises(TypeError):
        exact_rate(1.1, Decimal(1))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        at_rate(Money(1), 0.5, "CNY", Rounding.UP)  # type: ignore[arg-type]


@given(st.sampled_from(CODES), st.sampled_from(CODES), st.integers(1, 10**9), points, points, rate_texts, rate_texts)
def test_there_and_back_never_gains(here, there, minor, spread, spread_back, one, two):
    assume(here != there)
    rates = Rates(DAY, "x", {**RATES.per_euro, here: one, there: two})
    try:
        out = terms(given=Money(minor, here), source=here, target=there, rates=rates, spread_points=spread)
        back = terms(given=out.target, source=there, target=here, rates=rates, spread_points=spread_back)
    except QuoteAmountInvalid:
        assume(False)
    assert back.target <= out.source
    assert out.income.minor >= 0
    assert back.income.minor >= 0


@given(st.sampled_from(CODES), st.sampled_from(CODES), st.integers(1, 10**9), points, st.booleans())
def test_what_a_quote_says_adds_up(here, there, minor, spread, is_source):
    assume(here != there)
    given = Money(minor, here if is_source else there)
    try:
        found = terms(given=given, source=here, target=there, rates=RATES, spread_points=spread)
    except QuoteAmountInvalid:
        assume(False)
    assert given in (found.source, found.target)
    computed = found.target if is_source else found.source
    assert computed.minor % step_of(computed.currency) == 0
    # The customer never gets more than the exact rate gives, and loses less than one step beside the spread.
    exact = found.source.amount * 1 and Fraction(found.source.amount) * exact_rate(
        RATES.per_euro[here], RATES.per_euro[there]
    ) * Fraction(10_000 - spread, 10_000)
    assert Fraction(found.target.amount) <= exact
    kept = found.source if here == "IDR" else found.middle
    left = found.middle if here == "IDR" else found.target
    assert found.income == kept - left
    assert found.income.currency == ("IDR" if "IDR" in (here, there) else there)
    assert sum(cost_changes(found).values()) == (
        found.worth.minor if there == "IDR" else -found.worth.minor if here == "IDR" else 0
    )


def test_refusals_of_a_quote():
    with pytest.raises(SameCurrency):
        terms(given=rupiah(1), source="IDR", target="IDR", rates=RATES, spread_points=0)
    with pytest.raises(RatesMissing):
        terms(given=rupiah(1), source="KRW", target="IDR", rates=RATES, spread_points=0)
    for amount in (Money(0, "CNY"), Money(-1, "CNY"), Money(50_000_00, "CNY")):  # over Rp100 million
        with pytest.raises(QuoteAmountInvalid):
            terms(given=amount, source="CNY", target="IDR", rates=RATES, spread_points=0)
    check_age(RATES, at=AT + timedelta(days=5), days_max=5)
    with pytest.raises(RatesStale):
        check_age(RATES, at=AT + timedelta(days=6), days_max=5)


def test_a_limit_counts_promises_in_the_direction_that_opens_further():
    def check(held: int, change: int, came: int = 0, went: int = 0) -> None:
        one = [Money(minor, "CNY") for minor in (held, came, went, change, 100)]
        check_limit(held=one[0], promised_in=one[1], promised_out=one[2], change=one[3], limit=one[4])

    check(50, 50)
    check(-100, 120)  # through nothing to the other side, still within
    check(150, -10)  # makes it smaller, also beyond the limit
    check(90, 10, went=500)
    for held, change, came, went in ((51, 50, 0, 0), (50, 10, 41, 0), (0, -101, 0, 0), (-50, -10, 0, 41)):
        with pytest.raises(PositionLimitReached):
            check(held, change, came, went)


def test_closing_takes_cost_in_proportion_and_all_of_it_at_the_end():
    held, cost = Money(1_000_00, "CNY"), rupiah(2_400_000)
    half = closed(given=Money(500_00, "CNY"), taken=rupiah(1_250_000), held=held, cost=cost)
    assert (half.cost_change, half.result) == (-1_200_000_00, rupiah(50_000))
    short = closed(given=rupiah(2_500_000), taken=Money(1_000_00, "CNY"), held=-held, cost=-cost)
    assert (short.cost_change, short.result) == (2_400_000_00, rupiah(-100_000))


@given(st.integers(1, 10**9), st.integers(-(10**12), 10**12), st.lists(st.integers(1, 10**9), max_size=5))
def test_closing_in_parts_takes_all_of_the_cost(minor, cost, parts):
    held, left = minor, cost
    for part in [*parts, minor]:
        part = min(part, held)
        if not part:
            break
        done = closed(given=Money(part, "CNY"), taken=rupiah(1), held=Money(held, "CNY"), cost=Money(left))
        held, left = held - part, left + done.cost_change
    assert (held, left) == (0, 0)


@pytest.mark.parametrize(
    ("given_", "taken_", "held"),
    [
        (Money(2, "CNY"), rupiah(1), 1),  # more than is held
        (Money(1, "CNY"), rupiah(1), -1),  # would open it further
        (rupiah(1), Money(1, "CNY"), 1),
        (Money(1, "USD"), rupiah(1), 1),  # another currency
        (Money(1, "CNY"), Money(1, "USD"), 1),
        (Money(0, "CNY"), rupiah(1), 1),
    ],
)
def test_a_trade_that_does_not_close_is_refused(given_, taken_, held):
    with pytest.raises(TradeAmountInvalid):
        closed(given=given_, taken=taken_, held=Money(held, "CNY"), cost=rupiah(1))


def test_worth_in_rupiah_is_rounded_half_to_even():
    assert in_rupiah(Money(1, "CNY"), RATES) == rupiah(24)


ECB = b"Date, USD, JPY, IDR, CNY,\n2026-11-10, 1.0821, 171.43, 19234.50, N/A,\n2026-11-11, 1.09, 172, 19300, 8.01,\n"


def test_the_ecbs_own_file_is_read():
    first, second = read_rates(ECB, source="ECB")
    assert (first.day, second.day) == (date(2026, 11, 10), date(2026, 11, 11))
    assert first.per_euro == {
        "USD": Decimal("1.0821"), "JPY": Decimal("171.43"), "IDR": Decimal("19234.50"), "EUR": Decimal(1)
    }  # fmt: skip


@pytest.mark.parametrize("rate", ["19234.5", 19234.5])
def test_json_is_read_without_a_float(rate):
    one = {"date": "2026-11-11", "base": "EUR", "rates": {"IDR": rate, "CNY": "8.0123456789"}}
    for told in (one, [one]):
        (found,) = read_rates(json.dumps(told).encode(), source="bank")
        assert found.per_euro["IDR"] == Decimal("19234.5")
        assert found.per_euro["CNY"] == Decimal("8.0123456789")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe", b"date,XXX\n2026-11-11,1", b"date,IDR\n11-11-2026,1", b"date,IDR\n2026-11-11,-1",
        b"date,IDR\n2026-11-11,1e3", b"date,IDR\n2026-11-11,0", b"date,IDR\n2026-11-11,1\n2026-11-11,2",
        b"date,IDR\n2026-11-11,1.12345678901", b"{", b"[]", b'{"date":"2026-11-11","base":"USD","rates":{"IDR":1}}',
        b'{"date":"2026-11-11","rates":{"IDR":NaN}}', b"[" * 5000, b"date,IDR\n2026-11-11,",
        b"date,IDR\n" + b" " * 2_000_001,
    ],
    ids=range(16),
)  # fmt: skip
def test_a_file_that_cannot_be_right_is_refused(content):
    with pytest.raises(RatesUnreadable):
        read_rates(content, source="x")


def test_every_currency_of_the_sample_has_its_iso_digits():
    assert len(SAMPLE) == 3029
    for one in SAMPLE.values():
        assert {"IDR", "CNY", "USD"} <= one.per_euro.keys() <= MINOR_DIGITS.keys()
