"""A contract on an EVM chain, reached over JSON-RPC: put a checkpoint into it, and ask what it holds."""

from __future__ import annotations

import json
import re
import time
from importlib.resources import files
from typing import Any

import httpx
from django.conf import settings

from kawasan.rooms.log.rules import contract
from kawasan.rooms.log.rules.contract import NotOnChain
from kawasan.rooms.log.rules.notes import Checkpoint

ANSWER_SECONDS = 10.0
MINED_SECONDS = 45.0  # not there by then: the next attempt looks for it first
LOOK_SECONDS = 1.0
BLOCKS_BACK = 9_000


class Chain:
    """One contract at one node; the key that may write to it comes from the environment."""

    def __init__(self) -> None:
        self.contract: str = settings.KAWASAN_EVM_CONTRACT

    def number(self) -> int:
        """Return the number of the node's chain. Raises NotOnChain where the operator named another one."""
        found = self._number("eth_chainId")
        wanted = settings.KAWASAN_EVM_CHAIN_ID
        if wanted and found != wanted:
            raise NotOnChain(f"the node is of chain {found}, not of {wanted}")
        return found

    def ask(self, method: str, *params: Any) -> Any:
        """Ask the node. Raises httpx.HTTPError and NotOnChain."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = httpx.post(settings.KAWASAN_EVM_RPC, json=body, timeout=ANSWER_SECONDS)
        try:
            found = answer.json()
        except ValueError as error:
            raise NotOnChain(f"HTTP {answer.status_code} without JSON") from error
        if not isinstance(found, dict) or "result" not in found:
            raise NotOnChain(_refusal(method, found))
        return found["result"]

    def _number(self, method: str, *params: Any) -> int:
        found = self.ask(method, *params)
        if not isinstance(found, str) or not re.fullmatch("0x[0-9a-fA-F]{1,64}", found):
            raise NotOnChain(f"{method}: no number")
        return int(found, 16)

    def head(self, origin: str) -> tuple[int, bytes]:
        """Return how far the contract holds a log: size and root."""
        call = {"to": self.contract, "data": contract.head_call(origin)}
        return contract.head_of(self.ask("eth_call", call, "latest"))

    def keep(self, checkpoint: Checkpoint) -> dict[str, Any]:
        """Put a checkpoint into the contract, or find where it was put before; return the transaction's receipt."""
        self.number()
        size, root = self.head(checkpoint.origin)
        if size < checkpoint.size:
            found = self.send(contract.anchor_call(checkpoint), to=self.contract)
        elif (size, root) == (checkpoint.size, checkpoint.root):
            found = self._written_before(checkpoint)
        else:
            raise NotOnChain(f"the contract holds {size} entries, or another root")
        contract.check_transaction(found, checkpoint=checkpoint, contract=self.contract)
        return found

    def still_holds(self, checkpoint: Checkpoint, transaction: str, chain: int | None) -> None:
        """See that the chain still knows the transaction, and the contract no shorter log. Raises NotOnChain."""
        number = self.number()
        if chain not in (None, number):  # None: receipts of before the chain was written down
            raise NotOnChain(f"the node is of chain {number}, not of {chain}")
        found = self.ask("eth_getTransactionReceipt", transaction)
        contract.check_transaction(found, checkpoint=checkpoint, contract=self.contract)
        size, root = self.head(checkpoint.origin)
        if size < checkpoint.size or (size == checkpoint.size and root != checkpoint.root):
            raise NotOnChain(f"the contract holds {size} entries, or another root")

    def time_of(self, found: dict[str, Any]) -> int:
        """Return when the block of a transaction was made (POSIX seconds)."""
        return int(self.ask("eth_getBlockByNumber", found["blockNumber"], False)["timestamp"], 16)

    def deploy(self) -> str:
        """Put the contract onto the chain, owned by our key; return its address."""
        found = self.send(json.loads(files("kawasan.rooms.log").joinpath("data/anchor.json").read_text())["bytecode"])
        return str(found["contractAddress"])

    def send(self, data: str, to: str = "") -> dict[str, Any]:
        """Sign and send a transaction, and wait until it is in a block."""
        account = _account()
        fields: dict[str, Any] = {"from": account.address, "data": data, "value": "0x0"} | ({"to": to} if to else {})
        whole = {
            "data": data, "value": 0, "gas": self._number("eth_estimateGas", fields) * 5 // 4,
            "gasPrice": self._number("eth_gasPrice"),
            # Of what is in blocks: a transaction of ours that still waits is sent anew or outbid, never queued behind.
            "nonce": self._number("eth_getTransactionCount", account.address, "latest"), "chainId": self.number(),
        } | ({"to": _checksummed(to)} if to else {})  # fmt: skip
        return self._mined(self._sent(account.sign_transaction(whole)))

    def _sent(self, signed: Any) -> str:
        """Send a signed transaction; one that the node has already is as good as sent."""
        try:
            return str(self.ask("eth_sendRawTransaction", f"0x{bytes(signed.raw_transaction).hex()}"))
        except NotOnChain as error:
            if "already known" in str(error):
                return f"0x{bytes(signed.hash).hex()}"
            raise

    def _mined(self, transaction: str) -> dict[str, Any]:
        until = time.monotonic() + MINED_SECONDS
        while True:
            found = self.ask("eth_getTransactionReceipt", transaction)
            if isinstance(found, dict) and found.get("blockNumber"):
                return found
            if time.monotonic() > until:
                raise NotOnChain(f"not in a block yet: {transaction}")
            time.sleep(LOOK_SECONDS)

    def _written_before(self, checkpoint: Checkpoint) -> Any:
        topics = [contract.ANCHORED, f"0x{contract.origin_id(checkpoint.origin)}"]
        for since in (max(0, self._number("eth_blockNumber") - BLOCKS_BACK), 0):  # many nodes search no more at once
            wanted = {"address": self.contract, "topics": topics, "fromBlock": hex(since), "toBlock": "latest"}
            logs = self.ask("eth_getLogs", wanted)
            if logs:
                return self.ask("eth_getTransactionReceipt", logs[-1]["transactionHash"])
        return None


# What nodes of several makes say, and what it means for the operator.
_MEANT = {
    "owner only": "KAWASAN_EVM_KEY does not own the contract (owner only)",
    "insufficient funds": "KAWASAN_EVM_KEY has not enough money for the fee",
    "cannot afford": "KAWASAN_EVM_KEY has not enough money for the fee",
}
_RACED = ("nonce", "underpriced")


def _refusal(method: str, found: Any) -> str:
    """Return why a node did not answer a question."""
    error = found.get("error") if isinstance(found, dict) else None
    words = f"{error.get('message')}{_reason(error.get('data'))}"[:150] if isinstance(error, dict) else "no result"
    for sign, meant in _MEANT.items():
        if sign in words.lower():
            return meant
    if any(sign in words.lower() for sign in _RACED):
        return f"another transaction of this key came first: {words}"
    return f"{method}: {words}"


def _reason(data: Any) -> str:
    """Return what a contract said, where a node leaves it as it is: an ``Error(string)`` in hexadecimal digits."""
    if not isinstance(data, str) or not re.fullmatch("0x08c379a0(?:[0-9a-f]{2}){64,400}", data):
        return ""
    return f": {bytes.fromhex(data[138:]).rstrip(bytes(1)).decode(errors='replace')}"


def _account() -> Any:
    try:
        from eth_account import Account
    except ImportError as error:
        raise NotOnChain("eth-account is not installed: pip install 'kawasan[anchor]'") from error
    if not settings.KAWASAN_EVM_KEY:
        raise NotOnChain("KAWASAN_EVM_KEY is not set")
    try:
        return Account.from_key(settings.KAWASAN_EVM_KEY)
    except Exception as error:  # of several kinds, and none may say the key
        raise NotOnChain("KAWASAN_EVM_KEY is not a private key") from error


def _checksummed(address: str) -> str:
    from eth_utils.address import to_checksum_address

    return str(to_checksum_address(address))
