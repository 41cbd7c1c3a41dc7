"""Payout batches for programs: the same desk as on the pages, with keys that say what they may."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from tests.builders.payments import money_for_a_business
from tests.builders.zone import a_business, a_person, an_actor, owner_of, zone_staff

from kawasan.core import clock, ids
from kawasan.core.money import rupiah
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
DESK = "/v1/payout-batches"


def a_program(person: Any, *scopes: str) -> Any:
    """Return what sends a request with a key of a person, under a new Idempotency-Key each time unless one is given."""
    actor = an_actor(person.pk)
    secret = zone.create_key(actor=actor, name="Kunci", scopes=scopes, at=clock.now()).secret
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def send(method: str, path: str, body: dict[str, Any] | None = None, key: str = "") -> Any:
        headers = {"Idempotency-Key": key or f"key-{ids.uuid7()}"}
        return getattr(client, method)(DESK + path, body or {}, content_type="application/json", headers=headers)

    return send


def a_maker(role: str = "staff") -> Any:
    return a_program(zone_staff(role), "zone:read", "payments:write")


def a_payable(whole: int = 100_000) -> Any:
    business = a_business()
    money_for_a_business(business.id, whole, at=clock.now())
    payments.save_bank_account(
        actor=an_actor(owner_of(business).pk), business_id=business.id, account_id=ids.uuid7(), bank="014",
        number="1234567890", holder="Sri Wahyuni", rhythm=payments.Rhythm.DAILY, smallest=rupiah(10_000),
        owner=payments.AccountOwner("SRI WAHYUNI"), at=clock.now(),
    )  # fmt: skip
    return business


def test_a_batch_is_made_approved_filed_and_answered_by_programs_of_two_people():
    first, second = a_payable(), a_payable(60_000)
    maker, checker = a_maker(), a_maker("operator")
    made, again = (maker("post", "", key="batch-one") for _ in range(2))
    assert (made.status_code, made.json()) == (201, again.json())
    number = made.json()["id"]
    assert (made.json()["status"], made.json()["total_minor"], made.json()["count"]) == ("draft", 160_000_00, 2)
    assert {one["masked_number"] for one in made.json()["payouts"]} == {"••••••7890"}
    refused = maker("post", f"/{number}/approval")
    assert (refused.status_code, refused.json()["code"]) == (403, "maker-cannot-check")
    assert checker("get", f"/{number}/file").json()["code"] == "batch-not-open"
    assert checker("post", f"/{number}/approval").json()["status"] == "sent"
    file = checker("get", f"/{number}/file")
    lines = list(csv.reader(io.StringIO(file.content.decode())))
    assert [line[0] for line in lines] == ["P", "D", "D"]
    assert lines[1][3] == "1234567890"
    payout = next(one for one in made.json()["payouts"] if one["business_id"] == ids.public("biz", second.id))
    path = f"/{number}/payouts/{payout['id']}/answer"
    assert maker("post", path, {"paid": False}).json()["code"] == "payout-reason-needed"
    answered = maker("post", path, {"paid": False, "reason": "Rekening ditutup"}).json()
    assert [(one["status"], one["reason"]) for one in answered["payouts"] if one["id"] == payout["id"]] == [
        ("returned", "Rekening ditutup")
    ]
    closed = maker("post", f"/{number}/paid", {"bank_reference": "TRX-1"}).json()
    assert (closed["status"], closed["paid_count"], closed["returned_count"]) == ("closed", 1, 1)
    assert [one["id"] for one in maker("get", "").json()["items"]] == [number]
    assert maker("get", f"/{number}").json() == closed
    assert models.Payout.objects.get(business=first.id).bank_reference == "TRX-1"


def test_a_rejected_batch_gives_its_money_back():
    business = a_payable()
    number = a_maker()("post", "").json()["id"]
    rejected = a_maker()("post", f"/{number}/rejection", {"reason": "Salah bulan"}).json()
    assert (rejected["status"], rejected["note"]) == ("rejected", "Salah bulan")
    owner = an_actor(owner_of(business).pk)
    assert payments.seller_money(actor=owner, business_id=business.id).available_minor == 100_000_00
    assert a_maker()("post", f"/{number}/approval").json()["code"] == "batch-not-open"


def test_a_payout_of_another_batch_is_not_answered():
    a_payable()
    first = a_maker()("post", "").json()
    a_maker()("post", f"/{first['id']}/approval")
    a_payable()
    second = a_maker()("post", "").json()
    path = f"/{second['id']}/payouts/{first['payouts'][0]['id']}/answer"
    assert a_maker()("post", path, {"paid": True}).status_code == 404
    assert models.Payout.objects.get(pk=ids.parse("out", first["payouts"][0]["id"])).status == "sent"


def test_only_keys_of_the_zones_people_that_say_so_do_anything():
    a_payable()
    number = a_maker()("post", "").json()["id"]
    writes = [("", {}), (f"/{number}/approval", {}), (f"/{number}/rejection", {"reason": "Tidak"})]
    writes += [(f"/{number}/paid", {}), (f"/{number}/payouts/{ids.public('out', ids.uuid7())}/answer", {"paid": True})]
    reader, auditor = a_program(zone_staff(), "zone:read"), a_maker("auditor")
    buyer = a_program(a_person(), "payments:read", "payments:write")
    for program, may_read in ((reader, True), (auditor, True), (buyer, False)):
        assert program("get", "").status_code == (200 if may_read else 403)
        assert program("get", f"/{number}").status_code == (200 if may_read else 403)
        assert program("get", f"/{number}/file").status_code == 403
        for path, body in writes:
            assert program("post", path, body).status_code == 403, path
    assert Client().get(DESK).status_code == 401
    assert models.PayoutBatch.objects.get().status == "draft"


def test_nothing_due_and_no_such_batch_are_told():
    maker = a_maker()
    assert maker("post", "").json()["code"] == "batch-empty"
    assert maker("get", f"/{ids.public('bat', ids.uuid7())}").json()["code"] == "batch-not-found"
    assert maker("get", "/bat_x").status_code == 404
