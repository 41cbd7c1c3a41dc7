"""What stands behind the engine: the application's role cannot rewrite history, and constraints keep balances."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.builders.ledger import a_hold, a_transfer, an_account, an_entry

from kawasan.core import ids
from kawasan.platform.roles import as_owner
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger.api import Flag

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_transfer set amount = 1",
        "delete from ledger_transfer",
        "truncate ledger_transfer",
        "update ledger_entry set at = now()",
        "delete from ledger_entry",
        "truncate ledger_entry",
        "delete from ledger_account",
        "truncate ledger_account",
        "update ledger_account set owner = id",
        "update ledger_account set asset = id",
        "update ledger_asset set scale = 0",
        "delete from ledger_asset",
        "alter sequence ledger_transfer_sequence restart",
    ],
)
def test_the_application_may_not_rewrite_history(statement: str) -> None:
    wallet, shop = an_account(holding=10), an_account()
    moved = a_transfer(wallet, shop, 3)
    ledger.post(an_entry(moved))
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert refused.value.__cause__.sqlstate == "42501"  # insufficient_privilege
    assert ledger.transfer(moved.id).amount == 3
    assert ledger.balance(shop).posted == 3


@pytest.mark.parametrize(
    ("flags", "statement", "constraint"),
    [
        (Flag.NO_OVERDRAW, "debits_posted = 11", "no_overdraw"),
        (Flag.NO_OVERDRAW, "debits_pending = 11", "no_overdraw"),
        (Flag.NO_OVERFILL, "credits_posted = 1", "no_overfill"),
        (Flag.NONE, "debits_pending = -1", "balances_positive"),
        (Flag.NONE, "credits_posted = -1", "balances_positive"),
    ],
)
def test_constraints_keep_what_an_engine_gone_wrong_would_break(flags: Flag, statement: str, constraint: str) -> None:
    account = an_account(flags=flags, holding=0 if flags is Flag.NO_OVERFILL else 10)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"update ledger_account set {statement} where id = %s", [account])


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"amount": 0}, "ledger_transfer_amount"),
        ({"credit": None}, "ledger_transfer_two_accounts"),
        ({"kind": "post"}, "ledger_transfer_kind"),
        ({"kind": "other"}, "ledger_transfer_kind"),
        ({"expires_at": "2026-11-11"}, "ledger_transfer_expiry"),
    ],
)
def test_a_malformed_transfer_row_cannot_be_stored(fields: dict[str, object], constraint: str) -> None:
    debit = an_account()
    row = {"id": ids.uuid7(), "sequence": 10**9, "entry_id": ids.uuid7(), "debit": debit, "credit": ids.uuid7()}
    row |= {"asset": ledger.IDR, "amount": 1, "code": 1, "kind": "posted", "at": "2026-11-11"} | fields
    row["credit"] = row["credit"] or debit
    sql = f"insert into ledger_transfer ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})"
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, list(row.values()))


def test_the_database_itself_lets_a_pending_transfer_be_resolved_only_once() -> None:
    wallet, shop = an_account(holding=10), an_account()
    hold = a_hold(wallet, shop, 3)
    ledger.post(an_entry(hold))
    sql = (
        "insert into ledger_transfer (id, entry_id, debit, credit, asset, amount, code, kind, pending_of, at)"
        " select %s, entry_id, debit, credit, asset, amount, code, 'void', id, at from ledger_transfer where id = %s"
    )
    with pytest.raises(IntegrityError, match="resolved_once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [ids.uuid7(), hold.id])
        cursor.execute(sql, [ids.uuid7(), hold.id])


def test_the_tests_run_as_the_application_role_and_the_owner_could() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone() == ("kawasan_app",)
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update ledger_entry set at = at")
