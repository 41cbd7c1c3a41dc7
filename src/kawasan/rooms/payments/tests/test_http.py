"""The JSON routes of payments: answers, repeats, strangers, and the provider's door over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from tests.builders.payments import a_funded_wallet, a_payment, an_account_of, money_for, money_for_a_business
from tests.builders.zone import a_business, a_person, owner_of

from kawasan.core import clock
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "one-time-only"}


def post(client: Any, path: str, body: dict, **headers: str) -> Any:
    return client.post(path, body, content_type="application/json", headers=headers)


@pytest.fixture
def buyer(client: Any) -> Any:
    person = a_person()
    client.force_login(person)
    return person


def test_the_wallet_and_its_statement(client: Any, buyer: Any) -> None:
    a_funded_wallet(buyer.pk, 25_000)
    assert client.get("/v1/wallet").json() == {"balance_minor": 25_000_00, "currency": "IDR"}
    (line,) = client.get("/v1/wallet/statement").json()["items"]
    assert (line["kind"], line["change_minor"], line["balance_minor"]) == ("top_up", 25_000_00, 25_000_00)
    assert line["reference"].startswith("pay_")
    assert client.get("/v1/wallet/statement?cursor=nonsense").status_code == 422


def test_a_top_up_repeated_with_its_key_is_one_payment(client: Any, buyer: Any) -> None:
    first = post(client, "/v1/wallet/top-ups", {"amount_minor": 50_000_00}, **KEY)
    again = post(client, "/v1/wallet/top-ups", {"amount_minor": 50_000_00}, **KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert post(client, "/v1/wallet/top-ups", {"amount_minor": 60_000_00}, **KEY).status_code == 409
    assert post(client, "/v1/wallet/top-ups", {"amount_minor": 60_000_00}).status_code == 422
    assert (
        post(client, "/v1/wallet/top-ups", {"amount_minor": -1}, **{"Idempotency-Key": "another-key"}).json()["code"]
        == "top-up-amount-invalid"
    )
    assert models.Payment.objects.count() == 1
    (item,) = client.get("/v1/wallet/top-ups").json()["items"]
    assert client.get(f"/v1/payments/{item['id']}").json() == item
    assert item["status"] == "requested"


def test_a_payment_is_shown_checked_and_cancelled_by_its_payer_only(client: Any, buyer: Any) -> None:
    own, other = a_payment(payer=buyer.pk, at=clock.now()), a_payment(at=clock.now())
    assert client.get(f"/v1/payments/{own.public_id}").json()["amount_minor"] == own.amount_minor
    assert post(client, f"/v1/payments/{own.public_id}/check", {}).status_code == 202
    assert post(client, f"/v1/payments/{own.public_id}/cancellation", {}).json()["status"] == "cancelled"
    assert client.get(f"/v1/payments/{other.public_id}").status_code == 404
    for action in ("check", "cancellation"):
        assert post(client, f"/v1/payments/{other.public_id}/{action}", {}).status_code == 404
    assert payments.payment(payment_id=other.id).is_open
    assert client.get(f"/v1/payments/{own.public_id[:-1]}").status_code == 404


def test_a_businesss_money_and_payouts(client: Any) -> None:
    business = a_business()
    money_for_a_business(business.id, 100_000)
    client.force_login(owner_of(business))
    url = f"/v1/businesses/{business.public_id}"
    assert client.get(f"{url}/money").json()["available_minor"] == 100_000_00
    assert [line["kind"] for line in client.get(f"{url}/money/statement").json()["items"]] == ["release"]
    assert len(client.get(f"{url}/money/statement?escrow=true").json()["items"]) == 2
    an_account_of(business.id)
    body = {"amount_minor": 40_000_00}
    made = [post(client, f"{url}/payouts", body, **KEY) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    (payout,) = client.get(f"{url}/payouts").json()["items"]
    assert payout == made[0].json()
    assert payout["masked_number"] == "••••••7890"
    client.force_login(a_person())
    for path in ("/money", "/money/statement", "/payouts"):
        assert client.get(url + path).status_code == 404
    assert post(client, f"{url}/payouts", body, **{"Idempotency-Key": "somebody-else"}).status_code == 404
    assert models.Payout.objects.count() == 1


def test_a_paid_payment_cannot_be_cancelled(client: Any, buyer: Any) -> None:
    payment = a_payment(payer=buyer.pk, at=clock.now())
    payments.notify(notification=money_for(payment, happened_at=clock.now()), at=clock.now())
    answer = post(client, f"/v1/payments/{payment.public_id}/cancellation", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "payment-closed")
