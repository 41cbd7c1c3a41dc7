"""``verify`` names every row that was changed behind the ledger's back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from tests.builders.ledger import AT, a_hold, a_resolution, a_transfer, an_account, an_asset, an_entry

from kawasan.core import clock, ids
from kawasan.platform.roles import as_owner
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger.api import Kind
from kawasan.rooms.ledger.engine import months

pytestmark = pytest.mark.django_db


def tamper(sql: str, *parameters: object) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")  # or ALTER TABLE finds their triggers pending
        cursor.execute(sql, parameters)


def found(code: str) -> list[tuple[str, str, str]]:
    return [(item.row, item.expected, item.found) for item in ledger.verify() if item.code == code]


@pytest.fixture
def story() -> dict[str, object]:
    wallet, shop = an_account(holding=100), an_account()
    posted, open_ = a_hold(wallet, shop, 40), a_hold(wallet, shop, 7)
    sale, posting = a_transfer(wallet, shop, 10), a_resolution(Kind.POST, posted, 25)
    entry = an_entry(sale, posted, open_)
    ledger.post(entry)
    ledger.post(an_entry(posting))
    ledger.post(an_entry(gone := a_hold(wallet, shop, 2, minutes=1)))
    ledger.expire_due(AT + timedelta(minutes=2))
    assert ledger.verify() == []
    return {"wallet": wallet, "shop": shop, "sale": sale.id, "posting": posting.id, "open": open_.id, "gone": gone.id}


def test_a_changed_balance_is_found(story: dict[str, object]) -> None:
    tamper("update ledger_account set credits_posted = credits_posted + 1 where id = %s", story["shop"])
    assert found("ledger-balance") == [(str(story["shop"]), "pending 0/7 posted 0/35", "pending 0/7 posted 0/36")]
    assert [row for row, *_ in found("ledger-asset-total")] == [str(ledger.IDR)]


def test_a_changed_amount_is_found_at_both_accounts(story: dict[str, object]) -> None:
    tamper("update ledger_transfer set amount = 11 where id = %s", story["sale"])
    assert {row for row, *_ in found("ledger-balance")} == {str(story["wallet"]), str(story["shop"])}


def test_a_deleted_transfer_is_found(story: dict[str, object]) -> None:
    tamper("delete from ledger_transfer where id = %s", story["posting"])
    assert {row for row, *_ in found("ledger-balance")} == {str(story["wallet"]), str(story["shop"])}
    assert len(found("ledger-entry")) == 1


def test_a_transfer_to_an_account_that_is_not_there_is_found(story: dict[str, object]) -> None:
    nowhere = ids.uuid7()
    tamper("update ledger_transfer set credit = %s where id = %s", nowhere, story["sale"])
    assert [row for row, *_ in found("ledger-transfer-accounts")] == [str(story["sale"])]
    assert (str(nowhere), "pending 0/0 posted 0/10", "no account") in found("ledger-balance")


def test_a_transfer_of_another_asset_is_found(story: dict[str, object]) -> None:
    tamper("update ledger_transfer set asset = %s where id = %s", an_asset(), story["sale"])
    assert [row for row, *_ in found("ledger-transfer-accounts")] == [str(story["sale"])]


def test_a_posting_of_more_than_was_reserved_is_found(story: dict[str, object]) -> None:
    tamper("update ledger_transfer set amount = 41 where id = %s", story["posting"])
    assert [row for row, *_ in found("ledger-resolution")] == [str(story["posting"])]


def test_a_resolution_of_what_was_never_pending_is_found(story: dict[str, object]) -> None:
    tamper("update ledger_transfer set pending_of = %s where id = %s", story["sale"], story["posting"])
    assert [row for row, *_ in found("ledger-resolution")] == [str(story["posting"])]


def test_a_pending_transfer_resolved_twice_and_a_number_used_twice_are_found(story: dict[str, object]) -> None:
    tamper(f"drop index {months.partition_of(clock.now())}_resolved_once")
    tamper(
        "insert into ledger_transfer (id, sequence, entry_id, debit, credit, asset, amount, code, kind, pending_of, at)"
        " select %s, sequence, entry_id, debit, credit, asset, amount, code, kind, pending_of, at"
        " from ledger_transfer where id = %s",
        ids.uuid7(),
        story["posting"],
    )
    assert len(found("ledger-resolved-twice")) == 1
    assert len(found("ledger-sequence")) == 1


def test_a_balance_beyond_its_limit_is_found(story: dict[str, object]) -> None:
    tamper("alter table ledger_account drop constraint ledger_account_no_overdraw")
    tamper("update ledger_account set debits_posted = 101 where id = %s", story["wallet"])
    assert [row for row, *_ in found("ledger-limit")] == [str(story["wallet"])]


def test_an_expiry_that_would_never_come_and_one_too_many_are_found(story: dict[str, object]) -> None:
    tamper("delete from ledger_pending where transfer_id = %s", story["open"])
    tamper("insert into ledger_pending (transfer_id, expires_at) values (%s, %s)", story["gone"], AT)
    assert {row for row, *_ in found("ledger-pending")} == {str(story["open"]), str(story["gone"])}
