"""A month that is over goes out of the way and comes back; whatever reads history finds it wherever it is."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import click
import pytest
from click.testing import CliRunner
from django.db import connection
from django.db.transaction import atomic as savepoint
from django.db.utils import DatabaseError

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform import followers
from kawasan.platform.db import transaction
from kawasan.platform.roles import as_owner
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger.api import Kind, PendingState
from kawasan.server import months_command
from tests.builders.ledger import a_hold, a_resolution, a_source, a_transfer, an_account, an_entry
from tests.waiting import wait_until

JANUARY, FEBRUARY, MARCH = (datetime(2026, month, 10, tzinfo=UTC) for month in (1, 2, 3))
MONTH, LATER = date(2026, 1, 1), datetime(2026, 8, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def id_of(moment: datetime, number: int) -> UUID:
    return UUID(int=int(moment.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | number)


def rows(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


class Story:
    """A wallet through three months: money in, a sale, holds that end at once, over the month's end, and not yet."""

    def __init__(self, *, leaves_a_hold_open: bool = False) -> None:
        with as_owner():
            ledger.make_months(JANUARY)
        source, self.wallet, self.shop = a_source(), an_account(), an_account()
        open_hold = a_hold(source, self.wallet, 1, minutes=None, id=id_of(JANUARY, 8))
        self.sale = a_transfer(self.wallet, self.shop, 30, id=id_of(JANUARY, 1))
        self.hold, self.long_hold = (
            a_transfer(self.wallet, self.shop, amount, kind=Kind.PENDING, id=id_of(JANUARY, number))
            for number, amount in ((2, 5), (3, 7))
        )
        derived = a_transfer(source, self.wallet, 100, id=UUID(int=77))  # an id without a time lies in the default
        for at, transfer in (
            (JANUARY, derived),
            *([(JANUARY, open_hold)] if leaves_a_hold_open else []),
            (JANUARY, self.sale),
            (JANUARY, self.hold),
            (JANUARY, self.long_hold),
            (JANUARY, a_resolution(Kind.VOID, self.hold, id=id_of(JANUARY, 4))),
            (FEBRUARY, a_resolution(Kind.POST, self.long_hold, id=id_of(FEBRUARY, 5))),
            (FEBRUARY, a_transfer(self.wallet, self.shop, 1, id=id_of(JANUARY, 6))),  # made in January, sent later
            (MARCH, a_transfer(self.shop, self.wallet, 2, id=id_of(MARCH, 7))),
        ):
            ledger.post(an_entry(transfer, at=at))
        if connection._kawasan_test_transaction:
            followers.catch_up()

    def seen(self) -> tuple[Any, ...]:
        """Return what anybody can see of it."""
        upto = rows("select max(sequence) from ledger_history")[0][0]
        return (
            ledger.balances([self.wallet, self.shop]),
            [ledger.statement(account, holds=True).items for account in (self.wallet, self.shop)],
            ledger.transfers_between(0, upto),
            ledger.transfer(self.sale.id),
            [ledger.pending_state(hold.id) for hold in (self.hold, self.long_hold)],
        )


def detach(month: date = MONTH, at: datetime = LATER) -> int:
    with as_owner():
        return ledger.detach_month(month, at=at)


def attach(month: date = MONTH) -> int:
    with as_owner():
        return ledger.attach_month(month)


def test_everything_is_seen_as_before_while_a_month_is_away_and_when_it_is_back() -> None:
    story = Story()
    before = story.seen()
    assert before[4] == [PendingState.VOIDED, PendingState.POSTED]

    assert detach() == 5
    assert rows("select count(*) from ledger_transfer where at < '2026-02-01'") == [(0,)]
    assert rows("select count(*) from ledger_transfer where at < '2026-04-01'") == [(3,)]
    assert story.seen() == before
    assert ledger.verify() == []
    followers.rebuild(ledger.LINES_FOLLOWER)
    assert story.seen() == before
    ledger.post(an_entry(a_transfer(story.shop, story.wallet, 3)))
    assert ledger.balance(story.wallet).available == before[0][story.wallet].available + 3
    assert ledger.verify() == []

    assert attach() == 5
    assert story.seen()[3:] == before[3:]
    assert ledger.verify() == []
    assert rows("select count(*) from ledger_closing") == [(0,)]
    assert rows("select to_regclass('ledger_away_2026_01') is null") == [(True,)]


def test_months_go_one_after_another_and_come_back_the_newest_first() -> None:
    story = Story()
    before = story.seen()
    assert (detach(), detach(date(2026, 2, 1))) == (5, 2)
    assert story.seen() == before
    months = {(one.month, one.is_away) for one in ledger.months()}
    assert {month for month, is_away in months if is_away} == {date(2026, 1, 1), date(2026, 2, 1)}
    assert (clock.now().date().replace(day=1), False) in months
    assert ledger.verify() == []
    with pytest.raises(ledger.MonthNeeded, match="bring 2026-02 back first"):
        attach()
    assert (attach(date(2026, 2, 1)), attach()) == (2, 5)
    assert story.seen() == before
    assert ledger.verify() == []


def test_an_emptied_partition_gives_its_room_back() -> None:
    story = Story()
    detach()
    assert rows("select to_regclass('ledger_transfer_2026_01') is null") == [(False,)]  # one was sent in February
    attach()
    detach(date(2026, 2, 1))
    assert rows("select to_regclass('ledger_transfer_2026_01') is null") == [(True,)]
    late = a_transfer(story.shop, story.wallet, 1, id=id_of(JANUARY, 99))
    ledger.post(an_entry(late, at=LATER))  # an id of that month has a place still
    assert ledger.transfer(late.id).amount == 1
    assert ledger.verify() == []


def _refused(story: Story, reason: str) -> None:
    before = story.seen(), rows("select count(*) from ledger_transfer")
    with pytest.raises(ledger.MonthNeeded, match=reason):
        detach()
    assert (story.seen(), rows("select count(*) from ledger_transfer")) == before


def test_a_month_with_an_open_reservation_stays() -> None:
    _refused(Story(leaves_a_hold_open=True), "1 reservations are open")


def test_a_month_that_a_follower_has_not_taken_stays() -> None:
    story = Story()
    rows("update platform_cursor set position = 1 returning name")
    _refused(story, r"followers are behind: .*ledger\.lines")


def test_a_month_that_is_away_does_not_go_once_more() -> None:
    story = Story()
    detach()
    _refused(story, "is away already")


def test_a_month_that_ended_lately_or_has_nothing_stays() -> None:
    with pytest.raises(ledger.MonthNeeded, match="no transfers"):
        detach(date(2019, 1, 1))
    Story()
    with pytest.raises(ledger.MonthNeeded, match="ended less than 60 days ago"):
        detach(at=datetime(2026, 2, 1, tzinfo=UTC) + timedelta(days=59))
    with pytest.raises(ledger.MonthNotAway):
        attach()


def test_what_is_away_cannot_be_changed_unseen_nor_by_the_application() -> None:
    Story()
    detach()
    for statement in ("delete from ledger_away_2026_01", "delete from ledger_closing", "delete from ledger_history"):
        with pytest.raises(DatabaseError, match=r"permission denied|cannot delete"), savepoint():
            rows(statement)
    with as_owner():
        rows("update ledger_away_2026_01 set amount = amount + 1 where amount = 30 returning id")
    assert {finding.code for finding in ledger.verify()} >= {"ledger-closing"}
    with as_owner():
        rows("update ledger_away_2026_01 set amount = amount - 1 where amount = 31 returning id")
        rows("update ledger_closing set debits_posted = debits_posted + 1 returning account")
    assert {finding.code for finding in ledger.verify()} == {"ledger-closing", "ledger-balance"}


def test_a_reservation_that_is_away_cannot_be_used_again() -> None:
    story = Story()
    detach()
    for hold in (story.hold, story.long_hold):
        with pytest.raises((ledger.PendingNotFound, ledger.PendingAlreadyResolved)):
            ledger.post(an_entry(a_resolution(Kind.POST, hold), at=LATER))


def _catch_up() -> None:
    """Let the ledger's followers pass every number; they wait for transactions of tests beside this one to end."""
    ours = {one.name for one in followers.followers() if one.sequence == ledger.TRANSFER_SEQUENCE}
    passed = "select name from platform_cursor where position >= (select max(sequence) from ledger_transfer)"
    have_passed = wait_until(lambda: ours <= {name for (name,) in rows(passed)}, step=followers.catch_up)
    assert have_passed, "the followers do not catch up"


@pytest.mark.django_db(transaction=True)
def test_the_command_tells_before_it_does_and_refuses_with_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction(SYSTEM):
        story = Story()
    _catch_up()
    before = story.seen()
    main = click.Group("kawasan")
    months_command.add_commands(main, lambda *_: nullcontext())

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["months", *words])
        return done.exit_code, done.output

    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 2, 3, tzinfo=UTC))
    code, said = run("detach", "2026-01", "--yes")
    assert (code, "ended less than 60 days ago" in said) == (1, True)
    monkeypatch.setattr(clock, "now", lambda: LATER)
    assert run("detach", "2026-01") == (0, "5 transfers would go away; repeat it with --yes\n")
    assert "2026-01  here" in run("list")[1]
    assert run("detach", "2026-01", "--yes") == (0, "5 transfers are away\n")
    assert "2026-01  away" in run("list")[1]
    assert story.seen() == before
    assert run("attach", "2026-01") == (0, "5 transfers are back\n")
    assert run("attach", "2026-01")[0] == 1
    assert run("attach", "January")[0] == 2
    assert story.seen() == before
