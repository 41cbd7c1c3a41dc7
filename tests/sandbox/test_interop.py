"""Other people's code and ours understand each other: DOKU's public library against our bank, and ours against it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from kawasan.core import clock
from kawasan.rooms.payments.rules.snap import signing, wire
from kawasan.rooms.payments.rules.snap.codes import Service
from kawasan.rooms.payments.rules.snap.profiles import profile_named
from kawasan.rooms.payments.types.snap import ProviderSettings
from kawasan.sandbox.server import Sandbox
from tests.builders.snap import SECRET, Network, a_bill, a_client, a_key, a_partner, a_sandbox

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of their code
    doku = pytest.importorskip("doku_python_library.src.snap", reason="make interop installs doku-python-library")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with a_sandbox() as running:
        yield running


@pytest.fixture
def partner(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> ProviderSettings:
    from doku_python_library.src.commons import config

    monkeypatch.setattr(config._Development, "BASE_URL", sandbox.address)
    made = a_partner(sandbox, profile="doku", client_id="BRN-0001-uji")
    sandbox.bank.register({"clientId": made.client_id, "partnerId": made.client_id})
    return made


def their_client(partner: ProviderSettings, *, secret: str = SECRET, key: str = "") -> Any:
    return doku.DokuSNAP(
        private_key=key or partner.our_keys[0],
        client_id=partner.client_id,
        is_production=False,
        public_key=partner.their_keys[0],
        issuer="kawasan",
        secret_key=secret,
        merchant_public_key=signing.public_of(partner.our_keys[0]),
    )


def a_request(reference: str, customer_no: str) -> Any:
    from doku_python_library.src.model.va.additional_info import AdditionalInfo
    from doku_python_library.src.model.va.create_va_request import CreateVARequest
    from doku_python_library.src.model.va.total_amount import TotalAmount
    from doku_python_library.src.model.va.virtual_account_config import VirtualAccountConfig

    return CreateVARequest(
        partner_service_id="   77777",
        virtual_acc_name="Toko Batik",
        trx_id=reference,
        virtual_acc_trx_type="C",
        total_amount=TotalAmount(value="12500.00", currency="IDR"),
        customer_no=customer_no,
        virtual_account_no=f"   77777{customer_no}",
        expired_date="2027-01-01T10:55:00+07:00",
        additional_info=AdditionalInfo("VIRTUAL_ACCOUNT_BRI", VirtualAccountConfig(reusable_status=False)),
    )


def test_their_client_gets_a_token_and_its_signatures_are_taken(sandbox: Sandbox, partner: ProviderSettings) -> None:
    client = their_client(partner)
    assert client.token_b2b.response_code == "2007300"
    made = client.create_va(a_request("DOKU-1", "000000000001"))
    assert made.response_code == "2002700", made.response_message
    assert made.virtual_account_data["virtualAccountNo"] == "   77777000000000001"
    bill = sandbox.bank.store.bill_of(partner.client_id, "DOKU-1")
    assert (bill.amount_minor, bill.name) == (12_500_00, "Toko Batik")
    again = client.create_va(a_request("DOKU-1", "000000000001"))
    assert again.response_code == "4092701"


def test_their_client_asks_about_and_deletes_what_it_made(sandbox: Sandbox, partner: ProviderSettings) -> None:
    from doku_python_library.src.model.va.check_status_va_request import CheckStatusRequest
    from doku_python_library.src.model.va.delete_va_additional_info import DeleteVAAdditionalInfo
    from doku_python_library.src.model.va.delete_va_request import DeleteVARequest

    client = their_client(partner)
    client.create_va(a_request("DOKU-2", "000000000002"))
    asked = client.check_status_va(CheckStatusRequest("   77777", "000000000002", "   77777000000000002"))
    assert asked.response_code == "2002600", asked.response_message
    wanted = DeleteVARequest(
        "   77777", "000000000002", "   77777000000000002", "DOKU-2", DeleteVAAdditionalInfo("VIRTUAL_ACCOUNT_BRI")
    )
    gone = client.delete_payment_code(wanted)
    assert gone.response_code == "2003100", gone.response_message
    assert sandbox.bank.store.bill_of(partner.client_id, "DOKU-2").state == "cancelled"


def test_their_client_with_a_wrong_key_or_secret_is_refused(sandbox: Sandbox, partner: ProviderSettings) -> None:
    assert their_client(partner, key=a_key(6)).get_token().response_code == "4017300"
    made = their_client(partner, secret="another secret").create_va(a_request("DOKU-3", "000000000003"))
    assert made.response_code == "4012700"
    assert sandbox.bank.store.bill_of(partner.client_id, "DOKU-3") is None


def test_our_client_speaks_their_profile(sandbox: Sandbox, partner: ProviderSettings) -> None:
    from kawasan.rooms.payments.actions.snap import calls

    network = Network()
    answer = calls.make_va(a_client(partner_of(partner), network), a_bill("DOKU-4"))
    assert answer.code == "2002700"
    assert network.count("/virtual-accounts/bi-snap-va/v1.1/transfer-va/create-va") == 1
    assert network.requests[-1].headers["X-TIMESTAMP"].endswith("Z")


def partner_of(partner: ProviderSettings) -> ProviderSettings:
    from dataclasses import replace

    return replace(partner, partner_id=partner.client_id)


def test_their_code_accepts_what_we_sign_and_ours_what_they_sign(partner: ProviderSettings) -> None:
    from doku_python_library.src.services.token_service import TokenService

    stamp = wire.timestamp_text(clock.now(), "utc")
    text = signing.token_text(client_id=partner.client_id, timestamp=stamp)
    public = signing.public_of(partner.our_keys[0])
    assert TokenService.compare_signatures(text, signing.sign_rsa(partner.our_keys[0], text), public)
    assert not TokenService.compare_signatures(text + "x", signing.sign_rsa(partner.our_keys[0], text), public)
    assert signing.is_rsa(public, text, TokenService.create_signature(partner.our_keys[0], text))
    body = {"trxId": "1", "note": "kopi susu"}
    url = profile_named("doku").path(Service.VA_CREATE)
    theirs = TokenService.generate_symmetric_signature("POST", url, "token", body, stamp, SECRET)
    ours = signing.call_text(method="POST", url=url, token="token", body=wire.written(body), timestamp=stamp)
    assert signing.is_hmac(SECRET, ours, theirs)


def test_their_server_side_accepts_our_request_for_a_token(partner: ProviderSettings) -> None:
    flask: ModuleType = pytest.importorskip("flask")
    from doku_python_library.src.controller.token_controller import TokenController

    stamp = wire.timestamp_text(clock.now(), "utc")
    text = signing.token_text(client_id=partner.client_id, timestamp=stamp)
    headers = {"X-TIMESTAMP": stamp, "X-SIGNATURE": signing.sign_rsa(partner.our_keys[0], text)}
    app = flask.Flask("theirs")
    with app.test_request_context("/token", method="POST", headers=headers):
        assert TokenController.validate_signature(partner.client_id, signing.public_of(partner.our_keys[0]))
    with app.test_request_context("/token", method="POST", headers=headers | {"X-TIMESTAMP": "2020-01-01T00:00:00Z"}):
        assert not TokenController.validate_signature(partner.client_id, signing.public_of(partner.our_keys[0]))
