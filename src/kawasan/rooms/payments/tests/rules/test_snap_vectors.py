"""Every SNAP vector: signatures, minified bodies, codes, amounts, numbers and times come out as published."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.shared_vectors import each, kinds, vectors

from kawasan.rooms.payments.rules.snap import codes, requests, signing, wire
from kawasan.rooms.payments.rules.snap.profiles import profile_named

STRICT = profile_named("standard")
KINDS = {
    "rsa_verify", "notification_verify", "b2b_token_sign", "asymmetric_request_sign", "transaction_sign", "minify",
    "response_code", "response_code_build", "service_code", "amount_object", "va_number", "timestamp",
    "timestamp_lenient", "transaction_status", "external_id_scenario", "qr_generate_validation",
}  # fmt: skip


def test_no_kind_of_vector_is_left_out() -> None:
    assert kinds("snap") == KINDS
    assert len(vectors("snap")) == 70


@each("snap", "rsa_verify")
def test_an_rsa_signature_is_checked(given: dict, expected: dict) -> None:
    right = signing.is_rsa(given["public_key_pem"], given["string_to_sign"], given["signature_base64"])
    assert right is expected["valid"]


@each("snap", "notification_verify")
def test_a_notification_is_checked(given: dict, expected: dict) -> None:
    text = signing.callback_text(
        method=given["method"],
        url=given["relative_url"],
        body=given["body"].encode(),
        timestamp=given["timestamp"],
    )
    assert signing.is_rsa(given["public_key_pem"], text, given["signature_base64"]) is expected["valid"]


@each("snap", "b2b_token_sign")
def test_a_request_for_a_token_is_signed(given: dict, expected: dict) -> None:
    text = signing.token_text(client_id=given["client_id"], timestamp=given["timestamp"])
    assert text == expected["string_to_sign"]
    signature = signing.sign_rsa(given["private_key_pem"], text)
    assert signature == expected["signature_base64"]
    assert signing.is_rsa(signing.public_of(given["private_key_pem"]), text, signature)


@each("snap", "asymmetric_request_sign")
def test_a_callback_is_signed(given: dict, expected: dict) -> None:
    body = given["body"].encode()
    text = signing.callback_text(
        method=given["method"], url=given["relative_url"], body=body, timestamp=given["timestamp"]
    )
    assert signing.minify(body).decode() == expected["minified"]
    assert signing.body_hash(body) == expected["body_sha256"]
    assert text == expected["string_to_sign"]
    assert signing.sign_rsa(given["private_key_pem"], text) == expected["signature_base64"]


@each("snap", "transaction_sign")
def test_a_call_is_signed(given: dict, expected: dict) -> None:
    body = given["body"].encode()
    text = signing.call_text(
        method=given["method"],
        url=STRICT.signed_url(given["relative_url"]),
        token=given["access_token"],
        body=body,
        timestamp=given["timestamp"],
    )
    assert signing.minify(body).decode() == expected["minified"]
    assert signing.body_hash(body) == expected["body_sha256"]
    assert text == expected["string_to_sign"]
    assert signing.sign_hmac(given["client_secret"], text) == expected["signature_base64"]
    assert signing.is_hmac(given["client_secret"], text, expected["signature_base64"])


@each("snap", "minify")
def test_a_body_is_minified(given: str, expected: str) -> None:
    assert signing.minify(given.encode()).decode() == expected


@each("snap", "response_code")
def test_a_response_code_is_read(given: str, expected: dict) -> None:
    if "error" in expected:
        with pytest.raises(codes.NotAResponseCode):
            codes.response_code(given)
        return
    found = codes.response_code(given)
    assert {"http": found.http, "service": found.service, "case": found.case, "category": found.category} == expected


@each("snap", "response_code_build")
def test_a_response_code_is_written(given: dict, expected: str) -> None:
    assert codes.code_of(given["http"], given["service"], given["case"]) == expected


@each("snap", "service_code")
def test_a_path_names_its_service(given: str, expected: str) -> None:
    service = codes.service_of_path(given)
    assert service is not None
    assert service.number == expected
    assert STRICT.path(service) == given


@each("snap", "amount_object")
def test_an_amount_is_written(given: str, expected: dict) -> None:
    if "error" in expected:
        with pytest.raises(wire.BadField):
            wire.amount_object(given)
        return
    assert wire.amount_object(given) == expected
    assert wire.amount_of(int(Decimal(given) * 100)) == expected
    assert wire.minor_of(expected) == int(Decimal(given) * 100)


@each("snap", "va_number")
def test_a_virtual_account_has_its_number(given: dict, expected: dict) -> None:
    if "error" in expected:
        with pytest.raises(wire.BadField):
            wire.va_number(given["prefix"], given["customer_no"])
        return
    assert wire.partner_service_id(given["prefix"]) == expected["partnerServiceId"]
    assert wire.va_number(given["prefix"], given["customer_no"]) == expected["virtualAccountNo"]


@each("snap", "timestamp")
def test_a_time_is_written_as_the_standard_wants(given: str, expected: bool) -> None:
    assert wire.is_timestamp(given) is expected


@each("snap", "timestamp_lenient")
def test_a_time_that_providers_send_is_read_but_not_written(given: str, expected: bool) -> None:
    assert isinstance(wire.timestamp_of(given), datetime) is expected
    assert not wire.is_timestamp(given)


@each("snap", "transaction_status")
def test_a_state_says_whether_it_is_final(given: str, expected: dict) -> None:
    found = codes.transaction_status(given)
    assert {"name": found.name, "final": found.is_final} == expected


@each("snap", "external_id_scenario")
def test_an_external_id_is_unique_for_a_day_of_jakarta(given: dict, expected: list[str]) -> None:
    seen, used, answers = set(), set(), []
    for request in given["requests"]:
        day = wire.external_day(wire.timestamp_of(request["at"]))
        case = "00"
        if (day, request["external_id"]) in seen:
            answers.append(codes.code_of(409, given["service"], "00"))
            continue
        if request["partner_reference"] in used:
            answers.append(codes.code_of(409, given["service"], "01"))
            continue
        seen.add((day, request["external_id"]))
        used.add(request["partner_reference"])
        answers.append(codes.code_of(200, given["service"], case))
    assert answers == expected


@each("snap", "qr_generate_validation")
def test_a_request_for_a_code_is_checked(given: dict[str, Any], expected: str) -> None:
    assert requests.problem_of(STRICT, codes.Service.QR_GENERATE, given) == expected
