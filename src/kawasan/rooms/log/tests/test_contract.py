"""The contract as shipped, run by an EVM in memory: what its bytecode does, not what its source says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eth_tester.exceptions import TransactionFailed

from kawasan.rooms.log.rules import contract
from kawasan.rooms.log.rules.notes import Checkpoint
from kawasan.rooms.log.tests.evm import Evm

SHIPPED = json.loads((Path(__file__).resolve().parent.parent / "data/anchor.json").read_text())
ONE, OTHER = "zone.example/log", "other.example/log"
EMPTY = (0, b"\0" * 32)


@pytest.fixture(scope="module")
def evm():
    return Evm()


@pytest.fixture
def deployed(evm):
    """Return the contract's address and its owner's; what a test does to the chain is undone."""
    before = evm.tester.take_snapshot()
    owner = evm.tester.get_accounts()[0]
    yield _sent(evm, owner, SHIPPED["bytecode"])["contract_address"], owner
    evm.tester.revert_to_snapshot(before)


def _sent(evm, sender, data, to=None):
    fields = {"from": sender, "data": data, "gas": 1_000_000, "gas_price": 10**10} | ({"to": to} if to else {})
    return evm.tester.get_transaction_receipt(evm.tester.send_transaction(fields))


def _refused(evm, sender, data, to):
    """See that a transaction, sent all the same, changes and tells nothing; return what the contract says to it."""
    receipt = _sent(evm, sender, data, to)
    assert (receipt["status"], list(receipt["logs"])) == (0, [])
    with pytest.raises(TransactionFailed) as refusal:
        evm.tester.call({"from": sender, "to": to, "data": data, "gas": 1_000_000})
    return str(refusal.value)


def _call(evm, to, data):
    return evm.tester.call({"from": evm.tester.get_accounts()[5], "to": to, "data": data, "gas": 1_000_000})


def _head(evm, address, origin):
    return contract.head_of(_call(evm, address, contract.head_call(origin)))


def _checkpoint(origin, size, letter):
    return Checkpoint(origin, size, letter * 32)


def test_each_log_has_its_own_head_and_an_event_tells_what_was_put_there(evm, deployed):
    address, owner = deployed
    assert _head(evm, address, ONE) == EMPTY
    for one in (_checkpoint(ONE, 1, b"a"), _checkpoint(OTHER, 7, b"b"), _checkpoint(ONE, 2**64 - 1, b"c")):
        receipt = _sent(evm, owner, contract.anchor_call(one), address)
        (told,) = receipt["logs"]
        assert receipt["status"] == 1
        assert told["address"] == address
        assert list(told["topics"]) == [contract.ANCHORED, f"0x{contract.origin_id(one.origin)}"]
        assert told["data"] == f"0x{one.size:064x}{one.root.hex()}"
        assert _head(evm, address, one.origin) == (one.size, one.root)
    assert _head(evm, address, OTHER) == (7, b"b" * 32)
    assert _head(evm, address, "third.example/log") == EMPTY


def test_nobody_but_the_owner_puts_anything_there_and_the_owner_never_changes(evm, deployed):
    address, owner = deployed
    stranger = evm.tester.get_accounts()[1]
    _sent(evm, owner, contract.anchor_call(_checkpoint(ONE, 5, b"a")), address)
    assert _refused(evm, stranger, contract.anchor_call(_checkpoint(ONE, 6, b"x")), address) == "owner only"
    assert _head(evm, address, ONE) == (5, b"a" * 32)
    assert _call(evm, address, "0x8da5cb5b") == f"0x{int(owner, 16):064x}"  # owner()
    for wanted in ("0xf2fde38b", "0x13af4035", "0x5f5b8a2c"):  # transferOwnership, setOwner, something else
        _refused(evm, owner, f"{wanted}{int(stranger, 16):064x}", address)


@pytest.mark.parametrize("size", [0, 1, 4, 5])
def test_a_log_never_shrinks_and_keeps_one_root_for_a_size(evm, deployed, size):
    address, owner = deployed
    _sent(evm, owner, contract.anchor_call(_checkpoint(ONE, 5, b"a")), address)
    assert _refused(evm, owner, contract.anchor_call(_checkpoint(ONE, size, b"x")), address) == "growing only"
    assert _head(evm, address, ONE) == (5, b"a" * 32)


def test_a_size_that_no_log_can_have_money_and_half_a_call_are_refused(evm, deployed):
    address, owner = deployed
    whole = contract.anchor_call(_checkpoint(ONE, 5, b"a"))
    for data in (contract.anchor_call(_checkpoint(ONE, 2**64, b"a")), whole[:-2], whole[:10], "0x"):
        _refused(evm, owner, data, address)
    paid = {"from": owner, "to": address, "data": whole, "value": 1, "gas": 1_000_000, "gas_price": 10**10}
    assert evm.tester.get_transaction_receipt(evm.tester.send_transaction(paid))["status"] == 0
    assert _head(evm, address, ONE) == EMPTY
