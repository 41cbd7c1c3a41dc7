"""The sandbox bank is strict: what the standard does not allow is refused in its codes and changes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kawasan.core import clock, ids
from kawasan.rooms.payments.actions.snap import calls
from kawasan.rooms.payments.rules.snap import requests, signing, wire
from kawasan.rooms.payments.rules.snap.codes import Service
from kawasan.rooms.payments.rules.snap.profiles import profile_named
from kawasan.rooms.payments.types.snap import ProviderSettings
from kawasan.sandbox.bank import Bank, Reply
from kawasan.sandbox.scenarios import Pay
from kawasan.sandbox.server import Sandbox
from kawasan.sandbox.state import Store
from tests.builders.snap import SECRET, a_bill, a_client, a_key, a_partner, a_sandbox
from tests.shared_vectors import each

GENERATE = "/v1.0/qr/qr-mpm-generate"
STANDARD = profile_named("sandbox")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with a_sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def partner(sandbox: Sandbox) -> ProviderSettings:
    return a_partner(sandbox)


def token_headers(partner: ProviderSettings, **changes: str) -> dict[str, str]:
    stamp = changes.get("X-TIMESTAMP") or wire.timestamp_text(clock.now())
    text = signing.token_text(client_id=partner.client_id, timestamp=stamp)
    made = {
        "X-CLIENT-KEY": partner.client_id,
        "X-TIMESTAMP": stamp,
        "X-SIGNATURE": signing.sign_rsa(partner.our_keys[0], text),
    }
    return made | changes


def a_token(sandbox: Sandbox, partner: ProviderSettings) -> str:
    return sandbox.bank.tokens.new(partner.client_id, clock.now())


def a_call(
    sandbox: Sandbox, partner: ProviderSettings, body: dict[str, Any] | bytes, *, at: Any = None, **headers: str
) -> Reply:
    """Send a call that is right but for what is given."""
    content = body if isinstance(body, bytes) else wire.written(body)
    stamp = headers.get("X-TIMESTAMP") or wire.timestamp_text(at or clock.now())
    token = headers.pop("token", None) or a_token(sandbox, partner)
    text = signing.call_text(method="POST", url=GENERATE, token=token, body=content, timestamp=stamp)
    made = {
        "Authorization": f"Bearer {token}",
        "X-TIMESTAMP": stamp,
        "X-SIGNATURE": signing.sign_hmac(SECRET, text),
        "X-PARTNER-ID": "mitra-uji",
        "X-EXTERNAL-ID": wire.external_id(ids.uuid7()),
        "CHANNEL-ID": "95221",
    }
    given = {name: value for name, value in (made | headers).items() if value}
    return sandbox.bank.reply(method="POST", url=GENERATE, headers=given, body=content, at=at or clock.now())


def a_request(**changes: Any) -> dict[str, Any]:
    wanted = a_bill()
    body = {"partnerReferenceNo": wanted.reference, "amount": wire.amount_of(50_000_00), "merchantId": "KW0000000001"}
    return body | changes


def code(reply: Reply) -> str:
    return str(reply.body["responseCode"])


def test_a_right_call_gets_a_code_that_a_bank_can_read(sandbox: Sandbox, partner: ProviderSettings) -> None:
    reply = a_call(sandbox, partner, a_request())
    assert (reply.status, code(reply)) == (200, "2004700")
    bill = sandbox.bank.bill_of_code(reply.body["qrContent"])
    assert bill is not None
    assert (bill.amount_minor, bill.id) == (50_000_00, reply.body["referenceNo"])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"X-CLIENT-KEY": "nobody"}, "4017300"),
        ({"X-SIGNATURE": "AAAA"}, "4017300"),
        ({"X-SIGNATURE": ""}, "4007302"),
        ({"X-TIMESTAMP": "2020-01-01T00:00:00+07:00"}, "4017300"),
        ({"X-TIMESTAMP": "yesterday"}, "4007301"),
    ],
)
def test_a_token_is_given_only_to_whom_the_key_belongs(
    sandbox: Sandbox, partner: ProviderSettings, changes: dict[str, str], expected: str
) -> None:
    body = wire.written(requests.TOKEN_BODY)
    url = STANDARD.path(Service.TOKEN)
    headers = token_headers(partner, **changes)
    reply = sandbox.bank.reply(method="POST", url=url, headers=headers, body=body, at=clock.now())
    assert code(reply) == expected
    assert "accessToken" not in reply.body
    right = sandbox.bank.reply(method="POST", url=url, headers=token_headers(partner), body=body, at=clock.now())
    assert (code(right), right.body["expiresIn"]) == ("2007300", "900")


def test_two_public_keys_of_a_partner_are_valid_at_once(sandbox: Sandbox) -> None:
    partner = a_partner(sandbox, our_keys=(a_key(1), a_key(2)))
    body = wire.written(requests.TOKEN_BODY)
    for key, expected in ((a_key(1), "2007300"), (a_key(2), "2007300"), (a_key(3), "4017300")):
        stamp = wire.timestamp_text(clock.now())
        text = signing.token_text(client_id=partner.client_id, timestamp=stamp)
        headers = token_headers(partner, **{"X-TIMESTAMP": stamp, "X-SIGNATURE": signing.sign_rsa(key, text)})
        reply = sandbox.bank.reply(
            method="POST", url=STANDARD.path(Service.TOKEN), headers=headers, body=body, at=clock.now()
        )
        assert code(reply) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Authorization": ""}, "4004702"),
        ({"Authorization": "Bearer nothing"}, "4014701"),
        ({"Authorization": "Basic nothing"}, "4014701"),
        ({"X-SIGNATURE": "AAAA"}, "4014700"),
        ({"X-SIGNATURE": ""}, "4004702"),
        ({"X-PARTNER-ID": "somebody-else"}, "4014700"),
        ({"CHANNEL-ID": "much too long"}, "4004701"),
        ({"CHANNEL-ID": ""}, "4004702"),
        ({"X-EXTERNAL-ID": "not digits"}, "4004701"),
        ({"X-EXTERNAL-ID": "1" * 37}, "4004701"),
        ({"X-EXTERNAL-ID": ""}, "4004702"),
        ({"X-TIMESTAMP": "2020-01-01T00:00:00+07:00"}, "4014700"),
        ({"X-TIMESTAMP": "2026-10-30T09:15:00"}, "4004701"),
    ],
)
def test_a_call_with_one_wrong_header_is_refused_and_makes_nothing(
    sandbox: Sandbox, partner: ProviderSettings, changes: dict[str, str], expected: str
) -> None:
    body = a_request()
    assert code(a_call(sandbox, partner, body, **changes)) == expected
    assert sandbox.bank.store.bill_of(partner.client_id, body["partnerReferenceNo"]) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "4004701"),
        (b"[]", "4004701"),
        (b"{", "4004701"),
        (a_request(partnerReferenceNo=None), "4004702"),
        (a_request(amount={"value": "5000", "currency": "IDR"}), "4004701"),
        (a_request(amount={"value": "5000.00", "currency": "USD"}), "4004701"),
        (a_request(amount={"value": 5000, "currency": "IDR"}), "4004702"),
        (a_request(amount=None), "4004702"),
        (a_request(merchantId="somebody-else"), "4044708"),
        (a_request(validityPeriod="2020-01-01T00:00:00+07:00"), "4004701"),
    ],
)
def test_a_body_that_the_standard_does_not_know_is_refused(
    sandbox: Sandbox, partner: ProviderSettings, body: Any, expected: str
) -> None:
    assert code(a_call(sandbox, partner, body)) == expected


def test_an_external_id_and_a_reference_are_good_once(sandbox: Sandbox, partner: ProviderSettings) -> None:
    body, same = a_request(), {"X-EXTERNAL-ID": "424242"}
    assert code(a_call(sandbox, partner, body, **same)) == "2004700"
    assert code(a_call(sandbox, partner, a_request(), **same)) == "4094700"
    assert code(a_call(sandbox, partner, body)) == "4094701"
    assert code(a_call(sandbox, partner, a_request(), **{"X-EXTERNAL-ID": "424243"})) == "2004700"


@each("snap", "external_id_scenario")
def test_days_are_counted_as_jakarta_counts_them(given: dict, expected: list[str], sandbox: Sandbox) -> None:
    partner, answers = a_partner(sandbox), []
    for request in given["requests"]:
        at = wire.timestamp_of(request["at"])
        token = sandbox.bank.tokens.new(partner.client_id, at)
        body = a_request(
            partnerReferenceNo=request["partner_reference"], amount={"value": request["amount"], "currency": "IDR"}
        )
        reply = a_call(
            sandbox, partner, body, at=at, token=token,
            **{"X-EXTERNAL-ID": request["external_id"], "X-TIMESTAMP": request["at"]},
        )  # fmt: skip
        answers.append(code(reply))
    assert answers == expected


@each("snap", "qr_generate_validation")
def test_the_vectors_of_validation_are_answered_over_http(given: dict, expected: str, sandbox: Sandbox) -> None:
    partner = a_partner(sandbox)
    assert code(a_call(sandbox, partner, given)) == expected


def test_a_token_ends_after_its_time(sandbox: Sandbox, partner: ProviderSettings) -> None:
    token = a_token(sandbox, partner)
    late = clock.now() + timedelta(seconds=901)
    assert code(a_call(sandbox, partner, a_request(), at=late, token=token)) == "4014701"


_BODY = b'{"partnerReferenceNo":"P1","amount":{"value":"50000.00","currency":"IDR"},"merchantId":"KW0000000001"}'


@given(place=st.integers(0, len(_BODY) - 1), byte=st.integers(0, 255))
@settings(max_examples=150, deadline=None)
def test_a_body_with_any_byte_changed_is_refused(
    sandbox: Sandbox, partner: ProviderSettings, place: int, byte: int
) -> None:
    changed = _BODY[:place] + bytes([byte]) + _BODY[place + 1 :]
    if changed == _BODY:
        return
    stamp, token = wire.timestamp_text(clock.now()), a_token(sandbox, partner)
    text = signing.call_text(method="POST", url=GENERATE, token=token, body=_BODY, timestamp=stamp)
    headers = {"X-TIMESTAMP": stamp, "X-SIGNATURE": signing.sign_hmac(SECRET, text)}
    assert code(a_call(sandbox, partner, changed, token=token, **headers)) == "4014700"


@given(place=st.integers(0, 87), letter=st.sampled_from("AQgw09+/=-_"))
@settings(max_examples=100, deadline=None)
def test_a_signature_with_any_letter_changed_is_refused(
    sandbox: Sandbox, partner: ProviderSettings, place: int, letter: str
) -> None:
    stamp, token = wire.timestamp_text(clock.now()), a_token(sandbox, partner)
    text = signing.call_text(method="POST", url=GENERATE, token=token, body=_BODY, timestamp=stamp)
    right = signing.sign_hmac(SECRET, text)
    changed = right[:place] + letter + right[place + 1 :]
    if changed != right:
        reply = a_call(sandbox, partner, _BODY, token=token, **{"X-TIMESTAMP": stamp, "X-SIGNATURE": changed})
        assert code(reply) == "4014700"


def test_what_the_bank_knows_survives_being_killed(tmp_path: Path) -> None:
    file = tmp_path / "bank.jsonl"
    with a_sandbox(file) as running:
        partner = a_partner(running)
        told = calls.make_qr(a_client(partner), a_bill("KILLED"))
        bill = running.bank.bill_of_code(told.body["qrContent"])
        running.bank.pay(bill, Pay.PAY, visit="1", at=clock.now())
        file.write_text(file.read_text() + '{"kind": "bill", "value": {"id": "half')
    again = Bank(file)
    assert signing.public_of(again.store.private_key) in partner.their_keys
    assert again.store.partner(partner.client_id).client_secret == SECRET
    kept = again.store.bill_of(partner.client_id, "KILLED")
    assert (kept.content, kept.expires_at) == (told.body["qrContent"], bill.expires_at)
    assert [money.status for money in again.store.money_of(partner.client_id, bill_id=kept.id)] == ["00"]
    again.close()


def test_one_press_of_the_button_pays_once(sandbox: Sandbox, partner: ProviderSettings) -> None:
    told = calls.make_qr(a_client(partner), a_bill())
    for _ in range(3):
        body = {"code": told.body["qrContent"], "visit": "the-same"}
        assert httpx.post(f"{sandbox.address}/sandbox/payments", json=body).status_code == 200
    bill = sandbox.bank.bill_of_code(told.body["qrContent"])
    assert len(sandbox.bank.store.money_of(partner.client_id, bill_id=bill.id)) == 1


def test_a_cancelled_code_is_not_paid_any_more(sandbox: Sandbox, partner: ProviderSettings) -> None:
    wanted = a_bill()
    client = a_client(partner)
    told = calls.make_qr(client, wanted)
    own = told.body["referenceNo"]
    calls.cancel_qr(client, reference=wanted.reference, provider_reference=own, reason="salah jumlah")
    answer = httpx.post(f"{sandbox.address}/sandbox/payments", json={"code": told.body["qrContent"]})
    assert (answer.status_code, answer.json()) == (409, {"error": "cancelled"})
    late = {"code": told.body["qrContent"], "scenario": "late"}
    assert httpx.post(f"{sandbox.address}/sandbox/payments", json=late).status_code == 200


@pytest.mark.parametrize("language", ["id", "en", "zh-CN"])
def test_a_person_pays_a_code_and_a_virtual_account_on_its_pages(
    sandbox: Sandbox, partner: ProviderSettings, language: str
) -> None:
    client = a_client(partner)
    wanted = a_bill()
    codes = [
        calls.make_qr(client, a_bill()).body["qrContent"],
        calls.make_va(client, wanted).body["virtualAccountData"]["virtualAccountNo"],
    ]
    browser = httpx.Client(base_url=sandbox.address, headers={"Accept-Language": language}, follow_redirects=True)
    assert "Toko Batik" in browser.get("/").text
    for code_ in codes:
        page = browser.get("/bayar", params={"kode": code_})
        assert page.status_code == 200
        assert "Rp50.000" in page.text
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
        fields = {"visit": "v", "bill": page.text.split('name="bill" value="')[1].split('"')[0], "scenario": "pay"}
        assert browser.post("/bayar", data=fields).status_code == 200
        assert browser.post("/bayar", data=fields | {"scenario": "steal"}).status_code == 404
    assert "52" not in calls.ask_va(client, customer_no=wanted.customer_no, reference=wanted.reference).code
    assert browser.get("/bayar", params={"kode": "<script>"}).status_code == 404
    assert "<script>" not in browser.get("/bayar", params={"kode": "<script>"}).text
    for style in ("tokens", "base", "components"):
        assert browser.get(f"/static/css/{style}.css").status_code == 200
    assert browser.get("/static/css/../secrets.css").status_code == 404


def test_control_doors_refuse_nonsense(sandbox: Sandbox) -> None:
    for path, body in (
        ("partners", {}),
        ("partners", {"clientId": "x", "clientSecret": "y", "publicKeys": ["no key"]}),
        ("partners", {"clientId": "x", "clientSecret": "y", "publicKeys": [], "profile": "nobody"}),
        ("scenarios", {"clientId": "x"}),
        ("scenarios", {"clientId": "x", "service": "y", "scenario": "explode"}),
    ):
        answer = httpx.post(f"{sandbox.address}/sandbox/{path}", json=body)
        assert answer.status_code == 422, (path, body)
    assert httpx.post(f"{sandbox.address}/sandbox/payments", json={"code": "nothing"}).status_code == 404
    assert httpx.get(f"{sandbox.address}/sandbox/nothing").status_code == 404
    assert httpx.post(f"{sandbox.address}/v1.0/nothing", content=b"x" * 70_000).status_code == 413


def test_it_runs_without_django() -> None:
    code_ = "import sys, kawasan.sandbox.server; print(sorted(m for m in sys.modules if m.split('.')[0] == 'django'))"
    done = subprocess.run([sys.executable, "-c", code_], capture_output=True, text=True, check=True, env=_path())
    assert json.loads(done.stdout.replace("'", '"')) == []


def _path() -> dict[str, str]:
    import os

    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


def test_the_journal_holds_only_so_many() -> None:
    store = Store()
    assert store.is_new_external_id("a", "2026-11-11", "1")
    assert not store.is_new_external_id("a", "2026-11-11", "1")
    assert store.is_new_external_id("a", "2026-11-12", "1")
    assert store.is_new_external_id("b", "2026-11-11", "1")
