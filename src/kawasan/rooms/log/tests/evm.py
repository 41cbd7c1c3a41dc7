"""A chain of the tests' own: py-evm in memory behind the few words of JSON-RPC that anchors need."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from eth.exceptions import Revert
from eth_account import Account
from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.exceptions import TransactionFailed, TransactionNotFound
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak


class Evm:
    """One chain with two rich keys."""

    def __init__(self) -> None:
        self.tester = EthereumTester(PyEVMBackend())
        self.key = "0x" + "4b" * 32
        self.other_key = "0x" + "17" * 32
        self.asked: list[str] = []
        self.instead: dict[str, object] = {}  # a method's name: what is answered to it, or raised
        self.is_busy = False  # what is sent waits, until ``make_blocks``
        self.waiting: list[str] = []
        self.chain = self.tester.backend.chain.chain_id
        for key in (self.key, self.other_key):
            self._give(Account.from_key(key).address)

    def _give(self, address: str) -> None:
        self.tester.send_transaction(
            {"from": self.tester.get_accounts()[0], "to": address, "gas": 21_000,
             "value": 10**21, "gas_price": 10**10}
        )  # fmt: skip

    def answer(self, method: str, given: list) -> object:
        """Answer one question, or raise ValueError with what a node would say."""
        self.asked.append(method)
        if method in self.instead:
            found = self.instead[method]
            if isinstance(found, Exception):
                raise found
            return found
        return getattr(self, f"_{method}")(*given)

    def _eth_chainId(self) -> str:  # noqa: N802
        return hex(self.chain)

    def _eth_gasPrice(self) -> str:  # noqa: N802
        return hex(10**10)

    def _eth_getTransactionCount(self, address: str, block: str) -> str:  # noqa: N802
        return hex(self.tester.get_nonce(to_checksum_address(address), block))

    def _eth_estimateGas(self, call: dict) -> str:  # noqa: N802
        return hex(self.tester.estimate_gas(_call(call)))

    def _eth_call(self, call: dict, block: str) -> str:
        sender = self.tester.get_accounts()[0]
        return self.tester.call({"from": sender, "gas": 1_000_000} | _call(call), block)

    def _eth_sendRawTransaction(self, raw: str) -> str:  # noqa: N802
        if raw in self.waiting:
            raise ValueError("already known")
        if self.is_busy:
            self.waiting.append(raw)
            return "0x" + keccak(hexstr=raw).hex()
        return self.tester.send_raw_transaction(raw)

    def make_blocks(self) -> None:
        """Take what waits."""
        self.is_busy = False
        while self.waiting:
            self.tester.send_raw_transaction(self.waiting.pop(0))

    def _eth_getTransactionReceipt(self, number: str) -> object:  # noqa: N802
        try:
            found = self.tester.get_transaction_receipt(number)
        except TransactionNotFound:
            return None
        return {
            "transactionHash": number, "status": hex(found["status"]), "blockNumber": hex(found["block_number"]),
            "blockHash": found["block_hash"], "contractAddress": found["contract_address"],
            "logs": [_log(one) for one in found["logs"]],
        }  # fmt: skip

    def _eth_blockNumber(self) -> str:  # noqa: N802
        return hex(self.tester.get_block_by_number("latest")["number"])

    def _eth_getBlockByNumber(self, number: str, whole: bool) -> object:  # noqa: N802
        found = self.tester.get_block_by_number(int(number, 16))
        return {"hash": found["hash"], "number": number, "timestamp": hex(found["timestamp"])}

    def _eth_getLogs(self, wanted: dict) -> object:  # noqa: N802
        found = self.tester.get_logs(
            from_block=int(wanted["fromBlock"], 16), address=to_checksum_address(wanted["address"]),
            topics=wanted["topics"],
        )  # fmt: skip
        return [_log(one) for one in found]

    @contextmanager
    def serving(self):
        """Answer over HTTP as a node does."""
        evm = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                said: dict = {"jsonrpc": "2.0", "id": asked["id"]}
                try:
                    said["result"] = evm.answer(asked["method"], asked["params"])
                except TransactionFailed as error:
                    said["error"] = {"code": 3, "message": "execution reverted", "data": _reason(error)}
                except Exception as error:  # whatever py-evm says no with
                    said["error"] = {"code": -32000, "message": str(error)}
                body = json.dumps(said).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words: object) -> None: ...

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _reason(error: TransactionFailed) -> str:
    """Return what the contract said as nodes do: an Error(string) in hexadecimal digits."""
    said = error.args[0]
    return f"0x{said.args[0].hex()}" if isinstance(said, Revert) else "0x"


def _call(call: dict) -> dict:
    names = {name: to_checksum_address(call[name]) for name in ("from", "to") if name in call}
    return {"data": call["data"]} | names


def _log(one: dict) -> dict:
    return {
        "address": one["address"].lower(), "topics": list(one["topics"]), "data": one["data"],
        "transactionHash": one["transaction_hash"],
    }  # fmt: skip
