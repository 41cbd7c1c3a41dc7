"""Transfers lie in a partition a month; a database from before keeps every row, and nothing waits for a partition."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from tests.builders.ledger import AT, a_hold, a_resolution, a_transfer, an_account, an_entry

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.platform import roles, schemas
from kawasan.platform.db import transaction
from kawasan.platform.roles import as_owner
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger import tasks
from kawasan.rooms.ledger.api import Kind, PendingState
from kawasan.rooms.ledger.engine import months

FAR = datetime(2041, 2, 3, tzinfo=UTC)


def rows(sql: str, *parameters: object) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def id_of(moment: datetime, number: int) -> UUID:
    return UUID(int=int(moment.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | number)


def partition_of(transfer_id: UUID) -> str:
    return rows("select tableoid::regclass::text from ledger_transfer where id = %s", transfer_id)[0][0]


@pytest.mark.django_db
def test_a_transfer_lies_in_the_month_of_its_id_and_a_made_up_id_in_the_default() -> None:
    wallet, shop = an_account(holding=10), an_account()
    now, odd = a_transfer(wallet, shop, 1), a_transfer(wallet, shop, 1, id=UUID(int=7))
    ledger.post(an_entry(now, odd))
    assert partition_of(now.id) == months.partition_of(clock.now().date())
    assert partition_of(odd.id) == "ledger_transfer_default"
    with pytest.raises(ledger.TransferIdReused):
        ledger.post(an_entry(a_transfer(wallet, shop, 1, id=odd.id)))


@pytest.mark.django_db
def test_an_expiry_lies_beside_the_hold_it_ends() -> None:
    wallet, shop = an_account(holding=10), an_account()
    hold = a_hold(wallet, shop, 1, minutes=1)
    ledger.post(an_entry(hold))
    assert ledger.expire_due(hold.expires_at) == 1
    (expiry,) = rows("select id from ledger_transfer where pending_of = %s", hold.id)[0]
    assert partition_of(expiry) == partition_of(hold.id)


@pytest.mark.django_db
def test_a_month_made_late_takes_its_rows_over_and_repeating_it_makes_nothing() -> None:
    wallet, shop = an_account(holding=10), an_account()
    early = [a_transfer(wallet, shop, 1, id=id_of(FAR, number)) for number in range(3)]
    ledger.post(an_entry(*early))
    assert {partition_of(t.id) for t in early} == {"ledger_transfer_default"}
    names = [f"ledger_transfer_2041_0{month}" for month in (2, 3, 4, 5)]
    with as_owner():
        assert ledger.make_months(FAR) == names
        assert ledger.make_months(FAR) == []
    assert {partition_of(t.id) for t in early} == {names[0]}
    assert ledger.transfer(early[0].id).amount == 1
    rights = "select has_table_privilege('kawasan_app', c::regclass, r) from unnest(%s::text[]) c, unnest(%s::text[]) r"
    assert set(rows(rights, names, ["insert", "update", "delete", "truncate"])) == {(False,)}
    ledger.post(an_entry(a_transfer(wallet, shop, 1, id=id_of(FAR, 9))))
    assert ledger.verify() == []


@pytest.mark.django_db(transaction=True)
def test_the_task_makes_the_months_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FAR)
    try:
        tasks.make_months()
        assert rows("select to_regclass('ledger_transfer_2041_05') is not null") == [(True,)]
    finally:
        with as_owner(), connection.cursor() as cursor:
            for month in (2, 3, 4, 5):
                cursor.execute(f"drop table if exists ledger_transfer_2041_0{month}")


@pytest.fixture
def old_zone() -> Iterator[str]:
    """A zone as it was before partitions, with rows."""
    schema = "zone_before"
    with as_owner():
        schemas.add_zone(schema=schema, name="Before", hosts=[], at=AT)
        with connection.cursor() as cursor:
            cursor.execute(roles._ZONE_GRANT_SQL.format(schema=schema, role=roles.APPLICATION_ROLE))
        with schemas.in_zone(schema):
            _migrate("0002_numbering_storage_and_rights")
            _fill()
    yield schema
    roles.drop_zone(schema)


def _migrate(*names: str) -> None:
    executor = MigrationExecutor(connection)
    targets = [("ledger", name) for name in names] or [
        node for node in executor.loader.graph.leaf_nodes() if node[0] in ("ledger", "platform")
    ]
    executor.migrate(targets)


OLD_WALLET, OLD_SHOP, OLD_ENTRY = UUID(int=1), UUID(int=2), UUID(int=100)
OLD_OTHER_ENTRY = UUID(int=101)
OLD_MOVE, OLD_OPEN, OLD_GONE, OLD_VOID = (id_of(datetime(2026, 3, 4, tzinfo=UTC), number) for number in range(4))
OLD_TRANSFERS = [
    ledger.NewTransfer(OLD_MOVE, OLD_WALLET, OLD_SHOP, 10, 5),
    ledger.NewTransfer(OLD_OPEN, OLD_WALLET, OLD_SHOP, 3, 5, Kind.PENDING),
    ledger.NewTransfer(OLD_GONE, OLD_WALLET, OLD_SHOP, 4, 5, Kind.PENDING, expires_at=AT),
]
# As the first version digested OLD_TRANSFERS, computed with it.
OLD_DIGEST = "5b6e0f5cfe7eafd3cdcb2f1a9838a9eab67215fe137dc35da428824b0d3a045e"


def _fill() -> None:
    account = (
        "insert into ledger_account (id, owner, asset, code, flags, debits_pending, debits_posted, credits_pending,"
        " credits_posted) values (%s, %s, %s, 1, 0, %s, %s, %s, %s)"
    )
    transfer = (
        "insert into ledger_transfer (id, entry_id, debit, credit, asset, amount, code, kind, pending_of, expires_at,"
        " at) values (%s, %s, %s, %s, %s, %s, 5, %s, %s, %s, %s)"
    )
    entry = "insert into ledger_entry (id, content_hash, at, first_sequence, last_sequence) values (%s, %s, %s, %s, %s)"
    void = ledger.NewTransfer(OLD_VOID, OLD_WALLET, OLD_SHOP, 4, 5, Kind.VOID, OLD_GONE)
    with connection.cursor() as cursor:
        cursor.execute(account, [OLD_WALLET, OLD_WALLET, ledger.IDR, 3, 10, 0, 0])
        cursor.execute(account, [OLD_SHOP, OLD_SHOP, ledger.IDR, 0, 0, 3, 10])
        for entry_id, transfers in ((OLD_ENTRY, OLD_TRANSFERS), (OLD_OTHER_ENTRY, [void])):
            for t in transfers:
                row = [
                    t.id,
                    entry_id,
                    t.debit,
                    t.credit,
                    ledger.IDR,
                    t.amount,
                    t.kind.value,
                    t.pending_of,
                    t.expires_at,
                ]
                cursor.execute(transfer, [*row, AT])
        cursor.execute(entry, [OLD_ENTRY, bytes.fromhex(OLD_DIGEST), AT, 1, 3])
        cursor.execute(entry, [OLD_OTHER_ENTRY, b"", AT, 4, 4])


@pytest.mark.django_db(transaction=True)
def test_a_zone_with_rows_is_brought_to_partitions_and_loses_nothing(old_zone: str) -> None:
    with as_owner(), schemas.in_zone(old_zone):
        _migrate()
    with schemas.in_zone(old_zone), transaction(SYSTEM):
        assert ledger.verify() == []
        assert partition_of(OLD_MOVE) == "ledger_transfer_2026_03"
        assert [row.id for row in ledger.transfers_between(0, 99)] == [OLD_MOVE, OLD_OPEN, OLD_GONE, OLD_VOID]
        assert rows("select transfer_id, expires_at from ledger_pending") == [(OLD_OPEN, None)]
        entry = ledger.Entry(OLD_ENTRY, AT, tuple(OLD_TRANSFERS))
        assert ledger.post(entry).repeated
        changed = ledger.Entry(OLD_ENTRY, AT, tuple(OLD_TRANSFERS[:2]))
        with pytest.raises(ledger.EntryIdReused):
            ledger.post(changed)
        ledger.post(an_entry(a_resolution(Kind.POST, OLD_OPEN)))
        assert ledger.pending_state(OLD_OPEN) is PendingState.POSTED
        assert ledger.post(an_entry(a_transfer(OLD_WALLET, OLD_SHOP, 1))).last_sequence > 5
        assert [line.balance for line in ledger.statement(OLD_SHOP).items] == [14, 13, 10]
        assert ledger.verify() == []
