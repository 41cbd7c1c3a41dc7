"""Counting by the rules equals counting by hand, for any history and however it is cut into batches."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from kawasan.rooms.authority.rules.counting import Movement, count
from kawasan.rooms.authority.rules.drawing import CHART_HEIGHT, chart_of
from kawasan.rooms.authority.rules.sectors import SECTIONS, sector_name
from kawasan.rooms.authority.types import Counted, Figures, Minute

START = datetime(2026, 11, 10, 16, 0, tzinfo=UTC)  # an hour before midnight in WIB

steps = st.tuples(
    st.integers(0, 2),  # business
    st.integers(0, 3),  # order
    st.sampled_from(Counted),
    st.booleans(),
    st.integers(1, 500),
    st.integers(0, 3_600),  # seconds since the step before
)


def history(drawn: list[tuple[int, int, Counted, bool, int, int]]) -> list[Movement]:
    at, found = START, []
    for sequence, (business, order, kind, is_qris, amount, seconds) in enumerate(drawn, 1):
        at += timedelta(seconds=seconds)
        found.append(
            Movement(
                sequence=sequence,
                transfer_id=UUID(int=sequence),
                business_id=UUID(int=business),
                order_id=UUID(int=100 + order),
                kind=kind,
                is_qris=is_qris and kind is Counted.PAID,
                amount_minor=amount,
                at=at,
            )
        )
    return found


def by_hand(movements: list[Movement]) -> Counter[tuple[object, ...]]:
    """Recompute each figure on its own, looking through the whole past for every transfer."""
    sums: Counter[tuple[object, ...]] = Counter()
    cancelled = set()
    for number, now in enumerate(movements):
        past = [m for m in movements[:number] if (m.business_id, m.order_id) == (now.business_id, now.order_id)]
        key = (now.at.astimezone(ZoneInfo("Asia/Jakarta")).date(), now.business_id)
        paid = sum(m.amount_minor for m in past if m.kind is Counted.PAID)
        was_paid = any(m.kind is Counted.PAID for m in past)
        was_completed = any(m.kind in (Counted.RELEASED, Counted.FEE) for m in past)
        if now.kind is Counted.PAID:
            sums[*key, "orders"] += not was_paid
            sums[*key, "gross_minor"] += now.amount_minor
            sums[*key, "qris_orders"] += now.is_qris and not was_paid
            sums[*key, "qris_minor"] += now.amount_minor * now.is_qris
        elif now.kind is Counted.REFUNDED:
            sums[*key, "refunded_minor"] += now.amount_minor
            back = now.amount_minor + sum(m.amount_minor for m in past if m.kind is Counted.REFUNDED)
            order = (now.business_id, now.order_id)
            if was_paid and back >= paid and not was_completed and order not in cancelled:
                cancelled.add(order)
                sums[*key, "cancelled_orders"] += 1
        else:
            sums[*key, "completed_orders"] += not was_completed
            sums[*key, "completed_minor"] += now.amount_minor
            sums[*key, "fee_minor"] += now.amount_minor * (now.kind is Counted.FEE)
    return +sums


def counted(batches: list[list[Movement]]) -> Counter[tuple[object, ...]]:
    orders: dict = {}
    sums: Counter[tuple[object, ...]] = Counter()
    for batch in batches:
        for (day, business), columns in count(batch, orders).sales.items():
            for name, value in zip(Figures._fields, columns, strict=True):
                sums[day, business, name] += value
    return +sums


@settings(max_examples=200, deadline=None)
@given(st.lists(steps, max_size=40))
def test_any_history_counts_as_it_does_by_hand(drawn):
    movements = history(drawn)

    assert counted([movements]) == by_hand(movements)


@settings(max_examples=100, deadline=None)
@given(st.lists(steps, max_size=40), st.lists(st.integers(0, 40), max_size=5))
def test_how_a_history_is_cut_into_batches_changes_nothing(drawn, cuts):
    movements = history(drawn)
    edges = [0, *sorted(cuts), len(movements)]
    batches = [movements[a:b] for a, b in pairwise(edges)]

    assert counted(batches) == counted([movements])


@given(st.lists(steps, max_size=30))
def test_orders_of_the_minutes_are_the_orders_of_the_days(drawn):
    changes = count(history(drawn), {})
    days = [Figures(*columns) for columns in changes.sales.values()]

    assert sum(orders for orders, _ in changes.minutes.values()) == sum(day.orders for day in days)
    assert sum(gross for _, gross in changes.minutes.values()) == sum(day.gross_minor for day in days)


def test_the_chart_shows_an_hour_and_names_the_last_whole_minute_and_the_peak():
    now = datetime(2026, 11, 11, 5, 0, 30, tzinfo=UTC)
    busy, last = (
        Minute(now.replace(second=0) - timedelta(minutes=30), 8, 1),
        Minute(now.replace(second=0) - timedelta(minutes=1), 4, 1),
    )
    chart = chart_of([busy, last], now)

    assert len(chart.bars) == 60
    assert (chart.peak, chart.last, chart.top) == (busy, last, 8)
    assert max(bar.height for bar in chart.bars) == CHART_HEIGHT
    assert chart.bars[-1].orders == 0


def test_a_chart_of_nothing_is_flat():
    assert {bar.height for bar in chart_of([], START).bars} == {0}


def test_a_letter_means_another_sector_in_another_edition():
    assert sector_name("2020-J") != sector_name("2025-J")
    assert (len(SECTIONS["2020"]), len(SECTIONS["2025"])) == (21, 22)
    assert sector_name("") == sector_name("1999-Z") == ""
