"""Rates and quotes over JSON: exact texts, one promise a key, nobody else's."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.builders.exchange import PER_EURO, some_rates
from tests.builders.zone import a_person

from kawasan.core import clock, ids

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rates(db: None) -> None:
    some_rates(day=clock.business_day(clock.now()))


def signed_in() -> Client:
    client = Client()
    client.force_login(a_person())
    return client


def ask(client: Client, key: str = "", **changes: object):
    body = {"source": "CNY", "target": "IDR", "amount_minor": 25_000_00, "amount_currency": "IDR"} | changes
    key = key or f"key-{ids.uuid7()}"
    return client.post("/v1/quotes", body, content_type="application/json", headers={"Idempotency-Key": key})


def test_anybody_may_read_the_rates() -> None:
    told = Client().get("/v1/rates").json()
    assert told["source"] == "ECB"
    lines = {one["currency"]: one for one in told["items"]}
    assert lines.keys() == PER_EURO.keys()
    assert lines["CNY"] == {
        "currency": "CNY", "per_euro": "8", "rupiah": "2400.000000", "minor_digits": 2, "is_offered": True,
        "spread_basis_points": 150,
    }  # fmt: skip
    assert lines["JPY"]["minor_digits"] == 0


def test_a_quote_is_promised_once_for_a_key_and_read_back() -> None:
    client = signed_in()
    first, second = ask(client, "the-same-key"), ask(client, "the-same-key")
    assert (first.status_code, second.json()) == (201, first.json())
    told = first.json()
    assert told["source"] == {"amount_minor": 10_58, "currency": "CNY"}
    assert (told["rate"], told["middle_rate"], told["status"]) == ("2362.95", "2400.00", "open")
    assert client.get(f"/v1/quotes/{told['id']}").json() == told
    stranger = signed_in().get(f"/v1/quotes/{told['id']}")
    assert (stranger.status_code, stranger.json()["type"].rsplit("/")[-1].split("#")[-1]) == (404, "quote-not-found")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"source": "USD"}, 422, "currency-not-offered"),
        ({"source": "THB"}, 409, "rates-missing"),
        ({"source": "IDR"}, 422, "same-currency"),
        ({"amount_currency": "USD"}, 422, "bad-field"),
        ({"amount_minor": 0}, 422, "invalid-input"),
        ({"amount_minor": 10**15}, 422, "quote-amount-invalid"),
    ],
)
def test_refusals_have_their_codes(changes: dict, status: int, code: str) -> None:
    answer = ask(signed_in(), **changes)
    assert (answer.status_code, code in answer.json()["type"]) == (status, True), answer.json()


def test_a_stranger_gets_no_quote() -> None:
    assert ask(Client()).status_code == 401
