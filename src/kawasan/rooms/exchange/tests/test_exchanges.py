"""Quotes and exchanges: once, in time, within limits, both sides in one entry; trades by two; verify sees all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders.exchange import AT, BILL, DAY, YUAN, a_quote, an_account_of, exchanged, posted, some_rates
from tests.builders.zone import an_actor

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Forbidden
from kawasan.core.money import Money, rupiah
from kawasan.platform.db import transaction
from kawasan.platform.schemas import in_zone
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.exchange import models
from kawasan.rooms.ledger import api as ledger

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rates(db: None) -> None:
    with nullcontext() if connection.in_atomic_block else transaction(SYSTEM):
        some_rates()


def test_a_quote_promises_both_amounts_for_a_minute() -> None:
    quote = a_quote(BILL)
    assert (quote.source, quote.target, quote.spread_points) == (YUAN, BILL, 150)
    assert (quote.rates_day, quote.rates_source) == (DAY, "ECB")
    assert quote.expires_at == AT + timedelta(seconds=60)
    assert (quote.shown_middle_rate, quote.shown_rate) == (Decimal("2400.00"), Decimal("2362.95"))
    assert [quote.state(AT + timedelta(seconds=s)) for s in (59, 60)] == ["open", "expired"]
    assert exchange.quote(quote_id=quote.id) == quote


def test_asking_again_with_the_same_id_promises_the_same_and_other_content_is_refused() -> None:
    quote = a_quote(BILL)
    some_rates(at=AT, CNY="7")
    assert a_quote(BILL, quote_id=quote.id, at=AT + timedelta(seconds=5)) == quote
    for other in (rupiah(25_001), YUAN):
        with pytest.raises(exchange.QuoteIdReused):
            a_quote(other, quote_id=quote.id)
    assert models.Quote.objects.count() == 1


def test_an_exchange_moves_both_sides_and_the_spread_in_one_entry() -> None:
    quote = a_quote(BILL)
    payer, receiver, entry = an_account_of("CNY", 20_00), an_account_of("IDR"), ids.uuid7()
    given_ = {"quote_id": quote.id, "entry_id": entry, "payer": payer, "receiver": receiver}
    used = exchange.convert(**given_, at=AT)
    assert (used.used_at, used.entry_id, used.state(AT)) == (AT, entry, "used")
    assert posted(payer, exchange.position("CNY")) == [20_00 - YUAN.minor, YUAN.minor]
    assert posted(receiver, exchange.income("IDR"), exchange.position("IDR")) == [25_000_00, 392_00, -25_392_00]
    moved = {
        ledger.transfer(ids.derived(f"exchange.{what}", quote.id)).entry_id for what in ("given", "taken", "earned")
    }
    assert moved == {entry}
    assert exchange.convert(**given_, at=AT + timedelta(hours=1)) == used  # a repeat, also when its time is over
    assert posted(receiver) == [25_000_00]
    with pytest.raises(exchange.QuoteUsed):
        exchange.convert(**(given_ | {"entry_id": ids.uuid7()}), at=AT)
    assert exchange.verify() == []
    assert ledger.verify() == []


@pytest.mark.parametrize("why", ["expired", "poor", "purpose", "unknown"])
def test_an_exchange_that_is_refused_changes_nothing(why: str) -> None:
    quote = a_quote(BILL)
    payer, receiver = an_account_of("CNY", 1 if why == "poor" else 20_00), an_account_of("IDR")
    wanted = {
        "expired": exchange.QuoteExpired, "poor": ledger.InsufficientBalance,
        "purpose": exchange.QuotePurposeDiffers, "unknown": exchange.QuoteNotFound,
    }[why]  # fmt: skip
    before = posted(payer, receiver)
    with pytest.raises(wanted):
        exchange.convert(
            quote_id=ids.uuid7() if why == "unknown" else quote.id,
            entry_id=ids.uuid7(),
            payer=payer,
            receiver=receiver,
            purpose_id=ids.uuid7() if why == "purpose" else None,
            at=AT + timedelta(seconds=60 if why == "expired" else 0),
        )
    assert posted(payer, receiver) == before
    assert exchange.quote(quote_id=quote.id).used_at is None
    assert models.Currency.objects.get(pk="CNY").cost_minor == 0


def test_rupiah_into_yuan_earns_in_rupiah_too() -> None:
    quote = exchanged(Money(100_00, "CNY"), source="IDR", target="CNY")
    assert quote.target == Money(100_00, "CNY")
    assert quote.source == rupiah(243_655)  # 240,000 / 0.985, up
    assert posted(exchange.position("CNY"), exchange.income("IDR")) == [-100_00, 3_655_00]
    assert exchange.verify() == []


def test_yuan_into_dollars_goes_through_no_rupiah_and_earns_dollars() -> None:
    models.Currency.objects.filter(pk="USD").update(is_offered=True)
    quote = exchanged(Money(700_00, "CNY"), target="USD")
    assert quote.income.currency == "USD"
    assert posted(exchange.position("CNY"), exchange.position("IDR")) == [700_00, 0]
    assert posted(exchange.position("USD"))[0] == -(quote.target + quote.income).minor
    assert exchange.verify() == []


def test_the_ledger_itself_refuses_to_mix_currencies() -> None:
    move = ledger.NewTransfer(ids.uuid7(), an_account_of("CNY", 10), an_account_of("IDR"), 1, 1)
    with pytest.raises(ledger.AssetMismatch):
        ledger.post(ledger.Entry(ids.uuid7(), AT, (move,)))


def test_quotes_are_refused_without_rates_with_old_ones_and_in_what_is_not_taken() -> None:
    with pytest.raises(exchange.CurrencyNotOffered):
        a_quote(BILL, source="USD")
    with pytest.raises(exchange.CurrencyNotOffered):
        a_quote(BILL, source="CHF")
    with pytest.raises(exchange.RatesMissing):
        a_quote(BILL, source="THB")
    with pytest.raises(exchange.SameCurrency):
        a_quote(BILL, source="IDR")
    with pytest.raises(exchange.RatesStale):
        a_quote(BILL, at=AT + timedelta(days=6))
    assert a_quote(BILL, at=AT + timedelta(days=5)).rates_day == DAY  # a long weekend
    assert models.Quote.objects.count() == 1


def test_the_newest_sheet_of_the_newest_day_counts_and_tomorrows_does_not() -> None:
    some_rates(day=DAY - timedelta(days=1), CNY="4", at=AT + timedelta(minutes=1))
    some_rates(day=DAY + timedelta(days=1), CNY="2", at=AT + timedelta(minutes=1))
    assert a_quote(BILL).source == YUAN
    some_rates(CNY="4", at=AT + timedelta(minutes=2))  # a correction of today
    assert a_quote(BILL).source == Money(5_29, "CNY")


def test_open_quotes_count_towards_the_limit_until_nobody_can_tell_of_them_any_more() -> None:
    models.Currency.objects.filter(pk="CNY").update(limit_minor=YUAN.minor * 2)
    exchanged(BILL)
    a_quote(BILL)
    with pytest.raises(exchange.PositionLimitReached):
        a_quote(rupiah(100))
    assert a_quote(Money(1_00, "CNY"), source="IDR", target="CNY")  # makes it smaller
    later = AT + timedelta(seconds=60) + timedelta(minutes=5)
    assert a_quote(BILL, at=later)


def test_everybodys_promises_count_whoever_asks() -> None:
    models.Currency.objects.filter(pk="CNY").update(limit_minor=YUAN.minor * 2 - 1)
    one, two = an_actor(), an_actor()
    with transaction(one):
        quote = a_quote(BILL, actor=one)
    with transaction(two), pytest.raises(exchange.PositionLimitReached):
        a_quote(BILL, actor=two)
    with transaction(two):
        assert not models.Quote.objects.exists()  # and nobody sees another's
        with pytest.raises(exchange.QuoteIdReused):
            a_quote(BILL, actor=two, quote_id=quote.id)


def test_a_quote_is_its_persons_alone() -> None:
    actor, stranger = an_actor(), an_actor()
    quote = a_quote(BILL, actor=actor)
    assert exchange.quote(quote_id=quote.id, actor=actor) == quote
    assert exchange.quote(quote_id=quote.id, actor=an_actor(zone_role="auditor")) == quote
    with pytest.raises(exchange.QuoteNotFound):
        exchange.quote(quote_id=quote.id, actor=stranger)
    with pytest.raises(exchange.QuoteIdReused):
        a_quote(BILL, actor=stranger, quote_id=quote.id)


def test_one_person_has_only_a_few_promises_at_a_time() -> None:
    actor = an_actor()
    for _ in range(5):
        a_quote(BILL, actor=actor)
    with pytest.raises(exchange.TooManyQuotes):
        a_quote(BILL, actor=actor)
    assert a_quote(BILL, actor=an_actor())
    assert a_quote(BILL, actor=actor, at=AT + timedelta(seconds=60))


def test_positions_are_valued_at_the_newest_rate() -> None:
    exchanged(Money(1_000_00, "CNY"))
    some_rates(day=DAY + timedelta(days=1), CNY="7.68")  # Rp2.500
    staff = an_actor(zone_role="staff")
    (yuan,) = [one for one in exchange.positions(actor=staff, at=AT + timedelta(days=1)) if one.held.minor]
    assert (yuan.held, yuan.cost, yuan.value) == (Money(1_000_00, "CNY"), rupiah(2_400_000), rupiah(2_500_000))
    assert yuan.gain == rupiah(100_000)
    incomes, result = exchange.earned(actor=staff)
    assert (incomes, result) == ([rupiah(36_000)], rupiah(0))
    for door in (lambda: exchange.positions(actor=an_actor(), at=AT), lambda: exchange.earned(actor=an_actor())):
        with pytest.raises(Forbidden):
            door()


steps = st.lists(
    st.tuples(st.sampled_from(["CNY", "SGD", "JPY"]), st.booleans(), st.booleans(), st.integers(1, 3_000_000)),
    max_size=6,
)


@given(steps)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_after_any_exchanges_sums_are_zero_and_positions_are_what_quotes_say(history: list) -> None:
    point = connection.savepoint()
    try:
        for currency, into_rupiah, is_source, minor in history:
            source, target = (currency, "IDR") if into_rupiah else ("IDR", currency)
            try:
                exchanged(Money(minor, source if is_source else target), source=source, target=target)
            except (exchange.QuoteAmountInvalid, exchange.PositionLimitReached):
                continue
        assert exchange.verify() == []
        assert ledger.verify() == []
    finally:
        connection.savepoint_rollback(point)


def test_old_promises_that_nobody_used_are_forgotten() -> None:
    a_quote(BILL)
    used = exchanged(BILL)
    assert exchange.forget_quotes(at=AT + timedelta(days=29)) == 0
    assert exchange.forget_quotes(at=AT + timedelta(days=31)) == 1
    assert exchange.quote(quote_id=used.id) == used


class TestRaces:
    """Two at the same moment, really committed."""

    pytestmark = pytest.mark.django_db(transaction=True)

    def test_of_two_uses_of_one_quote_one_moves_money(self) -> None:
        with transaction(SYSTEM):
            quote = a_quote(BILL)
            payer, receiver = an_account_of("CNY", 100_00), an_account_of("IDR")

        def use() -> None:
            with transaction(SYSTEM):
                exchange.convert(quote_id=quote.id, entry_id=ids.uuid7(), payer=payer, receiver=receiver, at=AT)

        assert sorted(map(str, together(use, use))) == ["None", "quote-used"]
        assert posted(receiver) == [25_000_00]

    def test_promises_made_at_the_same_moment_do_not_pass_the_limit(self) -> None:
        models.Currency.objects.filter(pk="SGD").update(limit_minor=3_00)

        def ask() -> None:
            with transaction(SYSTEM):
                a_quote(Money(2_00, "SGD"), source="SGD")

        found = together(ask, ask)
        models.Currency.objects.filter(pk="SGD").update(limit_minor=50_000_00)  # what is committed stays
        assert sorted(type(one).__name__ for one in found) == ["NoneType", "PositionLimitReached"]


def together(*works: Callable[[], None]) -> list[object]:
    """Do things at the same moment; return what each raised."""
    found: list[object] = [None] * len(works)
    start = threading.Barrier(len(works))

    def run(place: int) -> None:
        with in_zone("zone_test"):
            try:
                start.wait(5)
                works[place]()
            except Exception as error:  # told to the test
                found[place] = error
            finally:
                connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return found
