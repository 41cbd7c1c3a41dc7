"""Payout batches: banking days, four eyes, the file, answers of the bank, and money that comes back."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders.payments import AT, money_for_a_business, posted
from tests.builders.zone import a_business, a_person, an_actor, owner_of, zone_staff
from tests.shared_vectors import each

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.core.calendar import add_working_days
from kawasan.core.errors import Forbidden, Unauthenticated
from kawasan.core.money import rupiah
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models, tasks
from kawasan.rooms.payments.rules import bank_files
from kawasan.rooms.payments.rules.days_off import days_off, value_date

pytestmark = pytest.mark.django_db
Status = payments.PayoutStatus


def staff(role: str = "staff") -> Actor:
    return an_actor(zone_staff(role).pk)


def save(business: Any, *, number: str = "1234567890", rhythm: str = "daily", smallest: int = 10_000, **more: Any):
    given: dict[str, Any] = {"account_id": ids.uuid7(), "bank": "014", "holder": "Sri Wahyuni", "at": AT}
    return payments.save_bank_account(
        actor=an_actor(owner_of(business).pk), business_id=business.id, number=number,
        rhythm=payments.Rhythm(rhythm), smallest=rupiah(smallest), **(given | more),
    )  # fmt: skip


def check_names() -> None:
    """Let the bank have said whose the accounts are: nobody's, another man's, or as we were told."""
    told = {"0000": None, "9999": "BUDI SANTOSO"}
    for account_id, account in payments.unchecked_accounts(limit=50):
        owner = payments.AccountOwner(told.get(account.number[-4:], account.holder.upper()))
        payments.note_name_at_bank(account_id=account_id, owner=owner, at=AT)


def a_payable(whole: int = 100_000, **account: Any) -> Any:
    business = a_business()
    money_for_a_business(business.id, whole)
    save(business, **account)
    check_names()
    return business


def money(business: Any) -> tuple[int, int]:
    found = payments.seller_money(actor=SYSTEM, business_id=business.id)
    return found.available_minor, found.on_its_way_minor


def sent(maker: Actor | None = None, checker: Actor | None = None) -> payments.Batch:
    made = payments.make_batch(actor=maker or staff(), batch_id=ids.uuid7(), at=AT)
    return payments.approve_batch(actor=checker or staff(), batch_id=made.id, at=AT)


@each("calendar", "settlement_date")
def test_the_calendar_of_payouts_gives_the_settlement_days_of_the_shared_vectors(given, expected):
    start = date.fromisoformat(given["date"])
    assert add_working_days(start, given["working_days"], days_off()).isoformat() == expected


@pytest.mark.parametrize(
    ("moment", "paid"),
    [
        ("2026-11-11T06:59:59", "2026-11-11"),  # 13:59:59 in Jakarta
        ("2026-11-11T07:00:00", "2026-11-12"),  # the cut-off
        ("2026-11-13T07:00:00", "2026-11-16"),  # Friday after the cut-off
        ("2026-11-14T01:00:00", "2026-11-16"),  # Saturday
        ("2026-03-17T08:00:00", "2026-03-25"),  # before Nyepi and Idulfitri
        ("2026-12-31T17:30:00", "2027-01-04"),  # New Year's Day has begun in Jakarta
    ],
)
def test_a_batch_is_paid_on_a_banking_day_by_the_cut_off(moment, paid):
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert value_date(at, cut_off_minutes=14 * 60).isoformat() == paid


def test_a_batch_goes_from_draft_to_closed_and_every_step_is_in_the_ledger():
    business, maker, checker = a_payable(), staff(), staff()
    made = payments.make_batch(actor=maker, batch_id=ids.uuid7(), at=AT)
    (payout,) = made.payouts
    assert (made.status, made.total_minor, made.count, payout.status) == ("draft", 100_000_00, 1, "requested")
    assert money(business) == (0, 100_000_00)
    assert payments.verify() == []
    approved = payments.approve_batch(actor=checker, batch_id=made.id, at=AT)
    assert (approved.status, approved.checked_by, approved.payouts[0].status) == ("sent", checker.person_id, "sent")
    assert posted(payments.transit(business.id)) == 100_000_00
    assert payments.verify() == []
    answer = {"payout_id": payout.id, "paid": True, "bank_reference": "TRX-1", "at": AT + timedelta(hours=1)}
    for _ in range(2):
        assert payments.note_bank_answer(actor=maker, **answer).status == "paid"
    closed = payments.batch(actor=maker, batch_id=made.id)
    assert (closed.status, closed.paid_count, closed.open_count) == ("closed", 1, 0)
    assert money(business) == (0, 0)
    assert posted(payments.bank()) == 100_000_00
    assert payments.verify() == ledger.verify() == []


def test_a_wrong_account_brings_the_money_back_with_the_banks_reason_and_staff_is_told():
    business, batch = a_payable(), sent()
    answer = {"payout_id": batch.payouts[0].id, "paid": False, "at": AT + timedelta(hours=2)}
    with pytest.raises(payments.PayoutReasonNeeded):
        payments.note_bank_answer(actor=staff(), reason=" ", **answer)
    for _ in range(2):
        back = payments.note_bank_answer(actor=staff(), reason="Rekening ditutup", **answer)
        assert (back.status, back.reason) == ("returned", "Rekening ditutup")
    assert money(business) == (100_000_00, 0)
    assert payments.batch(actor=SYSTEM, batch_id=batch.id).status == "closed"
    assert [one.id for one in payments.returned_payouts(actor=staff("auditor"))] == [back.id]
    assert payments.waiting_events(actor=staff())[payments.Outcome.PAYOUT_RETURNED] == 1
    codes = [line.code for line in payments.business_statement(actor=SYSTEM, business_id=business.id).items]
    assert codes[:2] == [payments.PaymentCode.PAYOUT_RETURNED, payments.PaymentCode.PAYOUT]
    assert payments.verify() == ledger.verify() == []


def test_a_payout_that_comes_back_pays_a_debt_first():
    business, batch = a_payable(), sent()
    moves = payments.refund(
        refund_id=ids.uuid7(), order_id=ids.uuid7(), business_id=business.id, person_id=a_person().pk,
        amount_minor=30_000_00, left_minor=0, is_released=True, at=AT,
    )  # fmt: skip
    ledger.post(ledger.Entry(ids.uuid7(), AT, moves))
    payments.note_bank_answer(actor=staff(), payout_id=batch.payouts[0].id, paid=False, reason="Ditutup", at=AT)
    found = payments.seller_money(actor=SYSTEM, business_id=business.id)
    assert (found.available_minor, found.debt_minor) == (70_000_00, 0)
    assert payments.verify() == ledger.verify() == []


def test_who_made_a_batch_does_not_check_it():
    a_payable()
    maker, checker = staff(), staff()
    made = payments.make_batch(actor=maker, batch_id=ids.uuid7(), at=AT)
    with pytest.raises(payments.MakerCannotCheck):
        payments.approve_batch(actor=maker, batch_id=made.id, at=AT)
    with pytest.raises(payments.MakerCannotCheck):
        payments.reject_batch(actor=maker, batch_id=made.id, note="Salah", at=AT)
    assert payments.batch(actor=maker, batch_id=made.id).status == "draft"
    with pytest.raises(payments.BatchNotOpen):
        payments.batch_file(actor=maker, batch_id=made.id)
    for _ in range(2):
        assert payments.approve_batch(actor=checker, batch_id=made.id, at=AT).status == "sent"
    with pytest.raises(payments.BatchNotOpen):
        payments.reject_batch(actor=checker, batch_id=made.id, note="Salah", at=AT)
    with pytest.raises(payments.BatchNotOpen):
        payments.approve_batch(actor=staff(), batch_id=made.id, at=AT)


def test_a_rejected_batch_gives_all_money_back_and_the_next_one_takes_it_again():
    business = a_payable()
    made = payments.make_batch(actor=staff(), batch_id=ids.uuid7(), at=AT)
    with pytest.raises(payments.PayoutReasonNeeded):
        payments.reject_batch(actor=staff(), batch_id=made.id, note="", at=AT)
    rejected = payments.reject_batch(actor=staff(), batch_id=made.id, note="Tanggal salah", at=AT)
    assert (rejected.status, rejected.payouts[0].status, rejected.payouts[0].reason) == (
        "rejected", "cancelled", "Tanggal salah",
    )  # fmt: skip
    assert money(business) == (100_000_00, 0)
    with pytest.raises(payments.PayoutNotSent):
        payments.note_rest_paid(actor=staff(), batch_id=made.id, bank_reference="", at=AT)
    assert payments.make_batch(actor=staff(), batch_id=ids.uuid7(), at=AT).total_minor == 100_000_00
    assert payments.verify() == []


def test_a_batch_made_twice_is_one_and_an_empty_one_is_refused():
    a_payable()
    number, actor = ids.uuid7(), staff()
    first = payments.make_batch(actor=actor, batch_id=number, at=AT)
    assert payments.make_batch(actor=actor, batch_id=number, at=AT) == first
    with pytest.raises(payments.BatchEmpty):
        payments.make_batch(actor=actor, batch_id=ids.uuid7(), at=AT)
    assert models.PayoutBatch.objects.count() == models.Payout.objects.count() == 1


def test_only_checked_accounts_with_enough_money_and_their_rhythm_are_paid():
    daily, weekly = a_payable(rhythm="daily"), a_payable(rhythm="weekly")
    for account in ({"number": "1234560000"}, {"number": "1234569999"}, {"rhythm": "manual"}, {"smallest": 100_001}):
        a_payable(**account)
    unchecked = a_business()
    money_for_a_business(unchecked.id, 100_000)
    save(unchecked)
    first = sent()
    assert {one.business_id for one in first.payouts} == {daily.id, weekly.id}
    payments.note_rest_paid(actor=staff(), batch_id=first.id, bank_reference="T1", at=AT)
    for business in (daily, weekly):
        money_for_a_business(business.id, 50_000)
    with pytest.raises(payments.BatchEmpty):  # the same banking day
        payments.make_batch(actor=staff(), batch_id=ids.uuid7(), at=AT)
    tomorrow = payments.make_batch(actor=staff(), batch_id=ids.uuid7(), at=AT + timedelta(days=1))
    assert {one.business_id for one in tomorrow.payouts} == {daily.id}
    next_week = payments.make_batch(actor=staff(), batch_id=ids.uuid7(), at=AT + timedelta(days=7))
    assert {one.business_id for one in next_week.payouts} == {weekly.id}


def test_a_payout_that_was_asked_for_waits_for_a_batch_where_no_provider_sends_it():
    business = a_payable(rhythm="manual")
    owner = an_actor(owner_of(business).pk)
    asked = payments.request_payout(
        actor=owner, business_id=business.id, payout_id=ids.uuid7(), amount=rupiah(40_000),
        at=AT,
    )  # fmt: skip
    batch = sent()
    assert [(one.id, one.status) for one in batch.payouts] == [(asked.id, "sent")]
    tasks.send_payouts()  # the bank is told by the file, and by nothing else
    assert payments.batch(actor=SYSTEM, batch_id=batch.id).payouts[0].status == "sent"
    assert money(business) == (60_000_00, 40_000_00)


def test_a_payout_that_a_batch_takes_while_the_bank_is_about_to_be_told_goes_with_the_batch():
    business = a_payable(rhythm="manual")
    asked = payments.request_payout(
        actor=an_actor(owner_of(business).pk), business_id=business.id, payout_id=ids.uuid7(), amount=rupiah(40_000),
        at=AT,
    )  # fmt: skip
    assert [one.id for one, _ in payments.open_payouts(limit=9)] == [asked.id]  # a worker has read it
    made = payments.make_batch(actor=staff(), batch_id=ids.uuid7(), at=AT)
    late = payments.mark_payout_sent(payout_id=asked.id, at=AT)
    assert (late.status, late.batch_id) == ("requested", made.id)
    assert payments.approve_batch(actor=staff(), batch_id=made.id, at=AT).payouts[0].status == "sent"
    assert payments.verify() == []


def test_businesses_without_money_take_nobodys_place_in_a_batch(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kawasan.rooms.payments.actions.batches.BATCH_MAX", 2)
    for _ in range(3):
        save(a_business())
    check_names()
    rich = a_payable()
    assert [one.business_id for one in sent().payouts] == [rich.id]


def test_the_file_of_a_batch_has_every_payout_and_its_control_sums():
    businesses = [a_payable(100_000), a_payable(250_000, number="9876543210", holder="Koperasi Tani Jaya, CV")]
    batch = sent()
    name, text = payments.batch_file(actor=staff(), batch_id=batch.id)
    head, *lines = list(csv.reader(io.StringIO(text)))
    assert name == f"{batch.number}.csv"
    assert head == ["P", batch.number, "20261111", "2", "350000.00", f"{1234567890 + 9876543210 + 350_000:010d}"[-10:]]
    assert sorted((line[3], line[5], line[4]) for line in lines) == [
        ("1234567890", "100000.00", "SRI WAHYUNI"),
        ("9876543210", "250000.00", "KOPERASI TANI JAYA CV"),
    ]
    assert {ids.parse("out", line[7]) for line in lines} == {one.id for one in batch.payouts}
    assert text.endswith("\r\n")
    with pytest.raises(Forbidden):
        payments.batch_file(actor=staff("auditor"), batch_id=batch.id)
    assert len(businesses) == batch.count


@given(
    rows=st.lists(st.tuples(st.integers(10**5, 10**19), st.integers(1, 10**12)), min_size=1, max_size=20),
    change=st.integers(1, 9), data=st.data(),
)  # fmt: skip
def test_a_digit_changed_by_hand_shows_in_the_control_sum(rows, change, data):
    made = [("out", payments.BankAccount("014", str(number), "X"), amount * 100) for number, amount in rows]
    which = data.draw(st.integers(0, len(made) - 1))
    digits = list(made[which][1].number)
    place = data.draw(st.integers(max(0, len(digits) - 10), len(digits) - 1))
    digits[place] = str((int(digits[place]) + change) % 10)
    changed = list(made)
    changed[which] = ("out", payments.BankAccount("014", "".join(digits), "X"), made[which][2])
    assert bank_files.control_sum(made) != bank_files.control_sum(changed)


def test_only_staff_moves_batches():
    a_payable()
    made = payments.make_batch(actor=staff(), batch_id=ids.uuid7(), at=AT)
    acts = [
        lambda who: payments.make_batch(actor=who, batch_id=ids.uuid7(), at=AT),
        lambda who: payments.approve_batch(actor=who, batch_id=made.id, at=AT),
        lambda who: payments.reject_batch(actor=who, batch_id=made.id, note="Tidak", at=AT),
        lambda who: payments.note_bank_answer(actor=who, payout_id=made.payouts[0].id, paid=True, at=AT),
        lambda who: payments.note_rest_paid(actor=who, batch_id=made.id, bank_reference="", at=AT),
    ]
    for act in acts:
        for who, refusal in (
            (Actor(), Unauthenticated),
            (an_actor(a_person().pk), Forbidden),
            (staff("auditor"), Forbidden),
        ):
            with pytest.raises(refusal):
                act(who)
    with pytest.raises(payments.BatchNotFound):
        payments.approve_batch(actor=staff(), batch_id=ids.uuid7(), at=AT)
    with pytest.raises(payments.PayoutNotSent):
        payments.note_bank_answer(actor=staff(), payout_id=made.payouts[0].id, paid=True, at=AT)
    assert payments.batch(actor=SYSTEM, batch_id=made.id).status == Status.REQUESTED.value.replace("requested", "draft")
