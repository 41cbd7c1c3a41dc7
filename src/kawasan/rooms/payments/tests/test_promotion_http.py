"""Promotion money for programs: the same two people as at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.builders.payments import posted
from tests.builders.zone import a_person, an_actor, zone_staff

from kawasan.core import clock, ids
from kawasan.core.clock import WIB, business_day
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
HERE = "/v1/promotion-money"


def a_program(person: Any, *scopes: str) -> Any:
    actor = an_actor(person.pk)
    secret = zone.create_key(actor=actor, name="Kunci", scopes=scopes, at=clock.now()).secret
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def send(method: str, path: str = "", body: dict[str, Any] | None = None, key: str = "") -> Any:
        headers = {"Idempotency-Key": key or f"key-{ids.uuid7()}"}
        return getattr(client, method)(HERE + path, body or {}, content_type="application/json", headers=headers)

    return send


def a_transfer(**changes: Any) -> dict[str, Any]:
    day = business_day(clock.now(), WIB).isoformat()
    told = {"way": "in", "amount_minor": 2_500_000_00, "day": day, "bank_reference": "FT-88", "note": "Sponsor"}
    return told | changes


def test_one_program_enters_a_transfer_and_another_persons_approves_it():
    maker, checker = (a_program(zone_staff(role), "zone:read", "payments:write") for role in ("staff", "operator"))
    first, again = (maker("post", "", a_transfer(), key="transfer-one") for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    decision = f"/{first.json()['id']}/decision"
    refused = maker("post", decision, {"approve": True})
    assert (refused.status_code, refused.json()["type"].rsplit("#")[-1]) == (403, "maker-cannot-check")
    assert posted(payments.promotion()) == 0
    done = checker("post", decision, {"approve": True})
    assert (done.status_code, done.json()["state"]) == (200, "approved")
    assert posted(payments.promotion()) == 2_500_000_00
    told = maker("get").json()
    assert (told["free_minor"], [one["bank_reference"] for one in told["items"]]) == (2_500_000_00, ["FT-88"])


def test_what_no_statement_shows_is_refused_by_field_and_enters_nothing():
    maker = a_program(zone_staff(), "zone:read", "payments:write")
    for changes, code in (
        ({"amount_minor": 0}, "promotion-amount-invalid"),
        ({"bank_reference": " "}, "promotion-reference-invalid"),
        ({"day": "2020-01-01"}, "promotion-day-invalid"),
    ):
        answer = maker("post", "", a_transfer(**changes))
        assert (answer.status_code, answer.json()["type"].rsplit("#")[-1]) == (422, code)
    assert not models.PromotionEntry.objects.exists()


def test_strangers_auditors_and_keys_without_the_scope_change_nothing():
    auditor = a_program(zone_staff("auditor"), "zone:read", "payments:write")
    reader = a_program(zone_staff("operator"), "zone:read")
    stranger = Client()
    stranger.force_login(a_person())
    assert auditor("get").status_code == reader("get").status_code == 200
    assert [program("post", "", a_transfer()).status_code for program in (auditor, reader)] == [403, 403]
    assert (stranger.get(HERE).status_code, Client().get(HERE).status_code) == (403, 401)
    assert not models.PromotionEntry.objects.exists()
