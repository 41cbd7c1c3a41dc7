"""A contract on an EVM chain, reached over JSON-RPC: put a checkpoint into it, and ask what it holds."""

from __future__ import annotations

import json
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


class Chain:
    """One contract at one node; the key that may write to it comes from the environment."""

    def __init__(self) -> None:
        self.contract: str = settings.KAWASAN_EVM_CONTRACT

    def ask(self, method: str, *params: Any) -> Any:
        """Ask the node. Raises httpx.HTTPError and NotOnChain."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = httpx.post(settings.KAWASAN_EVM_RPC, json=body, timeout=ANSWER_SECONDS)
        try:
            found = answer.json()
        except ValueError as error:
            raise NotOnChain(f"HTTP {answer.status_code} without JSON") from error
        if not isinstance(found, dict) or "result" not in found:
            said = found.get("error") if isinstance(found, dict) else None
            raise NotOnChain(f"{method}: {said.get('message') if isinstance(said, dict) else 'no result'}"[:150])
        return found["result"]

    def head(self, origin: str) -> tuple[int, bytes]:
        """Return how far the contract holds a log: size and root."""
        call = {"to": self.contract, "data": contract.head_call(origin)}
        return contract.head_of(self.ask("eth_call", call, "latest"))

    def keep(self, checkpoint: Checkpoint) -> dict[str, Any]:
        """Put a checkpoint into the contract, or find where it was put before; return the transaction's receipt."""
        size, root = self.head(checkpoint.origin)
        if size < checkpoint.size:
            found = self.send(contract.anchor_call(checkpoint), to=self.contract)
        elif (size, root) == (checkpoint.size, checkpoint.root):
            found = self._written_before(checkpoint)
        else:
            raise NotOnChain(f"the contract holds {size} entries, or another root")
        contract.check_transaction(found, checkpoint=checkpoint, contract=self.contract)
        return found

    def still_holds(self, checkpoint: Checkpoint, transaction: str) -> None:
        """See that the chain still knows the transaction, and the contract no shorter log. Raises NotOnChain."""
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
        gas = int(self.ask("eth_estimateGas", fields), 16)
        whole = {
            "data": data, "value": 0, "gas": gas * 5 // 4, "gasPrice": int(self.ask("eth_gasPrice"), 16),
            "nonce": int(self.ask("eth_getTransactionCount", account.address, "latest"), 16),
            "chainId": int(self.ask("eth_chainId"), 16),
        } | ({"to": _checksummed(to)} if to else {})  # fmt: skip
        signed = account.sign_transaction(whole)
        return self._mined(self.ask("eth_sendRawTransaction", f"0x{bytes(signed.raw_transaction).hex()}"))

    def _mined(self, transaction: str) -> dict[str, Any]:
        until = time.monotonic() + MINED_SECONDS
        while True:
            found = self.ask("eth_getTransactionReceipt", transaction)
            if isinstance(found, dict):
                return found
            if time.monotonic() > until:
                raise NotOnChain(f"not in a block yet: {transaction}")
            time.sleep(LOOK_SECONDS)

    def _written_before(self, checkpoint: Checkpoint) -> Any:
        topics = [contract.ANCHORED, f"0x{contract.origin_id(checkpoint.origin)}"]
        wanted = {"address": self.contract, "topics": topics, "fromBlock": "0x0", "toBlock": "latest"}
        logs = self.ask("eth_getLogs", wanted)
        return self.ask("eth_getTransactionReceipt", logs[-1]["transactionHash"]) if logs else None


def _account() -> Any:
    try:
        from eth_account import Account
    except ImportError as error:
        raise NotOnChain("eth-account is not installed: pip install 'kawasan[anchor]'") from error
    try:
        return Account.from_key(settings.KAWASAN_EVM_KEY)
    except Exception as error:  # of several kinds, and none may say the key
        raise NotOnChain("KAWASAN_EVM_KEY is not a private key") from error


def _checksummed(address: str) -> str:
    from eth_utils.address import to_checksum_address

    return str(to_checksum_address(address))
