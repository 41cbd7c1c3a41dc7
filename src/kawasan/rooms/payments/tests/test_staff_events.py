"""The zone's money desk: what is flagged, what is shown of it to whom, and notes that stay."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from openpyxl import load_workbook
from tests.builders.payments import AT, QUARTER, a_payment, money_for
from tests.builders.staff_events import ENGLISH, SOON, a_returned_payout, actor, tell, text_of, the
from tests.builders.zone import a_business, a_person, owner_of, zone_staff

from kawasan.core import ids
from kawasan.core.access import STRANGER, SYSTEM
from kawasan.core.errors import Forbidden, Unauthenticated
from kawasan.core.money import Money
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models
from kawasan.rooms.payments.api import Attention, EventFilter, EventKind, Outcome
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_of_each(rows_of_module: None) -> dict[Outcome, payments.Payment | payments.Payout | None]:
    """Let everything happen once that staff should look at, and something that it should not."""
    tell(a_payment())  # in time: nothing to look at
    late, twice, odd, told = (a_payment() for _ in range(4))
    tell(late, AT + QUARTER)
    tell(twice)
    tell(twice)
    tell(odd, amount_minor=1_234_00)
    tell(a_payment(), reference="NOBODYS", amount_minor=77_000_00)
    message = money_for(told)
    payments.notify(notification=message, at=SOON)
    payments.notify(notification=replace(message, event_id="other-words", amount_minor=5_00), at=SOON)
    abroad = a_payment()
    yuan = replace(money_for(abroad), abroad=payments.Abroad(Money(10_58, "CNY"), None))
    payments.notify(notification=yuan, at=SOON)
    return {
        Outcome.LATE: late,
        Outcome.AGAIN: twice,
        Outcome.OTHER_AMOUNT: odd,
        Outcome.UNKNOWN_REFERENCE: None,
        Outcome.CONTRADICTION: told,
        Outcome.SENT_BACK: abroad,
        Outcome.PAYOUT_RETURNED: a_returned_payout(),
    }


def note(client: Any, event: payments.StaffEvent, text: str, note_id: Any = None) -> Any:
    form = {"id": ids.public("evn", note_id or ids.uuid7()), "text": text}
    return client.post(f"/kawasan/uang/{event.public_id}/catatan", form, headers=ENGLISH)


def test_everything_that_went_otherwise_is_listed_newest_first_with_its_payment(one_of_each: dict) -> None:
    found = payments.staff_events(actor=SYSTEM).items
    assert [one.outcome for one in found] == list(reversed(one_of_each))
    for one in found:
        of_what = one_of_each[one.outcome]
        given = one.payout_id if one.outcome is Outcome.PAYOUT_RETURNED else one.payment_id
        assert given == (of_what.id if of_what else None)
    assert payments.waiting_events(actor=SYSTEM) == dict.fromkeys(payments.NEEDS_STAFF, 1)


@pytest.mark.parametrize("outcome", [Outcome.LATE, Outcome.AGAIN, Outcome.OTHER_AMOUNT])
def test_an_event_says_whose_wallet_was_credited(one_of_each: dict, outcome: Outcome) -> None:
    event = the(outcome)
    detail = payments.staff_event(actor=SYSTEM, event_id=event.id)
    assert detail.taken
    assert (detail.taken.payer_id, detail.taken.outcome) == (one_of_each[outcome].payer_id, outcome)
    assert detail.taken.amount_minor == event.amount_minor == payments.wallet_balance(person_id=detail.taken.payer_id)
    assert detail.payment.id == one_of_each[outcome].id


def test_an_event_without_a_payment_moved_nothing_and_a_contradiction_shows_what_was_taken_before(
    one_of_each: dict,
) -> None:
    lost = payments.staff_event(actor=SYSTEM, event_id=the(Outcome.UNKNOWN_REFERENCE).id)
    assert (lost.taken, lost.payment, lost.payout) == (None, None, None)
    other = payments.staff_event(actor=SYSTEM, event_id=the(Outcome.CONTRADICTION).id)
    assert (other.event.amount_minor, other.taken.amount_minor, other.taken.outcome) == (5_00, 50_000_00, Outcome.PAID)


def test_the_list_is_narrowed_by_outcome_kind_and_what_is_searched_for(one_of_each: dict) -> None:
    late, payout = one_of_each[Outcome.LATE], one_of_each[Outcome.PAYOUT_RETURNED]

    def found(**narrowed: Any) -> set[Outcome]:
        page = payments.staff_events(actor=SYSTEM, wanted=EventFilter(**narrowed))
        return {one.outcome for one in page.items}

    assert found(outcome=Outcome.AGAIN) == {Outcome.AGAIN}
    assert found(kind=EventKind.PAYOUT) == {Outcome.PAYOUT_RETURNED}
    assert found(kind=EventKind.FAILED) == set()
    assert found(text=late.reference[3:12].lower()) == {Outcome.LATE}
    assert found(text=late.public_id) == {Outcome.LATE}
    assert found(text=payout.public_id) == {Outcome.PAYOUT_RETURNED}
    assert found(text=the(Outcome.AGAIN).public_id) == {Outcome.AGAIN}
    assert found(text="Rp77.000") == {Outcome.UNKNOWN_REFERENCE}
    assert found(text="other-words") == {Outcome.CONTRADICTION}
    assert found(text="nobodys", outcome=Outcome.LATE) == set()
    assert found(text="\0") == set(one_of_each)
    assert found(text="%") == set()


@pytest.mark.parametrize("role", ["staff", "operator"])
def test_marking_an_event_keeps_who_when_and_what_and_moves_nothing(one_of_each: dict, role: str) -> None:
    event, who = the(Outcome.UNKNOWN_REFERENCE), actor(role)
    before = list(models.ProviderEvent.objects.values("pk", "outcome", "needs_staff"))
    made = payments.note_event(
        actor=who, event_id=event.id, note_id=ids.uuid7(), text="  Bank tells: sent back.\r\nDone. ", at=SOON
    )
    assert (made.person_id, made.at, made.text) == (who.person_id, SOON, "Bank tells: sent back.\nDone.")
    assert the(Outcome.UNKNOWN_REFERENCE).note == made
    waiting = EventFilter(attention=Attention.WAITING)
    assert event.id not in {one.id for one in payments.staff_events(actor=who, wanted=waiting).items}
    (seen,) = payments.staff_events(actor=who, wanted=EventFilter(attention=Attention.SEEN)).items
    assert seen.id == event.id
    assert payments.waiting_events(actor=who)[Outcome.UNKNOWN_REFERENCE] == 0
    assert list(models.ProviderEvent.objects.values("pk", "outcome", "needs_staff")) == before


def test_a_note_sent_twice_is_one_note_and_another_one_is_added(one_of_each: dict) -> None:
    event, who, note_id = the(Outcome.LATE), actor("staff"), ids.uuid7()
    first = payments.note_event(actor=who, event_id=event.id, note_id=note_id, text="Seen.", at=AT)
    assert payments.note_event(actor=who, event_id=event.id, note_id=note_id, text="Seen.", at=SOON) == first
    with pytest.raises(payments.EventNoteIdReused):
        payments.note_event(actor=who, event_id=event.id, note_id=note_id, text="Not seen.", at=SOON)
    second = payments.note_event(actor=who, event_id=event.id, note_id=ids.uuid7(), text="Payer told.", at=SOON)
    assert payments.staff_event(actor=SYSTEM, event_id=event.id).notes == (first, second)
    assert the(Outcome.LATE).note == second


@pytest.mark.parametrize("text", ["", " \n ", "\0\0", "x" * (payments.NOTE_LENGTH_MAX + 1)])
def test_a_note_without_words_or_with_too_many_is_refused(one_of_each: dict, text: str) -> None:
    with pytest.raises(payments.EventNoteInvalid):
        payments.note_event(
            actor=actor("staff"), event_id=the(Outcome.LATE).id, note_id=ids.uuid7(), text=text, at=SOON
        )
    assert not models.EventNote.objects.exists()


def test_only_staff_marks_and_only_the_zone_looks(one_of_each: dict) -> None:
    event = the(Outcome.LATE)
    owner = zone.actor_of_person(person_id=owner_of(a_business()).pk)
    for nobody, refusal in ((STRANGER, Unauthenticated), (owner, Forbidden)):
        for look in (
            lambda one: payments.staff_events(actor=one),
            lambda one: payments.waiting_events(actor=one),
            lambda one: payments.staff_event(actor=one, event_id=event.id),
            lambda one: list(payments.all_staff_events(actor=one)),
        ):
            with pytest.raises(refusal):
                look(nobody)
    for who, refusal in ((STRANGER, Unauthenticated), (owner, Forbidden), (actor("auditor"), Forbidden)):
        with pytest.raises(refusal):
            payments.note_event(actor=who, event_id=event.id, note_id=ids.uuid7(), text="Seen.", at=SOON)
    assert not models.EventNote.objects.exists()


def test_the_application_cannot_rewrite_a_note(one_of_each: dict) -> None:
    payments.note_event(actor=actor("staff"), event_id=the(Outcome.LATE).id, note_id=ids.uuid7(), text="Seen.", at=SOON)
    for statement in ("update payments_event_note set text = 'x'", "delete from payments_event_note"):
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local role kawasan_app")
            cursor.execute(statement)


@pytest.mark.parametrize("role", ["staff", "operator", "auditor"])
def test_the_desk_lists_what_waits_and_links_to_each_event(client: Any, one_of_each: dict, role: str) -> None:
    client.force_login(zone_staff(role))
    page = client.get("/kawasan/uang", headers=ENGLISH)
    shown = text_of(page)
    for words in (
        "Came too late",
        "Paid a second time",
        "Another amount than asked",
        "Names no payment of ours",
        "Contradicts an earlier message",
        "Payout came back",
        "Rp77,000",
    ):
        assert words in shown
    assert "Waiting to be seen 7" in shown
    assert 'href="/kawasan/uang" aria-current="page"' in page.content.decode()
    for one in payments.staff_events(actor=SYSTEM).items:
        assert client.get(f"/kawasan/uang/{one.public_id}", headers=ENGLISH).status_code == 200


def test_an_events_page_links_to_the_payment_and_says_what_became_of_the_money(client: Any, one_of_each: dict) -> None:
    client.force_login(zone_staff("auditor"))
    payment = one_of_each[Outcome.LATE]
    page = client.get(f"/kawasan/uang/{the(Outcome.LATE).public_id}", headers=ENGLISH)
    payer = zone.person_names(ids={payment.payer_id})[payment.payer_id]
    assert f"Credited to the wallet of {payer} Rp50,000" in text_of(page)
    assert f'href="/bayar/{payment.public_id}"' in page.content.decode()
    assert client.get(f"/bayar/{payment.public_id}").status_code == 200
    assert "catatan" not in page.content.decode()  # an auditor has no form
    lost = client.get(f"/kawasan/uang/{the(Outcome.UNKNOWN_REFERENCE).public_id}", headers=ENGLISH)
    assert "nothing was moved and nobody was credited" in text_of(lost)
    back = client.get(f"/kawasan/uang/{the(Outcome.PAYOUT_RETURNED).public_id}", headers=ENGLISH).content.decode()
    business = zone.business(business_id=one_of_each[Outcome.PAYOUT_RETURNED].business_id)
    assert f'href="/kawasan/usaha/{business.slug}"' in back
    assert "9876543210000" not in back


def test_staff_marks_an_event_on_its_page_once_and_the_note_stands_there(client: Any, one_of_each: dict) -> None:
    staff, event, note_id = zone_staff("staff"), the(Outcome.AGAIN), ids.uuid7()
    client.force_login(staff)
    for _ in range(2):
        answer = note(client, event, "Payer called, <b>fine</b>.", note_id)
        assert (answer.status_code, answer["Location"]) == (302, f"/kawasan/uang/{event.public_id}")
    (row,) = models.EventNote.objects.all()
    assert (row.pk, row.event_id, row.person_id, row.text) == (
        note_id,
        event.id,
        staff.pk,
        "Payer called, <b>fine</b>.",
    )
    page = client.get(answer["Location"], headers=ENGLISH).content.decode()
    assert "Payer called, &lt;b&gt;fine&lt;/b&gt;." in page
    assert staff.name in page
    for status, stands_there in (("waiting", False), ("seen", True)):
        shown = text_of(client.get(f"/kawasan/uang?status={status}", headers=ENGLISH))
        table = shown.split("Received at")[1]  # above the table it is a choice of the filter
        assert ("Paid a second time" in table) is stands_there


def test_a_note_that_cannot_be_kept_is_told_beside_the_field(client: Any, one_of_each: dict) -> None:
    client.force_login(zone_staff("staff"))
    answer = note(client, the(Outcome.AGAIN), "   ")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert "Say in 1 to 500 letters" in text_of(answer)
    answer = client.post(f"/kawasan/uang/{the(Outcome.AGAIN).public_id}/catatan", {"id": "evn_x", "text": "Seen."})
    assert answer.status_code == 422
    assert not models.EventNote.objects.exists()


@pytest.mark.parametrize("who", ["stranger", "buyer", "owner"])
def test_others_see_nothing_of_the_desk(client: Any, one_of_each: dict, who: str) -> None:
    if who != "stranger":
        client.force_login(a_person() if who == "buyer" else owner_of(a_business()))
    event = the(Outcome.LATE)
    for path in ("", ".csv", ".xlsx", f"/{event.public_id}", "/evt_nonsense"):
        answer = client.get(f"/kawasan/uang{path}")
        assert answer.status_code == (302 if who == "stranger" else 403), path
        assert event.reference not in answer.content.decode()
    assert note(client, event, "Seen.").status_code == (302 if who == "stranger" else 403)
    assert client.get("/v1/payments/events").status_code == (401 if who == "stranger" else 403)
    assert not models.EventNote.objects.exists()


def test_an_auditor_cannot_mark(client: Any, one_of_each: dict) -> None:
    client.force_login(zone_staff("auditor"))
    assert note(client, the(Outcome.LATE), "Seen.").status_code == 403
    assert not models.EventNote.objects.exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_download_holds_the_list_as_it_is_narrowed(client: Any, one_of_each: dict, kind: str) -> None:
    payments.note_event(actor=actor("staff"), event_id=the(Outcome.LATE).id, note_id=ids.uuid7(), text="=1+1", at=SOON)
    client.force_login(zone_staff("auditor"))

    def rows(query: str) -> list[list]:
        answer = client.get(f"/kawasan/uang.{kind}?{query}", headers=ENGLISH)
        assert answer["Content-Disposition"].endswith(f'.{kind}"')
        if kind == "csv":
            return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
        return [list(row) for row in load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)]

    header, *body = rows("status=all")
    assert len(body) == 7
    assert len(header) == len(body[0]) == 12
    assert [row[1] for row in rows("")[1:]] == [row[1] for row in body if row[1] != "Came too late"]
    (row,) = rows("status=all&outcome=late")[1:]
    assert row[1:3] == ["Came too late", "Money came"]
    assert float(row[3]) == 50_000
    assert (row[7], row[11]) == (one_of_each[Outcome.LATE].public_id, "'=1+1")
    assert client.get("/kawasan/uang.pdf").status_code == 404


def test_programs_of_the_zone_read_the_same_list(client: Any, one_of_each: dict) -> None:
    made = payments.note_event(
        actor=actor("staff"), event_id=the(Outcome.LATE).id, note_id=ids.uuid7(), text="Seen.", at=SOON
    )
    client.force_login(zone_staff("auditor"))
    first = client.get("/v1/payments/events?limit=4").json()
    rest = client.get(f"/v1/payments/events?limit=4&cursor={first['next_cursor']}").json()
    told = [*first["items"], *rest["items"]]
    assert [one["outcome"] for one in told] == [one.value for one in reversed(one_of_each)]
    assert rest["next_cursor"] is None
    assert [one["note"] and one["note"]["text"] for one in told] == [None] * 6 + [made.text]
    (late,) = client.get("/v1/payments/events?outcome=late&status=seen&kind=paid&q=Rp50.000").json()["items"]
    assert late["payment_id"] == one_of_each[Outcome.LATE].public_id
    assert client.get("/v1/payments/events?outcome=nothing").status_code == 422
    assert client.get("/v1/payments/events?cursor=x").status_code == 422


def test_a_key_needs_the_zones_scope(client: Any, one_of_each: dict) -> None:
    person = zone.actor_of_person(person_id=zone_staff("auditor").pk)
    for scopes, status in ((["payments:read"], 403), (["zone:read"], 200)):
        key = zone.create_key(actor=person, name="Laporan", scopes=scopes, at=AT)
        answer = client.get("/v1/payments/events", headers={"Authorization": f"Bearer {key.secret}"})
        assert answer.status_code == status
