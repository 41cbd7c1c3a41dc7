"""What is due: reminded of once, paid with its NTPN, taken back, and shown on a seller's home."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from tests.builders.authority import a_completion, a_sale
from tests.builders.books import an_owner, balances, follow
from tests.builders.zone import a_business, a_member, owner_of

from kawasan.core import clock, ids
from kawasan.core.access import BusinessRole
from kawasan.core.errors import Forbidden, NotFound
from kawasan.platform.addresses import zone_address
from kawasan.rooms.books import api as books
from kawasan.rooms.books import tasks
from kawasan.rooms.books.rules import duties

pytestmark = pytest.mark.django_db
ENGLISH = {"headers": {"accept-language": "en"}}
OCTOBER, DEPOSIT = date(2026, 10, 1), books.DutyKind.FINAL_DEPOSIT
BEFORE = datetime(2026, 11, 13, 1, 0, tzinfo=UTC)  # 15 November 2026 is a Sunday: due on the 16th
ON_DAY = BEFORE + timedelta(days=3)
NTPN = "0A1B2C3D4E5F6G7H"


def a_shop(amount_minor: int = 10_000_000_00, at: datetime = datetime(2026, 10, 12, 5, 0, tzinfo=UTC)) -> Any:
    """A cooperative (no allowance) that sold something in October."""
    made = a_business()
    a_completion(a_sale(made.id, amount_minor, at=at), fee_minor=0, at=at)
    follow()
    who = {"taxpayer": books.Taxpayer.COOPERATIVE, "registered_year": 2025, "is_pkp": False}
    books.say_profile(actor=an_owner(made.id), business_id=made.id, **who)
    return made


def note(shop: UUID, **given: Any) -> books.Duty:
    values = {"actor": an_owner(shop), "business_id": shop, "done_id": ids.uuid7(), "kind": DEPOSIT, "month": OCTOBER}
    values |= {"day": date(2026, 11, 14), "reference": NTPN, "paid_from": "1102", "at": BEFORE}
    return books.note_duty(**(values | given))


def reminders(shop: UUID, at: datetime) -> list[tuple[books.DutyKind, int]]:
    return [(item.kind, item.days) for item in books.take_duty_reminders(at=at) if item.business_id == shop]


def test_the_slip_names_codes_period_and_amount():
    shop = a_shop().id
    slip = books.slip(actor=an_owner(shop), business_id=shop, kind=DEPOSIT, month=OCTOBER, at=BEFORE)
    assert (slip.duty.account_code, slip.duty.deposit_code, slip.duty.amount_minor) == ("411128", "420", 50_000_00)
    assert slip.duty.due == date(2026, 11, 16)
    with pytest.raises(books.DutyNotFound):
        books.slip(actor=an_owner(shop), business_id=shop, kind=books.DutyKind.PPN_RETURN, month=OCTOBER, at=BEFORE)


def test_a_mail_goes_out_three_days_before_and_on_the_day_once_each():
    shop = a_shop().id
    assert reminders(shop, BEFORE - timedelta(days=1)) == []
    assert reminders(shop, BEFORE) == [(DEPOSIT, 3)]
    assert reminders(shop, BEFORE + timedelta(hours=3)) == []
    assert reminders(shop, ON_DAY) == [(DEPOSIT, 0)]
    assert reminders(shop, ON_DAY + timedelta(days=1)) == []


def test_what_is_paid_or_not_wanted_is_not_reminded_of():
    paid, silent = a_shop().id, a_shop().id
    note(paid)
    books.say_profile(
        actor=an_owner(silent), business_id=silent, taxpayer=books.Taxpayer.COOPERATIVE, registered_year=2025,
        is_pkp=False, reminds=False,
    )  # fmt: skip
    assert reminders(paid, BEFORE) == reminders(silent, BEFORE) == []


def test_on_most_days_nothing_can_be_due():
    tables = books.tax_tables()
    days = [date(2026, 1, 1) + timedelta(days=count) for count in range(365)]
    found = [day for day in days if duties.may_be_due(day, tables)]
    assert date(2026, 11, 16) in found
    assert {date(2026, 3, 31), date(2026, 4, 30), date(2026, 2, 28)} <= set(found)
    assert len(found) == 24  # twelve deposits, twelve ends of months


def test_the_owner_reads_it_in_their_language_and_others_read_nothing(settings: Any):
    shop = a_shop()
    owner = owner_of(shop)
    a_member(shop, "staff")
    for language, word in (("id", "paling lambat"), ("zh-hans", "前缴纳"), ("en", "to be paid by")):
        type(owner).objects.filter(pk=owner.pk).update(language=language)
        tasks.mail_duty(business_id=str(shop.id), kind=DEPOSIT.value, month="2026-10-01", days=3)
        assert word in mail.outbox[-1].body
    assert [letter.to for letter in mail.outbox] == [[owner.email]] * 3
    assert "KAP 411128, KJS 420" in mail.outbox[0].body
    page = f"{zone_address()}/jualan/{shop.slug}/buku/pajak/final-deposit/2026-10"
    assert page in mail.outbox[0].body.splitlines()
    assert page.startswith("http://")
    note(shop.id)
    tasks.mail_duty(business_id=str(shop.id), kind=DEPOSIT.value, month="2026-10-01", days=0)
    assert len(mail.outbox) == 3


def test_what_was_paid_is_booked_once_and_can_be_taken_back():
    shop = a_shop().id
    done_id, before = ids.uuid7(), balances(shop)
    first = note(shop, done_id=done_id)
    assert first.done.reference == NTPN
    assert note(shop, done_id=done_id) == first
    with pytest.raises(books.DutyDoneAlready):
        note(shop)
    assert balances(shop) == before | {"1102": -50_000_00, "2202": 50_000_00}
    wanted = {"actor": an_owner(shop), "business_id": shop, "kind": DEPOSIT, "month": OCTOBER, "at": BEFORE}
    assert books.take_back_duty(**wanted).done is None
    assert books.take_back_duty(**wanted).done is None
    assert balances(shop) == before
    assert reminders(shop, BEFORE) == [(DEPOSIT, 3)]
    assert note(shop, paid_from="").done  # the bank statement has it: nothing is booked
    assert balances(shop) == before


def test_a_payment_that_is_undone_in_the_journal_is_due_again():
    shop = a_shop().id
    entry = note(shop).done.entry_id
    books.correct_entry(
        actor=an_owner(shop), business_id=shop, entry_id=entry, correction_id=ids.uuid7(), day=date(2026, 11, 14),
        memo="Keliru", at=BEFORE,
    )  # fmt: skip
    assert reminders(shop, BEFORE) == [(DEPOSIT, 3)]
    assert note(shop).done


@pytest.mark.parametrize("reference", ["", "0A1B2C3D4E5F6G7", "0A1B2C3D4E5F6G7H8", "0A1B2C3D4E5F6G7!"])
def test_an_ntpn_has_sixteen_letters_and_digits(reference):
    shop = a_shop().id
    before = balances(shop)
    with pytest.raises(books.DutyNumberInvalid):
        note(shop, reference=reference)
    assert balances(shop) == before
    assert note(shop, reference="0a1b 2c3d 4e5f 6g7h").done.reference == NTPN


def test_strangers_and_staff_note_nothing():
    shop = a_shop().id
    with pytest.raises(Forbidden):
        note(shop, actor=an_owner(shop, BusinessRole.STAFF))
    with pytest.raises(NotFound):
        note(shop, actor=an_owner(ids.uuid7()))
    staff = an_owner(shop, BusinessRole.STAFF)
    assert books.next_duty(actor=staff, business_id=shop, at=ON_DAY) is None
    assert books.next_duty(actor=an_owner(shop), business_id=shop, at=ON_DAY).kind is DEPOSIT


def test_the_slip_on_its_page_and_on_the_home_of_the_seller(client: Any) -> None:
    today = clock.business_day(clock.now())
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    shop = a_shop(at=datetime(month.year, month.month, 10, 5, 0, tzinfo=UTC))
    client.force_login(owner_of(shop))
    root = f"/jualan/{shop.slug}/buku/pajak"
    where = f"{root}/final-deposit/{month:%Y-%m}"
    assert where in client.get(root, {"tahun": str(month.year)}, **ENGLISH).content.decode()
    text = client.get(where, **ENGLISH).content.decode()
    assert "411128" in text
    assert "Rp50,000" in text
    given = {"id": text.split('name="id" value="')[1].split('"')[0], "day": today.isoformat(), "money": "1102"}
    assert client.post(where, given | {"reference": "1"}, **ENGLISH).status_code == 422
    assert client.post(where, given | {"reference": NTPN}, **ENGLISH).status_code == 302
    assert NTPN in client.get(where, **ENGLISH).content.decode()
    assert "Tax to pay" not in client.get(f"/jualan/{shop.slug}/", **ENGLISH).content.decode()
    assert client.post(f"{where}/batal", **ENGLISH).status_code == 302
    assert NTPN not in client.get(where, **ENGLISH).content.decode()
    late = client.get(f"/jualan/{shop.slug}/", **ENGLISH).content.decode()
    assert ("Tax to pay" in late) is (-31 <= (duties_due(shop) - today).days <= 7)
    assert client.get(f"{root}/nothing/2026-10").status_code == 404
    assert client.get(f"{root}/final-deposit/soon").status_code == 404


def duties_due(shop: Any) -> date:
    """The day on which the shop's one deposit is due."""
    day = clock.business_day(clock.now())
    month = (day.replace(day=1) - timedelta(days=1)).replace(day=1)
    wanted = {"kind": DEPOSIT, "month": month, "at": clock.now()}
    return books.slip(actor=an_owner(shop.id), business_id=shop.id, **wanted).duty.due
