"""Assets and accounts are opened once, and what they are never changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.builders.ledger import an_account, an_asset

from kawasan.core import ids
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger.api import Balance, Flag, NewAccount, NewAsset

pytestmark = pytest.mark.django_db


def a_new_account() -> NewAccount:
    owner = ids.uuid7()
    return NewAccount(ledger.account_id(owner, ledger.IDR, 100), owner, ledger.IDR, 100, Flag.NO_OVERDRAW)


def test_an_opened_account_is_empty_and_opening_it_again_changes_nothing() -> None:
    account = a_new_account()
    ledger.open_accounts([account, account])
    ledger.freeze_account(account.id)
    ledger.open_accounts([account])
    found = ledger.account(account.id)
    assert (found.owner, found.asset, found.code, found.balance) == (account.owner, ledger.IDR, 100, Balance())
    assert found.flags == Flag.NO_OVERDRAW | Flag.FROZEN
    assert ledger.accounts_of(account.owner) == [found]
    assert ledger.accounts_of(account.owner, codes=[101]) == []


def test_nothing_to_open_is_no_work() -> None:
    ledger.open_accounts([])
    ledger.open_assets([])


@pytest.mark.parametrize("change", [{"code": 101}, {"flags": Flag.NONE}, {"owner": ids.uuid7()}, {"id": ids.uuid7()}])
def test_an_account_with_other_properties_is_refused(change: dict[str, object]) -> None:
    account = a_new_account()
    ledger.open_accounts([account])
    with pytest.raises(ledger.AccountConflict):
        ledger.open_accounts([replace(account, **change)])
    assert ledger.account(account.id).flags == account.flags


@pytest.mark.parametrize("change", [{"code": 0}, {"code": 40_000}, {"flags": Flag.FROZEN}, {"flags": Flag(8)}])
def test_a_malformed_account_is_refused(change: dict[str, object]) -> None:
    account = replace(a_new_account(), **change)
    with pytest.raises(ledger.AccountInvalid):
        ledger.open_accounts([account])
    assert ledger.balances([account.id]) == {}


def test_an_account_needs_an_asset_that_was_opened() -> None:
    account = replace(a_new_account(), asset=ledger.asset_id("nothing"))
    with pytest.raises(ledger.UnknownAsset):
        ledger.open_accounts([account])
    with pytest.raises(ledger.UnknownAsset):
        ledger.asset(account.asset)


def test_an_asset_is_opened_once_with_its_decimals() -> None:
    ledger.open_assets([NewAsset("kWh", 3), NewAsset("kWh", 3)])
    ledger.open_assets([NewAsset("kWh", 3)])
    assert ledger.asset(ledger.asset_id("kWh")) == NewAsset("kWh", 3)
    with pytest.raises(ledger.AssetConflict):
        ledger.open_assets([NewAsset("kWh", 0)])
    assert ledger.asset(ledger.IDR) == NewAsset("IDR", 2)


@pytest.mark.parametrize("asset", [NewAsset(""), NewAsset("x", -1), NewAsset("x", 19)])
def test_a_malformed_asset_is_refused(asset: NewAsset) -> None:
    with pytest.raises(ledger.AssetInvalid):
        ledger.open_assets([asset])


def test_an_unknown_account_cannot_be_frozen() -> None:
    with pytest.raises(ledger.UnknownAccount):
        ledger.freeze_account(ids.uuid7())


def test_the_same_owner_asset_and_code_always_give_the_same_account() -> None:
    owner, piece = ids.uuid7(), an_asset()
    assert an_account(owner=owner, asset=piece, code=7) == an_account(owner=owner, asset=piece, code=7)
    assert len({ledger.account_id(owner, asset, code) for asset in (piece, ledger.IDR) for code in (7, 8)}) == 4
