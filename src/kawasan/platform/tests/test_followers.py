"""Followers never skip a row that commits late, and rebuild to the same answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from tests import databases
from tests.waiting import wait_until

from kawasan.core.access import SYSTEM
from kawasan.platform import followers, schemas
from kawasan.platform.db import transaction

SOURCE = """
create sequence trial_number;
create table trial (number bigint primary key default nextval('trial_number'), amount bigint not null);
create table trial_sum (total bigint not null);
insert into trial_sum values (0);
create table trial_lock (id int primary key);
insert into trial_lock values (1), (2);
grant all on all tables in schema zone_test to kawasan_app;
grant all on all sequences in schema zone_test to kawasan_app;
"""


def _take(after: int, upto: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update trial_sum set total = total + coalesce("
            "(select sum(amount) from trial where number > %s and number <= %s), 0)",
            [after, upto],
        )


def _reset() -> None:
    with connection.cursor() as cursor:
        cursor.execute("update trial_sum set total = 0")


TRIAL = followers.Follower(name="trial", sequence="trial_number", handle=_take, reset=_reset)


def _total() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select total from trial_sum")
        return int(cursor.fetchone()[0])


@pytest.fixture
def source(transactional_db, monkeypatch):
    from kawasan.platform.roles import as_owner

    with as_owner(), connection.cursor() as cursor:
        cursor.execute(SOURCE)
    monkeypatch.setattr(followers, "followers", lambda: (TRIAL,))
    monkeypatch.setattr(followers, "_bounds", followers.SafeBounds())


def _follow_until(total: int) -> int:
    """Follow until the total is reached: transactions of other databases in the cluster may hold the bound back."""
    wait_until(lambda: _total() == total, step=followers.catch_up)
    return _total()


def _write(amount: int) -> None:
    with transaction(SYSTEM), connection.cursor() as cursor:
        cursor.execute("select 1 from trial_lock where id = 1 for no key update")
        cursor.execute("insert into trial (amount) values (%s)", [amount])


@contextmanager
def _a_late_row() -> Iterator[None]:
    """Hold a row of 1000 that has drawn its number; it commits afterwards."""
    drawn, finish = threading.Event(), threading.Event()

    def late() -> None:
        with schemas.in_zone(databases.SCHEMA):
            with transaction(SYSTEM), connection.cursor() as cursor:
                cursor.execute("select 1 from trial_lock where id = 2 for no key update")
                cursor.execute("insert into trial (amount) values (1000)")
                drawn.set()
                finish.wait(10)
            connection.close()

    slow = threading.Thread(target=late)
    slow.start()
    assert drawn.wait(10)
    yield
    finish.set()
    slow.join()


@pytest.mark.django_db(transaction=True)
def test_a_row_that_commits_late_is_taken_and_nothing_twice(source):
    _write(1)
    with _a_late_row():
        _write(2)
        followers.catch_up()
        held_back = _total()

    assert held_back in (0, 1)  # never 3: that would have passed the late row
    assert _follow_until(1003) == 1003
    followers.catch_up()
    assert _total() == 1003


@pytest.mark.django_db(transaction=True)
def test_a_writer_newer_than_every_ended_transaction_is_waited_for(source):
    _write(1)
    assert _follow_until(1) == 1
    with _a_late_row():
        followers.catch_up()  # nothing has ended since the number was drawn, so no snapshot's xmax is above the writer
        passed = followers.position("trial")

    assert passed == 1
    assert _follow_until(1001) == 1001


@pytest.mark.django_db(transaction=True)
def test_all_followers_take_what_is_there_and_rest_without_a_transaction(source, django_assert_num_queries):
    _write(1)
    _follow_until(1)
    _write(2)
    assert wait_until(lambda: _total() == 3, step=followers.advance_all)
    assert (_total(), followers.position("trial")) == (3, 2)

    with django_assert_num_queries(2):  # the cursors, and the source's last number
        assert followers.advance_all() == 0


@pytest.mark.django_db(transaction=True)
def test_all_followers_wait_for_a_row_that_commits_late(source):
    with _a_late_row():
        _write(2)
        for _ in range(3):
            followers.advance_all()
        held_back = _total()

    assert wait_until(lambda: _total() == 1002, step=followers.advance_all)
    assert held_back == 0


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_gives_the_same_answer(source):
    for amount in range(50):
        _write(amount)
    before = _follow_until(1225)
    followers.rebuild("trial")

    assert (before, _follow_until(1225)) == (1225, 1225)
    assert followers.position("trial") == 50


@pytest.mark.django_db(transaction=True)
def test_a_handler_that_fails_moves_neither_cursor_nor_figures(source, monkeypatch):
    _write(5)

    def broken(after: int, upto: int) -> None:
        _take(after, upto)
        raise RuntimeError("broken")

    failing = followers.Follower("trial", "trial_number", broken, _reset)
    with pytest.raises(RuntimeError):
        wait_until(lambda: False, step=lambda: followers.advance(failing))
    assert (_total(), followers.position("trial")) == (0, 0)
    assert _follow_until(5) == 5


@pytest.mark.django_db(transaction=True)
def test_a_number_drawn_and_rolled_back_does_not_hold_followers_up(source):
    with pytest.raises(RuntimeError), transaction(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute("insert into trial (amount) values (7)")
        raise RuntimeError
    _write(3)
    assert _follow_until(3) == 3
