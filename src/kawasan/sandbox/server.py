"""The sandbox bank's HTTP server: a thread a connection, nothing but the standard library."""

from __future__ import annotations

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from kawasan.core import clock, ids
from kawasan.core.money import UnreadableAmount, parse_rupiah
from kawasan.rooms.payments.rules.snap import signing, wire
from kawasan.sandbox import pages
from kawasan.sandbox.bank import Bank, CannotPay
from kawasan.sandbox.scenarios import Fault, Pay
from kawasan.sandbox.texts import LANGUAGES, language_of

HANG_SECONDS = 15.0
IDLE_SECONDS = 65
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; form-action 'self'; frame-ancestors 'none'"
)
_LOOPBACK = ("127.", "::1", "::ffff:127.")


class Sandbox:
    """The bank behind an address; ``port`` 0 takes a free one."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, file: Path | None = None) -> None:
        self.bank = Bank(file)
        self._server = _Server((host, port), _Handler)
        self._server.bank = self.bank
        self.port = int(self._server.server_address[1])
        self.address = f"http://{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True, name="sandbox")

    def start(self) -> Sandbox:
        """Answer from now on, in a thread."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Answer no more and close the journal."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
        self.bank.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    bank: Bank

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "KawasanSandbox"
    sys_version = ""
    timeout = IDLE_SECONDS
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Keep standard output for what people asked for."""

    def do_GET(self) -> None:
        self._take("GET")

    def do_POST(self) -> None:
        self._take("POST")

    def do_PUT(self) -> None:
        self._take("PUT")

    def do_DELETE(self) -> None:
        self._take("DELETE")

    def _take(self, method: str) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > wire.BODY_BYTES_MAX:
            self.close_connection = True
            self._json(413, {"error": "too long"})
            return
        body, path = self.rfile.read(int(length)), urlsplit(self.path).path
        if path.startswith("/sandbox/"):
            self._control(method, path, body)
        elif method == "GET":
            self._page(path)
        elif (method, path) == ("POST", "/bayar"):
            self._pay_form(body)
        else:
            self._partner(method, body)

    # Partners

    def _partner(self, method: str, body: bytes) -> None:
        reply = self.server.bank.reply(
            method=method, url=self.path, headers=httpx.Headers(self.headers.items()), body=body, at=clock.now()
        )
        if reply.fault in (Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE):
            self.close_connection = True  # the connection ends without a word, as when a proxy gives up
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if reply.fault is Fault.HANG:
            time.sleep(HANG_SECONDS)
        content = wire.written(reply.body)
        if reply.fault is Fault.BROKEN:
            content = content[: len(content) // 2]
        self._send(reply.status, content, "application/json", **(reply.headers or {}))

    # Control: only for programs on this machine

    def _control(self, method: str, path: str, body: bytes) -> None:
        if not str(self.client_address[0]).startswith(_LOOPBACK):
            self._json(403, {"error": "only from this machine"})
            return
        bank = self.server.bank
        try:
            given = wire.read(body) if body else {}
            if (method, path) == ("GET", "/sandbox/state"):
                self._json(200, bank.standing())
            elif (method, path) == ("POST", "/sandbox/partners"):
                self._json(200, bank.register(given))
            elif (method, path) == ("POST", "/sandbox/scenarios") and "usesAmounts" in given:
                bank.plan.uses_amounts = bool(given["usesAmounts"])
                self._json(200, {"usesAmounts": bank.plan.uses_amounts})
            elif (method, path) == ("POST", "/sandbox/bills"):
                bill = bank.bill_of_code(str(given["code"]))
                self._json(200, {"state": bill.state if bill else "unknown"})
            elif (method, path) == ("POST", "/sandbox/scenarios"):
                times = int(given.get("times", 1))
                bank.plan.add(str(given["clientId"]), str(given["service"]), Fault(given["scenario"]), times)
                self._json(200, {"planned": times})
            elif (method, path) == ("POST", "/sandbox/payments"):
                self._pay_json(given)
            elif (method, path) == ("POST", "/sandbox/tokens/end"):
                bank.tokens.end_all()
                self._json(200, {})
            elif (method, path) == ("POST", "/sandbox/keys"):
                before = signing.public_of(bank.store.private_key)
                bank.store.keep_key(signing.new_private_key())
                self._json(200, {"publicKeys": [signing.public_of(bank.store.private_key), before]})
            else:
                self._json(404, {"error": "no such door"})
        except (ValueError, KeyError, TypeError) as error:
            self._json(422, {"error": str(error)})

    def _pay_json(self, given: dict[str, Any]) -> None:
        bank = self.server.bank
        bill = bank.bill_of_code(str(given["code"]))
        if bill is None:
            self._json(404, {"error": "no such bill"})
            return
        try:
            moved = bank.pay(
                bill,
                Pay(given.get("scenario", "pay")),
                visit=str(given.get("visit") or ids.uuid7()),
                at=clock.now(),
                amount_minor=given.get("amountMinor"),
                abroad=given.get("abroad"),
            )
        except CannotPay as refused:
            self._json(409, {"error": str(refused)})
            return
        self._json(200, {"moved": [{"id": m.id, "status": m.status, "amountMinor": m.amount_minor} for m in moved]})

    # Pages

    def _page(self, path: str) -> None:
        given = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        language, bank = self._language(given), self.server.bank
        if path == "/healthz":
            self._json(200, {"status": "ok"})
        elif path.startswith("/static/css/") and (found := pages.style(path.removeprefix("/static/css/"))):
            self._send(200, found, "text/css; charset=utf-8")
        elif path == "/":
            self._html(200, pages.home(bank.store.bills(), language=language, at=clock.now()))
        elif path == "/bayar":
            self._bill(given, language)
        elif path == "/selesai" and (bill := bank.store.bill(given.get("bill", ""))):
            how = given.get("cara", "")
            paid = int(given["jumlah"]) if given.get("jumlah", "").isdigit() and len(given["jumlah"]) < 16 else 0
            shown, abroad = Pay(how) if how in list(Pay) else Pay.PAY, pages.abroad_of(given)
            self._html(200, pages.done_page(bill, shown, language=language, abroad=abroad, amount_minor=paid))
        else:
            self._html(404, pages.refused_page(_NO_CODE, language=language))

    def _bill(self, given: dict[str, str], language: str) -> None:
        bank, at, code = self.server.bank, clock.now(), given.get("kode", "")
        bill = bank.bill_of_code(code[: pages.CODE_LENGTH_MAX])
        if bill is None:
            self._html(404, pages.refused_page(_NO_CODE, language=language, code=code))
            return
        name, amount = bill.name, bill.amount_minor
        if bill.kind == "va" and (asked := bank.asked_of_partner(bill, at)):
            data = asked.get("virtualAccountData") or {}
            name = str(data.get("virtualAccountName") or name)
        visit = str(ids.uuid7())
        abroad = pages.abroad_of(given) if bill.kind == "qris" else None
        page = pages.bill_page(bill, visit=visit, language=language, name=name, amount_minor=amount, abroad=abroad)
        self._html(200, page)

    def _pay_form(self, body: bytes) -> None:
        given = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        language = self._language({name: v[0] for name, v in parse_qs(urlsplit(self.path).query).items()})
        bank = self.server.bank
        bill, how = bank.store.bill(given.get("bill", "")), given.get("scenario", "")
        if bill is None or how not in list(Pay):
            self._html(404, pages.refused_page(_NO_CODE, language=language))
            return
        try:
            typed = _typed(given.get("amount", "")) if bill.is_static else None
            abroad = None if bill.is_static else pages.abroad_of(given)
            bank.pay(bill, Pay(how), visit=given.get("visit", ""), at=clock.now(), abroad=abroad, amount_minor=typed)
        except CannotPay as refused:
            why = _NO_AMOUNT if str(refused) == "amount" else _OVER
            self._html(409, pages.refused_page(why, language=language, code=bill.content))
            return
        more = f"&jumlah={typed}" if typed else pages.query_of(abroad)
        self._send(303, b"", "text/plain", Location=f"/selesai?bill={bill.id}&cara={how}&lang={language}{more}")

    def _language(self, given: dict[str, str]) -> str:
        wanted = given.get("lang", "")
        return wanted if wanted in LANGUAGES else language_of(self.headers.get("Accept-Language", ""))

    # Answers

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body).encode(), "application/json")

    def _html(self, status: int, page: str) -> None:
        self._send(status, page.encode(), "text/html; charset=utf-8", **{"Content-Security-Policy": POLICY})

    def _send(self, status: int, content: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def _typed(text: str) -> int:
    try:
        return parse_rupiah(text).minor
    except UnreadableAmount:
        raise CannotPay("amount") from None


_NO_AMOUNT = "Type an amount that one QRIS payment may carry."
_NO_CODE = "This is no code of this bank, or it was never made here."
_OVER = "This code is over or was cancelled. A bank's app does not pay it any more."
