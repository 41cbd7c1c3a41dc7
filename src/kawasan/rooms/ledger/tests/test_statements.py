"""An account's statement: newest first, each line with the balance after it, the same whatever the size of a page."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders.ledger import a_hold, a_resolution, a_source, a_transfer, an_account, an_entry

from kawasan.core import ids
from kawasan.core.paging import BadCursor
from kawasan.platform import followers
from kawasan.platform.roles import as_owner
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger.api import Flag, Kind, StatementLine

pytestmark = pytest.mark.django_db


def all_lines(account: object, limit: int, *, holds: bool = False) -> list[StatementLine]:
    lines: list[StatementLine] = []
    cursor = None
    while True:
        page = ledger.statement(account, cursor, limit, holds=holds)
        lines += page.items
        assert len(page.items) <= limit
        if not page.next_cursor:
            return lines
        cursor = page.next_cursor


def test_a_statement_has_each_movement_with_the_balance_after_it() -> None:
    source, wallet, shop = a_source(), an_account(), an_account()
    order = ids.uuid7()
    ledger.post(an_entry(a_transfer(source, wallet, 100, code=1)))
    ledger.post(an_entry(a_transfer(wallet, shop, 30, code=2, reference=order)))
    ledger.post(an_entry(a_transfer(shop, wallet, 5, code=3)))
    lines = ledger.statement(wallet).items
    assert [(line.code, line.change, line.balance) for line in lines] == [(3, 5, 75), (2, -30, 70), (1, 100, 100)]
    assert [line.counterparty for line in lines] == [shop, shop, source]
    assert [line.reference for line in lines] == [None, order, None]


def test_reservations_are_shown_when_asked_for_and_do_not_move_the_balance() -> None:
    wallet, shop = an_account(holding=100), an_account()
    posted, voided = a_hold(wallet, shop, 40), a_hold(wallet, shop, 10)
    ledger.post(an_entry(posted, voided))
    ledger.post(an_entry(a_resolution(Kind.POST, posted, 15), a_resolution(Kind.VOID, voided)))
    assert [(line.kind, line.change, line.balance) for line in ledger.statement(wallet).items] == [
        (Kind.POST, -15, 85),
        (Kind.POSTED, 100, 100),
    ]
    assert [(line.kind, line.amount, line.change, line.balance) for line in all_lines(wallet, 2, holds=True)] == [
        (Kind.VOID, -10, 0, 85),
        (Kind.POST, -15, -15, 85),
        (Kind.PENDING, -10, 0, 100),
        (Kind.PENDING, -40, 0, 100),
        (Kind.POSTED, 100, 100, 100),
    ]


@given(amounts=st.lists(st.integers(-50, 50).filter(bool), max_size=12), limit=st.integers(1, 5))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_pages_of_any_size_give_one_statement_that_adds_up(db: None, amounts: list[int], limit: int) -> None:
    account, other = an_account(flags=Flag.NONE), an_account(flags=Flag.NONE)
    for amount in amounts:
        accounts = (other, account) if amount > 0 else (account, other)
        ledger.post(an_entry(a_transfer(*accounts, abs(amount))))
    lines = all_lines(account, limit)
    assert [line.change for line in reversed(lines)] == amounts
    assert [line.balance for line in reversed(lines)] == [sum(amounts[: n + 1]) for n in range(len(amounts))]
    assert ledger.balance(account).posted == sum(amounts)


@given(amounts=st.lists(st.integers(-50, 50).filter(bool), min_size=2, max_size=10), followed=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_statement_is_exact_however_far_the_follower_has_come(db: None, amounts: list[int], followed: Any) -> None:
    account, other = an_account(flags=Flag.NONE), an_account(flags=Flag.NONE)
    for amount in amounts:
        accounts = (other, account) if amount > 0 else (account, other)
        ledger.post(an_entry(a_transfer(*accounts, abs(amount))))
        move = followed.draw(st.sampled_from(["lag", "lag", "catch up", "rebuild"]))
        if move == "catch up":
            followers.catch_up(ledger.LINES_FOLLOWER)
        elif move == "rebuild":
            followers.rebuild(ledger.LINES_FOLLOWER)
        assert ledger.statement(account).items[0].balance == ledger.balance(account).posted
    lines = all_lines(account, 3)
    assert [line.change for line in reversed(lines)] == amounts
    assert [line.balance for line in reversed(lines)] == [sum(amounts[: n + 1]) for n in range(len(amounts))]
    assert ledger.verify() == []


def test_verify_finds_a_line_that_is_missing_wrong_or_too_many() -> None:
    wallet, shop = an_account(holding=10), an_account()
    moved = a_transfer(wallet, shop, 3)
    ledger.post(an_entry(moved))
    followers.catch_up(ledger.LINES_FOLLOWER)
    assert ledger.verify() == []
    for spoil in ("update ledger_line set change = 4", "delete from ledger_line"):
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"{spoil} where account = %s and transfer_id = %s", [shop, moved.id])
        assert [(finding.code, finding.row) for finding in ledger.verify()] == [("ledger-line", str(moved.id))]
    followers.rebuild(ledger.LINES_FOLLOWER)
    assert ledger.verify() == []


def test_an_account_without_movements_has_an_empty_statement_and_an_unknown_one_has_none() -> None:
    page = ledger.statement(an_account())
    assert (page.items, page.next_cursor) == ((), None)
    with pytest.raises(ledger.UnknownAccount):
        ledger.statement(ids.uuid7())
    with pytest.raises(BadCursor):
        ledger.statement(an_account(), "made-up")
