"""The zone's money desk, one event at a time: what is flagged, masked and refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders.payments import AT, a_payment, an_account_of, money_for_a_business
from tests.builders.staff_events import ENGLISH, SOON, a_returned_payout, actor, tell, text_of, the
from tests.builders.zone import a_business, owner_of, zone_staff

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.core.money import Money
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models
from kawasan.rooms.payments.api import EventKind, Outcome
from kawasan.rooms.payments.rules.masking import masked_details
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
BODY = {
    "eventId": "event-7",
    "amount": {"value": "49500.00", "currency": "IDR"},
    "payer": {"name": "Siti Rahmawati", "account": "1234567890123", "pin": "4711"},
}


def test_a_payout_that_came_back_is_flagged_once_and_its_account_is_masked() -> None:
    payout = a_returned_payout()
    payments.settle_payout(payout_id=payout.id, sent=False, bank_reference="BANK-404", at=SOON)
    event = the(Outcome.PAYOUT_RETURNED)
    assert (event.kind, event.reference, event.amount_minor) == (EventKind.PAYOUT, payout.public_id, 75_000_00)
    detail = payments.staff_event(actor=SYSTEM, event_id=event.id)
    assert detail.payout.masked_number.endswith("0000")
    assert "987654321" not in detail.payout.masked_number
    money = payments.seller_money(actor=SYSTEM, business_id=payout.business_id)
    assert (money.available_minor, money.on_its_way_minor) == (75_000_00, 0)
    assert payments.verify() == []


def test_a_payout_that_arrived_is_nothing_to_look_at() -> None:
    business = a_business()
    money_for_a_business(business.id, 50_000)
    an_account_of(business.id, bank="008", number="9876543210000")
    asked = payments.request_payout(
        actor=zone.actor_of_person(person_id=owner_of(business).pk),
        business_id=business.id,
        payout_id=ids.uuid7(),
        amount=Money(50_000_00),
        at=AT,
    )
    payments.settle_payout(payout_id=asked.id, sent=True, bank_reference="B1", at=SOON)
    assert payments.staff_events(actor=SYSTEM).items == ()


def test_the_list_is_read_in_pages_that_hold_every_event_once() -> None:
    for _ in range(7):
        tell(a_payment(), reference="NOBODYS")
    seen, cursor = [], None
    while True:
        page = payments.staff_events(actor=SYSTEM, cursor=cursor, limit=3)
        seen += [one.id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)
    assert [one.id for one in payments.all_staff_events(actor=SYSTEM)] == seen


def test_an_ordinary_message_is_no_event_of_the_desk(client: Any) -> None:
    tell(a_payment())
    row = models.ProviderEvent.objects.get()
    with pytest.raises(payments.EventNotFound):
        payments.staff_event(actor=SYSTEM, event_id=row.pk)
    with pytest.raises(payments.EventNotFound):
        payments.note_event(actor=actor("staff"), event_id=row.pk, note_id=ids.uuid7(), text="Seen.", at=SOON)
    client.force_login(zone_staff("staff"))
    assert client.get(f"/kawasan/uang/{ids.public('evt', row.pk)}").status_code == 404


def test_the_providers_message_is_shown_with_its_personal_parts_masked(client: Any) -> None:
    tell(a_payment(), reference="NOBODYS", body=json.dumps(BODY).encode())
    client.force_login(zone_staff("operator"))
    page = client.get(f"/kawasan/uang/{the(Outcome.UNKNOWN_REFERENCE).public_id}", headers=ENGLISH).content.decode()
    assert "event-7" in page
    assert "49500.00" in page
    assert "••••••••wati" in page
    for secret in ("Siti", "1234567890", "4711"):
        assert secret not in page


@pytest.mark.parametrize("query", ["status=x", "outcome=paidd", "kind=1", "after=x"])
def test_a_list_that_does_not_exist_is_refused(client: Any, query: str) -> None:
    client.force_login(zone_staff("auditor"))
    assert client.get(f"/kawasan/uang?{query}").status_code == 422


def test_an_empty_desk_says_what_will_appear(client: Any) -> None:
    client.force_login(zone_staff("auditor"))
    assert "All seen" in text_of(client.get("/kawasan/uang", headers=ENGLISH))
    assert "Nothing here" in text_of(client.get("/kawasan/uang?status=all", headers=ENGLISH))
    assert "Nothing fits" in text_of(client.get("/kawasan/uang?q=x", headers=ENGLISH))


@given(name=st.text(min_size=1, max_size=30), value=st.text(min_size=1, max_size=60))
def test_of_what_a_provider_tells_besides_only_the_last_letters_are_shown(name: str, value: str) -> None:
    ((_, shown),) = masked_details(json.dumps({"payer": {name: value}}).encode())
    assert len(shown) <= 12
    assert shown.lstrip("•") in ("", value[-4:].lstrip("•"))
    if len(value) > 12:
        assert value not in shown


@pytest.mark.parametrize("body", [b"", b"<xml/>", b"\xff\xfe", b"[1]", b'"x"', b"[" * 100_000])
def test_a_message_that_is_no_object_shows_nothing(body: bytes) -> None:
    assert masked_details(body) == ()
