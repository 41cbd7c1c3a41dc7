"""The desk's page of subscriptions: from a query to an answered message, and nobody else's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape
from tests.builders.zone import a_business, a_member, owner_of

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import see_as
from kawasan.rooms.trace import models
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
DESTINATION = "https://erp.example.com/hooks"
ENGLISH = {"accept-language": "en"}


class Desk:
    """A seller's desk in a browser."""

    def __init__(self, business: zone.Business, person: Any = None) -> None:
        self.client = Client(headers=ENGLISH)
        self.client.force_login(person or owner_of(business))
        self.home = f"/jualan/{business.slug}/asal/langganan"

    def get(self, path: str = "") -> str:
        answer = self.client.get(self.home + path)
        assert answer.status_code == 200, answer.content
        return answer.content.decode()

    def post(self, path: str, **given: Any) -> Any:
        return self.client.post(self.home + path, given)

    def subscribe(self, **changes: Any) -> tuple[str, Any]:
        """Make a query and subscribe to it; return the path of the subscription and the page with its secret."""
        made = self.post("/kueri", name="shipments", steps=["shipping"], more="EQ_action=OBSERVE")
        assert made.status_code == 302, made.content
        form = {"id": ids.public("sub", ids.uuid7()), "query": "shipments", "dest": DESTINATION, "when": "stream"}
        answer = self.post("/baru", **(form | {"hour": "7"} | changes))
        return f"/{(form | changes)['id']}", answer


def secrets_on(page: str) -> list[str]:
    return re.findall(r"<code>(whsec_[^<]+)</code>", page)


def test_from_a_query_to_a_subscription_whose_secret_is_shown_once() -> None:
    business = a_business()
    desk = Desk(business)
    assert "First a query" in desk.get()
    assert "First a query" in desk.get("/baru")
    assert "Subscriptions</a>" in desk.client.get(f"/jualan/{business.slug}/asal").content.decode()
    where, answer = desk.subscribe()
    (secret,) = secrets_on(answer.content.decode())
    assert answer["Cache-Control"] == "no-store"
    see_as(SYSTEM)
    row = models.Subscription.objects.get()
    assert (row.secret, row.destination, row.schedule) == (secret, DESTINATION, None)
    assert models.Query.objects.get().question == {"EQ_action": ["OBSERVE"], "EQ_bizStep": ["shipping"]}
    # The same form sent twice makes one, and shows nothing a second time.
    form = {"id": where[1:], "query": "shipments", "dest": DESTINATION, "when": "stream", "hour": "7"}
    again = desk.post("/baru", **form)
    assert (again.status_code, secrets_on(again.content.decode())) == (200, [])
    see_as(SYSTEM)
    assert models.Subscription.objects.count() == 1
    assert secret not in desk.get(where) + desk.get()
    assert "Shipped" in desk.get()


@pytest.mark.parametrize(
    ("chosen", "schedule", "told"),
    [
        ("hourly", {"minute": "0"}, "Every hour"),
        ("daily", {"hour": "7", "minute": "0"}, "Every day at 07.00 WIB"),
        ("weekly", {"dayOfWeek": "1", "hour": "7", "minute": "0"}, "Every Monday at 07.00 WIB"),
        ("monthly", {"dayOfMonth": "1", "hour": "7", "minute": "0"}, "On the first of each month at 07.00 WIB"),
    ],
)
def test_the_moments_that_can_be_chosen(chosen: str, schedule: dict[str, str], told: str) -> None:
    desk = Desk(a_business())
    where, _ = desk.subscribe(when=chosen, reports_empty="on")
    see_as(SYSTEM)
    row = models.Subscription.objects.get()
    assert (row.schedule, row.reports_empty) == (schedule, True)
    assert told in desk.get(where)
    assert told in desk.get()


def test_everything_that_can_be_done_about_a_subscription() -> None:
    desk = Desk(a_business())
    where, _ = desk.subscribe()
    assert desk.post(f"{where}/jeda").status_code == 302
    page = desk.get(where)
    assert "Paused since" in page
    assert "Go on" in page
    assert desk.post(f"{where}/lanjut").status_code == 302
    assert "Paused since" not in desk.get(where)
    assert desk.post(f"{where}/uji").status_code == 302
    assert "A test is under way" in desk.get(where)
    desk.post(f"{where}/uji")
    see_as(SYSTEM)
    test = models.Delivery.objects.get()
    models.Delivery.objects.update(state="failed", is_test=False, attempts=9, status=503, answer="HTTP 503")
    page = desk.get(where)
    assert "Given up · 503" in page
    assert "9 of 9" in page
    assert desk.post(f"{where}/pesan/{ids.public('msg', test.id)}").status_code == 302
    see_as(SYSTEM)
    assert models.Delivery.objects.get().state == "waiting"


def test_a_new_secret_is_asked_for_shown_once_and_not_made_twice_by_one_button() -> None:
    desk = Desk(a_business())
    where, answer = desk.subscribe()
    (first,) = secrets_on(answer.content.decode())
    assert secrets_on(desk.get(f"{where}/rahasia")) == []
    see_as(SYSTEM)
    assert models.Subscription.objects.get().secret == first
    renewed = desk.post(f"{where}/rahasia", seen="")
    (second,) = secrets_on(renewed.content.decode())
    assert second != first
    assert desk.post(f"{where}/rahasia", seen="").status_code == 302
    see_as(SYSTEM)
    row = models.Subscription.objects.get()
    assert (row.secret, row.old_secret) == (second, first)
    seen = re.findall(r'name="seen" value="([^"]+)"', desk.get(f"{where}/rahasia"))[0]
    assert len(secrets_on(desk.post(f"{where}/rahasia", seen=seen).content.decode())) == 1


def test_ending_asks_first() -> None:
    desk = Desk(a_business())
    where, _ = desk.subscribe()
    assert escape(DESTINATION) in desk.get(f"{where}/hapus")
    see_as(SYSTEM)
    assert models.Subscription.objects.get().ended_at is None
    assert desk.post(f"{where}/hapus").status_code == 302
    assert desk.client.get(desk.home + where).status_code == 404
    see_as(SYSTEM)
    assert models.Subscription.objects.get().ended_at is not None
    query = ids.public("qry", models.Query.objects.get().id)
    assert "shipments" in desk.get(f"/kueri/{query}/hapus")
    assert desk.post(f"/kueri/{query}/hapus").status_code == 302
    see_as(SYSTEM)
    assert (models.Query.objects.count(), models.Subscription.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "dest", ["http://erp.example.com/", "https://127.0.0.1/", "https://localhost/", "nonsense", ""]
)
def test_an_address_inside_is_refused_beside_its_field(dest: str) -> None:
    desk = Desk(a_business())
    _, answer = desk.subscribe(dest=dest)
    assert answer.status_code == 422
    assert 'aria-describedby="id_dest' in answer.content.decode()
    see_as(SYSTEM)
    assert models.Subscription.objects.count() == 0


def test_a_query_that_cannot_be_answered_is_refused() -> None:
    desk = Desk(a_business())
    for more in ("EQ_colour=red", "just words", "GE_eventTime=now"):
        assert desk.post("/kueri", name="q", more=more).status_code == 422
    assert desk.post("/kueri", name="a/b", more="").status_code == 422
    see_as(SYSTEM)
    assert models.Query.objects.count() == 0


def test_other_businesses_see_nothing_and_accountants_change_nothing() -> None:
    business, other = a_business(), a_business()
    desk, stranger = Desk(business), Desk(other)
    where, _ = desk.subscribe()
    acts = ("jeda", "lanjut", "uji", "rahasia", "hapus")
    for path in (where, f"{where}/hapus", f"{where}/rahasia"):
        assert stranger.client.get(stranger.home + path).status_code == 404
        assert stranger.client.get(desk.home + path).status_code == 404
    for act in acts:
        assert stranger.post(f"{where}/{act}").status_code == 404
    accountant = Desk(business, a_member(business, role="accountant"))
    page = accountant.get(where)
    assert "erp.example.com" in page
    assert "Make a new secret" not in page
    for act in acts:
        assert accountant.post(f"{where}/{act}").status_code == 403
    assert accountant.client.get(accountant.home + "/baru").status_code == 403
    see_as(SYSTEM)
    row = models.Subscription.objects.get()
    assert (row.paused_at, row.ended_at, row.old_until, models.Delivery.objects.count()) == (None, None, None, 0)
