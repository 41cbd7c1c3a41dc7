"""Comparing the bank's list with ours: what differs is listed once, repaired by a person, and then both agree."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Forbidden
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models
from kawasan.rooms.payments.rules.snap.reconciling import Ours, compared
from kawasan.sandbox.scenarios import Fault, Pay
from kawasan.sandbox.server import Sandbox
from tests.builders.bank import connect, make_codes, pay_at
from tests.builders.payments import a_payment, money_for
from tests.builders.snap import a_sandbox
from tests.builders.zone import a_person, an_actor

AT = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)


@pytest.fixture
def sandbox(db: Any) -> Iterator[Sandbox]:
    with a_sandbox() as running:
        connect(running, at=clock.now() - timedelta(minutes=1))
        yield running


def a_bill() -> payments.Payment:
    asked = a_payment(payer=a_person().pk, at=clock.now(), is_coded=False)
    make_codes()
    return payments.payment(payment_id=asked.id)


def compare() -> payments.Reconciliation:
    (run,) = payments.run_reconciliation(at=clock.now() + timedelta(seconds=2), settling=timedelta())
    return run


def open_ones() -> list[payments.Difference]:
    return list(payments.all_differences(actor=SYSTEM))


def test_what_nobody_told_is_listed_once_taken_over_and_then_both_agree(sandbox: Sandbox) -> None:
    payment = a_bill()
    (money,) = pay_at(sandbox, payment.id)
    first, again = compare(), compare()
    assert (first.found, again.found) == (1, 0)
    assert (first.theirs_count, first.theirs_minor, first.ours_count) == (1, payment.amount_minor, 0)
    assert first.balance_minor == payment.amount_minor
    (one,) = open_ones()
    assert (one.kind, one.money_id, one.payment_id) == ("missing_here", money.id, payment.id)
    staff = an_actor(zone_role="staff")
    done = payments.take_over(actor=staff, difference_id=one.id, note="dari mutasi", at=clock.now())
    assert done.repair == "taken_over"
    assert payments.payment(payment_id=payment.id).is_paid
    with pytest.raises(payments.DifferenceClosed):
        payments.take_over(actor=staff, difference_id=one.id, note="lagi", at=clock.now())
    assert models.Receipt.objects.count() == 1
    assert compare().found == 0
    assert open_ones() == []
    (kept,) = payments.all_differences(actor=staff, is_open=False)
    assert (kept.note, kept.repaired_by != "") == ("dari mutasi", True)
    assert payments.verify() == []


def test_what_is_told_after_all_closes_its_difference_by_itself(sandbox: Sandbox) -> None:
    payment = a_bill()
    pay_at(sandbox, payment.id)
    compare()
    for notification in payments.ask_provider(payment_id=payment.id, at=clock.now()):
        payments.notify(notification=notification, at=clock.now())
    assert compare().found == 0
    (kept,) = payments.all_differences(actor=SYSTEM, is_open=False)
    assert kept.repair == "agrees"


def test_money_that_the_bank_never_had_is_seen_and_settled_with_a_note(sandbox: Sandbox) -> None:
    payment = a_bill()
    payments.notify(notification=money_for(payment, happened_at=clock.now()), at=clock.now())
    assert compare().found == 1
    (one,) = open_ones()
    assert (one.kind, one.theirs_minor, one.ours_minor) == ("missing_there", None, payment.amount_minor)
    staff = an_actor(zone_role="staff")
    with pytest.raises(payments.DifferenceClosed):
        payments.take_over(actor=staff, difference_id=one.id, note="x", at=clock.now())
    payments.settle_difference(actor=staff, difference_id=one.id, note="bank mengakui", at=clock.now())
    assert (compare().found, open_ones()) == (0, [])


def test_a_bank_that_does_not_answer_is_told_of_and_accuses_nobody(sandbox: Sandbox) -> None:
    payment = a_bill()
    payments.notify(notification=money_for(payment, happened_at=clock.now()), at=clock.now())
    client_id = payments.provider_settings().client_id
    for service in ("transaction-history-list", "balance-inquiry"):
        sandbox.bank.plan.add(client_id, service, Fault.TIMEOUT_BEFORE)
    run = compare()
    assert (run.found, run.problem != "", run.balance_minor) == (0, True, None)


def test_only_staff_repairs_and_only_the_zone_looks(client: Any, sandbox: Sandbox) -> None:
    pay_at(sandbox, a_bill().id)
    compare()
    (one,) = open_ones()
    stranger = payments_actor(client)
    with pytest.raises(Forbidden):
        payments.take_over(actor=stranger, difference_id=one.id, note="x", at=clock.now())
    assert client.get("/kawasan/uang/rekonsiliasi").status_code == 403
    assert client.post(f"/kawasan/uang/rekonsiliasi/{one.public_id}", {"note": "x"}).status_code == 403
    assert client.post("/kawasan/uang/rekonsiliasi/jalankan").status_code == 403
    assert open_ones() == [one]


def payments_actor(client: Any) -> Any:
    from kawasan.rooms.zone import api as zone

    person = a_person()
    client.force_login(person)
    return zone.actor_of_person(person_id=person.pk)


def test_staff_repairs_on_the_page_and_takes_the_list_along(client: Any, sandbox: Sandbox) -> None:
    from django.contrib.auth import get_user_model

    payment = a_bill()
    pay_at(sandbox, payment.id, Pay.SILENT)
    compare()
    staff = an_actor(zone_role="staff")
    client.force_login(get_user_model().objects.get(pk=staff.person_id))
    english = {"headers": {"accept-language": "en"}}
    page = client.get("/kawasan/uang/rekonsiliasi", **english).content.decode()
    assert "Take over this payment" in page
    assert "Rp50,000" in page
    text = b"".join(client.get("/kawasan/uang/rekonsiliasi.csv").streaming_content).decode("utf-8-sig")
    (row,) = list(csv.reader(io.StringIO(text)))[1:]
    assert payment.public_id in row
    assert client.get("/kawasan/uang/rekonsiliasi.xlsx").status_code == 200
    assert client.get("/kawasan/uang/rekonsiliasi.exe").status_code == 404
    (one,) = open_ones()
    url = f"/kawasan/uang/rekonsiliasi/{one.public_id}"
    assert client.post(url, {"repair": "take_over", "note": " "}).status_code == 302
    assert len(open_ones()) == 1
    assert client.post(url, {"repair": "take_over", "note": "dari mutasi"}).status_code == 302
    assert payments.payment(payment_id=payment.id).is_paid
    page = client.get("/kawasan/uang/rekonsiliasi?status=all", **english).content.decode()
    assert "Taken over" in page
    assert client.post(url, {"repair": "take_over", "note": "lagi"}).status_code == 302
    assert models.Receipt.objects.count() == 1


movements = st.dictionaries(st.sampled_from("ABCDEF"), st.integers(1, 3), max_size=6)


@given(theirs=movements, ours=movements, is_whole=st.booleans())
def test_every_movement_that_differs_is_listed_once_and_no_other(
    theirs: dict[str, int], ours: dict[str, int], is_whole: bool
) -> None:
    lines = [payments.StatementLine(name, name, amount, AT, "in") for name, amount in theirs.items()]
    mine = {name: Ours(name, name, amount, AT, ids.uuid7()) for name, amount in ours.items()}
    found = {one.money_id: one.kind.value for one in compared(lines, mine, is_whole=is_whole)}
    wanted = dict.fromkeys(theirs.keys() - ours.keys(), "missing_here")
    wanted |= {name: "other_amount" for name in theirs.keys() & ours.keys() if theirs[name] != ours[name]}
    if is_whole:
        wanted |= dict.fromkeys(ours.keys() - theirs.keys(), "missing_there")
    assert found == wanted
