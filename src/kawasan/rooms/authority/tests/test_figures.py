"""Paid, cancelled, returned and completed orders become figures, on the day in WIB on which each thing happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from tests.builders.authority import NOON, a_completion, a_refund, a_sale
from tests.builders.zone import a_business, an_actor

from kawasan.core import ids
from kawasan.core.access import STRANGER, SYSTEM, Actor
from kawasan.core.errors import Forbidden, Unauthenticated
from kawasan.platform import followers
from kawasan.rooms.authority import api as authority
from kawasan.rooms.authority.types import By, Figures, Filter, Sort
from kawasan.rooms.zone.models import Business

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 11)
TABLES = {
    "authority_sales": "day, business_id",
    "authority_day": "day",
    "authority_minute": "minute",
    "authority_order": "order_id, business_id",
    "authority_counted": "sequence",
}


def stored() -> dict[str, list[str]]:
    """Return every row of every table of figures, as text."""
    found = {}
    with connection.cursor() as cursor:
        for table, key in TABLES.items():
            cursor.execute(f"select t::text from {table} t order by {key}")
            found[table] = [row[0] for row in cursor.fetchall()]
    return found


def total(first: date = DAY, last: date | None = None, **wanted) -> Figures:
    table = authority.table(
        actor=SYSTEM, period=authority.checked_period(first, last or first), by=By.SECTOR, wanted=Filter(**wanted)
    )
    return table.total


def rows(by: By, wanted: Filter = Filter(), sort: Sort = Sort.GROSS, last: date = DAY):  # noqa: B008
    table = authority.table(actor=SYSTEM, period=authority.checked_period(DAY, last), by=by, wanted=wanted, sort=sort)
    return {row.key: row.figures for row in table.rows}


def test_a_paid_order_counts_once_with_its_money():
    business = a_business()
    a_sale(business.id, 150_000_00)
    a_sale(business.id, 50_000_00, qris=True)
    followers.catch_up()

    assert total() == Figures(orders=2, gross_minor=200_000_00, qris_orders=1, qris_minor=50_000_00)


def test_an_order_refunded_whole_before_its_completion_is_cancelled():
    sale = a_sale(a_business().id, 90_000_00)
    a_refund(sale, 40_000_00)
    followers.catch_up()
    assert total().cancelled_orders == 0
    a_refund(sale, 50_000_00)
    followers.catch_up()

    assert total() == Figures(orders=1, gross_minor=90_000_00, refunded_minor=90_000_00, cancelled_orders=1)
    assert total().net_minor == 0


def test_a_return_after_completion_is_refunded_but_not_cancelled():
    sale = a_sale(a_business().id, 100_000_00)
    a_completion(sale, fee_minor=1_000_00)
    a_refund(sale, 99_000_00, from_seller=True)
    followers.catch_up()

    assert total() == Figures(
        orders=1,
        gross_minor=100_000_00,
        refunded_minor=99_000_00,
        completed_orders=1,
        completed_minor=100_000_00,
        fee_minor=1_000_00,
    )


def test_an_order_whose_batches_are_taken_apart_is_still_one_order():
    sale = a_sale(a_business().id, 10_000_00)
    followers.catch_up()
    a_completion(sale, fee_minor=100_00)
    followers.catch_up()
    a_refund(sale, 1_00, from_seller=True)
    followers.catch_up()

    assert (total().orders, total().completed_orders, total().cancelled_orders) == (1, 1, 0)


def test_the_day_ends_at_midnight_in_wib():
    business = a_business()
    a_sale(business.id, 1_00, at=datetime(2026, 11, 11, 16, 59, 59, 999_999, tzinfo=UTC))  # 23:59:59 WIB
    a_sale(business.id, 2_00, at=datetime(2026, 11, 11, 17, 0, tzinfo=UTC))  # 00:00 WIB of the 12th
    followers.catch_up()

    assert total(DAY).gross_minor == 1_00
    assert total(date(2026, 11, 12)).gross_minor == 2_00
    assert rows(By.DAY, last=date(2026, 11, 12)).keys() == {"2026-11-11", "2026-11-12"}
    assert authority.differences() == []


def test_a_refund_counts_on_its_own_day_so_that_a_closed_day_stays_as_it_was():
    sale = a_sale(a_business().id, 70_000_00)
    followers.catch_up()
    before = total(DAY)
    a_refund(sale, at=NOON + timedelta(days=1))
    followers.catch_up()

    assert total(DAY) == before
    assert total(DAY + timedelta(days=1)) == Figures(refunded_minor=70_000_00, cancelled_orders=1)
    assert total(DAY, DAY + timedelta(days=1)).net_minor == 0


def test_figures_are_grouped_by_sector_and_region():
    weaver = a_business(kbli_code="13121", regency_code="33.75")
    shop = a_business(kbli_code="47711", regency_code="32.73")
    other = a_business(kbli_code="47711", regency_code="32.04")
    for business, amount in ((weaver, 1_000_00), (shop, 2_000_00), (other, 4_000_00)):
        a_sale(business.id, amount)
    followers.catch_up()

    assert {key: figures.gross_minor for key, figures in rows(By.SECTOR).items()} == {
        "2025-C": 1_000_00,
        "2025-G": 6_000_00,
    }
    assert {key: figures.gross_minor for key, figures in rows(By.PROVINCE).items()} == {
        "32": 6_000_00,
        "33": 1_000_00,
    }
    assert rows(By.REGENCY, Filter(province="32")).keys() == {"32.73", "32.04"}
    assert list(rows(By.BUSINESS, Filter(sector="2025-G"))) == [str(other.id), str(shop.id)]
    assert total(regency="32.73").gross_minor == 2_000_00


def test_a_business_that_the_register_does_not_know_is_counted_as_unknown():
    a_sale(ids.uuid7(), 5_00)
    followers.catch_up()

    assert rows(By.PROVINCE) == {"": Figures(orders=1, gross_minor=5_00)}


def test_a_business_that_moves_takes_its_figures_along_and_a_rebuild_agrees():
    business = a_business(regency_code="33.75")
    a_sale(business.id, 5_00)
    followers.catch_up()
    Business.objects.filter(pk=business.id).update(regency_code="32.73")
    moved = rows(By.REGENCY)
    followers.rebuild(authority.FOLLOWER_NAME)

    assert moved.keys() == {"32.73"}
    assert rows(By.REGENCY) == moved


def test_a_rebuild_gives_the_same_tables_to_the_last_byte():
    businesses = [a_business() for _ in range(3)]
    for number in range(30):
        sale = a_sale(
            businesses[number % 3].id, (number + 1) * 100, at=NOON + timedelta(hours=number), qris=number % 2 == 0
        )
        if number % 4 == 1:
            a_refund(sale, at=NOON + timedelta(hours=number + 1))
        elif number % 4 == 2:
            a_completion(sale, fee_minor=number, at=NOON + timedelta(hours=number + 2))
        if number % 7 == 0:
            followers.catch_up()
    followers.catch_up()
    before = stored()
    taken = followers.rebuild(authority.FOLLOWER_NAME)

    assert taken > 0
    assert all(before[table] for table in TABLES)
    assert stored() == before
    assert authority.differences() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("update authority_sales set gross_minor = gross_minor + 1", "authority-sales"),
        ("update authority_day set orders = orders + 1", "authority-day"),
        ("update authority_minute set gross_minor = 0", "authority-minute"),
        ("update authority_order set refunded_minor = 7", "authority-order"),
        ("delete from authority_counted", "authority-counted"),
        ("delete from authority_sales", "authority-sales"),
        (
            "insert into authority_day select '2001-01-01', 1, 1, 0, 0, 0, 0, 0, 0, 0",
            "authority-day",
        ),
    ],
)
def test_a_figure_changed_by_hand_is_found_and_its_row_named(change, code):
    business = a_business()
    a_sale(business.id, 3_00)
    followers.catch_up()
    assert authority.differences() == []
    with connection.cursor() as cursor:
        cursor.execute(change)

    (finding,) = authority.differences()
    assert finding.code == code
    assert finding.expected != finding.found
    if code == "authority-sales":
        assert finding.row == f"2026-11-11 {business.id}"


def test_what_the_follower_has_not_taken_yet_is_no_finding():
    a_sale(a_business().id, 3_00)
    followers.catch_up()
    a_sale(a_business().id, 4_00)

    assert authority.differences() == []


def test_every_figure_of_a_business_opens_down_to_the_transfers_that_it_sums():
    business = a_business()
    for number in range(5):
        sale = a_sale(business.id, (number + 1) * 100, at=NOON + timedelta(days=number % 2))
        a_refund(sale, 50, at=NOON + timedelta(days=number % 2))
    a_sale(a_business().id, 999_00)
    followers.catch_up()
    period = authority.checked_period(DAY, DAY + timedelta(days=1))
    found, cursor = [], None
    while True:
        page = authority.transfers(actor=SYSTEM, business_id=business.id, period=period, cursor=cursor, limit=3)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    figures = total(period.first, period.last, business_id=business.id)

    assert len(found) == len({item.sequence for item in found}) == 10
    assert sum(t.amount_minor for t in found if t.kind is authority.Counted.PAID) == figures.gross_minor == 1_500
    assert sum(t.amount_minor for t in found if t.kind is authority.Counted.REFUNDED) == figures.refunded_minor == 250
    traced = authority.trace(actor=SYSTEM, sequence=found[0].sequence)
    assert (traced.agrees, traced.ledger_amount_minor, traced.place.name) == (
        True,
        found[0].amount_minor,
        business.name,
    )


@pytest.mark.parametrize("sequence", [0, -1, 2**63, 999_999_999])
def test_a_transfer_that_no_figure_counts_is_not_found(sequence):
    with pytest.raises(authority.UnknownTransfer):
        authority.trace(actor=SYSTEM, sequence=sequence)


@pytest.mark.parametrize(("first", "last"), [(DAY, DAY - timedelta(days=1)), (date(2000, 1, 1), DAY)])
def test_a_period_that_ends_before_it_begins_or_never_ends_is_refused(first, last):
    with pytest.raises(authority.BadPeriod):
        authority.checked_period(first, last)


def askers() -> dict[str, tuple[Actor, type]]:
    business = a_business()
    return {
        "stranger": (STRANGER, Unauthenticated),
        "buyer": (an_actor(), Forbidden),
        "owner": (an_actor(business=business), Forbidden),
        "key without the scope": (
            Actor(person_id=ids.uuid7(), zone_role="auditor", scopes=frozenset({"orders:read"})),
            Forbidden,
        ),
    }


@pytest.mark.parametrize("who", ["stranger", "buyer", "owner", "key without the scope"])
def test_only_roles_of_the_zone_see_figures(who):
    actor, refusal = askers()[who]
    period = authority.checked_period(DAY, DAY)
    for look in (
        lambda: authority.table(actor=actor, period=period, by=By.SECTOR),
        lambda: authority.transfers(actor=actor, business_id=ids.uuid7(), period=period),
        lambda: authority.trace(actor=actor, sequence=1),
        lambda: authority.place(actor=actor, business_id=ids.uuid7()),
        lambda: authority.screen(actor=actor, at=NOON),
    ):
        with pytest.raises(refusal):
            look()


@pytest.mark.parametrize("role", ["staff", "auditor", "operator"])
def test_every_role_of_the_zone_sees_figures(role):
    actor = an_actor(zone_role=role)

    assert authority.table(actor=actor, period=authority.checked_period(DAY, DAY), by=By.SECTOR).rows == ()
    assert authority.screen(actor=actor, at=NOON).today == Figures()


@pytest.mark.parametrize("role", ["staff", "auditor"])
def test_only_the_operator_publishes_the_screen(role):
    with pytest.raises(Forbidden):
        authority.publish_screen(actor=an_actor(zone_role=role), is_public=True, at=NOON)
    assert not authority.screen_is_public()


def test_a_published_screen_is_seen_by_everybody_until_it_is_taken_back():
    operator = an_actor(zone_role="operator")
    a_sale(a_business().id, 8_00)
    followers.catch_up()
    for _ in range(2):  # a repeat changes nothing
        authority.publish_screen(actor=operator, is_public=True, at=NOON)
    seen = authority.screen(actor=STRANGER, at=NOON + timedelta(minutes=1))
    assert (seen.today.gross_minor, seen.is_published) == (8_00, True)
    with pytest.raises(Unauthenticated):
        authority.table(actor=STRANGER, period=authority.checked_period(DAY, DAY), by=By.SECTOR)
    authority.publish_screen(actor=operator, is_public=False, at=NOON)
    with pytest.raises(Unauthenticated):
        authority.screen(actor=STRANGER, at=NOON)


def test_the_screen_tells_today_the_last_hour_the_newest_orders_and_how_far_behind_it_is():
    business = a_business(regency_code="32.73")
    a_sale(business.id, 1_00, at=NOON - timedelta(days=1))
    old = a_sale(business.id, 2_00, at=NOON - timedelta(hours=2))
    a_refund(old, at=NOON - timedelta(minutes=30))
    newest = a_sale(business.id, 4_00, at=NOON - timedelta(minutes=5))
    followers.catch_up()
    now = NOON + timedelta(seconds=20)
    seen = authority.screen(actor=SYSTEM, at=now)

    assert (seen.today.orders, seen.today.gross_minor, seen.today.net_minor) == (2, 6_00, 4_00)
    assert (seen.ever.orders, seen.ever.gross_minor) == (3, 7_00)
    assert [(m.at, m.orders, m.gross_minor) for m in seen.minutes] == [(NOON - timedelta(minutes=5), 1, 4_00)]
    assert (seen.newest[0].order_id, seen.newest[0].regency_name) == (newest.order_id, business.regency_name)
    assert seen.behind_seconds == 0
    a_sale(business.id, 8_00, at=NOON)
    later = authority.screen(actor=SYSTEM, at=now + timedelta(seconds=2))
    assert (later.today.orders, later.behind_seconds) == (2, 22.0)


def test_a_snapshot_is_shared_for_a_second_and_no_longer(django_assert_num_queries):
    a_sale(a_business().id, 1_00)
    followers.catch_up()
    authority.screen(actor=SYSTEM, at=NOON)
    with django_assert_num_queries(1):  # whether the screen is public
        authority.screen(actor=SYSTEM, at=NOON + timedelta(milliseconds=900))
    with django_assert_num_queries(9):
        authority.screen(actor=SYSTEM, at=NOON + timedelta(milliseconds=1900))


def test_figures_hold_what_row_security_lets_through():
    """A business's people reach their own rows only, nobody reaches the sums of all, whatever a query forgets."""
    from kawasan.platform.db import see_as

    mine, other = a_business(), a_business()
    for business in (mine, other):
        a_sale(business.id, 1_00)
    followers.catch_up()
    seen = {}
    see_as(an_actor(business=mine))
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"select count(*) from {table}")
            seen[table] = cursor.fetchone()[0]
    see_as(SYSTEM)

    assert seen == {
        "authority_sales": 1,
        "authority_day": 0,
        "authority_minute": 0,
        "authority_order": 1,
        "authority_counted": 1,
    }
