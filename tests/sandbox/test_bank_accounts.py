"""Where a business's money goes: the bank is asked whose the account is before it is saved, and what it says holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.core.errors import Forbidden, NotFound, Unauthenticated
from kawasan.core.money import rupiah
from kawasan.platform.db import see_as
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import models, tasks
from kawasan.rooms.payments.rules import names
from kawasan.sandbox.scenarios import Fault
from kawasan.sandbox.server import Sandbox
from tests.builders.bank import connect
from tests.builders.payments import AT
from tests.builders.snap import a_sandbox
from tests.builders.zone import a_business, a_member, a_person, an_actor, owner_of, zone_staff

pytestmark = pytest.mark.django_db
ENGLISH = {"headers": {"accept-language": "en"}}
INTERBANK = "account-inquiry-external"


def staff() -> Actor:
    return an_actor(zone_staff().pk)


def save(business: Any, *, number: str = "1234567890", rhythm: str = "daily", smallest: int = 10_000, **more: Any):
    given: dict[str, Any] = {"account_id": ids.uuid7(), "bank": "014", "holder": "Sri Wahyuni", "at": AT}
    return payments.save_bank_account(
        actor=an_actor(owner_of(business).pk), business_id=business.id, number=number,
        rhythm=payments.Rhythm(rhythm), smallest=rupiah(smallest), **(given | more),
    )  # fmt: skip


@pytest.fixture
def bank() -> Iterator[Sandbox]:
    """A bank that answers, over real HTTP."""
    with a_sandbox() as running:
        connect(running)
        yield running


def test_only_owners_save_the_account_and_only_the_team_and_the_zone_see_it_masked():
    business = a_business()
    saved = save(business)
    assert (saved.masked_number, saved.bank, saved.name_check) == ("••••••7890", "BCA", "waiting")
    for actor, refusal in (
        (an_actor(a_member(business, "staff").pk), Forbidden),
        (an_actor(a_person().pk), NotFound),
        (Actor(), Unauthenticated),
    ):
        with pytest.raises(refusal):
            payments.save_bank_account(
                actor=actor, business_id=business.id, account_id=ids.uuid7(), bank="014", number="111111",
                holder="X Y", rhythm=payments.Rhythm.DAILY, smallest=rupiah(10_000), at=AT,
            )  # fmt: skip
    assert payments.bank_account_of(actor=staff(), business_id=business.id) == saved
    see_as(an_actor(a_person().pk))
    assert not models.BankAccount.objects.exists()
    assert not models.PayoutBatch.objects.exists()


def test_a_new_account_replaces_the_old_one_and_the_same_one_keeps_its_check():
    business = a_business()
    first = save(business, owner=payments.AccountOwner("SRI WAHYUNI"))
    again = save(business, rhythm="weekly")
    assert (again.name_check, again.rhythm) == ("matched", "weekly")
    assert save(business, account_id=again.id, rhythm="weekly") == again
    with pytest.raises(payments.BankAccountIdReused):
        save(business, account_id=again.id, number="222222222")
    other = save(business, number="5555555555")
    assert other.name_check == "waiting"
    assert models.BankAccount.objects.filter(business=business.id).count() == 3
    assert models.BankAccount.objects.filter(business=business.id, replaced_at=None).get().pk == other.id
    assert first.id != again.id
    with pytest.raises(payments.PayoutAmountInvalid):
        save(business, smallest=9_999)


def test_an_account_that_the_bank_knows_by_another_name_or_not_at_all_is_not_saved():
    business = a_business()
    with pytest.raises(payments.BankAccountOfAnother) as refusal:
        save(business, owner=payments.AccountOwner("BUDI SANTOSO"))
    assert refusal.value.data["name"] == "B•••• S••••"
    with pytest.raises(payments.BankAccountUnknown):
        save(business, owner=payments.AccountOwner(None))
    assert not models.BankAccount.objects.exists()
    saved = save(business, owner=payments.AccountOwner("HJ SRI WAHYUNI"))
    assert (saved.name_check, saved.name_at_bank) == ("matched", "HJ SRI WAHYUNI")


def fill(client: Any, business: Any, **changes: str) -> Any:
    url = f"/jualan/{business.slug}/saldo/rekening"
    number = re.search(r"bac_[0-9a-z]{26}", client.get(url, **ENGLISH).content.decode())[0]
    form = {"id": number, "bank": "014", "number": "1234567890", "holder": "Sri Wahyuni", "rhythm": "daily"}
    return client.post(url, form | {"smallest": "10.000"} | changes, follow=True, **ENGLISH)


@pytest.mark.parametrize("own_bank", ["014", "002"])  # service 15 within the bank, 16 to another one
def test_the_page_shows_the_name_that_the_bank_tells_before_anything_is_saved(
    client: Any, bank: Sandbox, own_bank: str
) -> None:
    models.Provider.objects.update(own_bank=own_bank)
    business = a_business()
    client.force_login(owner_of(business))
    other = fill(client, business, number="1234569999")
    assert other.status_code == 422
    assert "At the bank it belongs to B•••• S••••" in other.content.decode()
    assert "There is no such account" in fill(client, business, number="1234560000").content.decode()
    assert not models.BankAccount.objects.exists()
    saved = fill(client, business)
    assert saved.status_code == 200
    assert "At the bank the account belongs to SRI WAHYUNI." in saved.content.decode()
    assert models.BankAccount.objects.get().name_check == "matched"


def test_a_bank_that_does_not_answer_is_asked_again_and_nothing_is_paid_until_then(client: Any, bank: Sandbox) -> None:
    client_id = payments.provider_settings().client_id
    for _ in range(2):
        bank.bank.plan.add(client_id, INTERBANK, Fault.ERROR)
    business = a_business()
    client.force_login(owner_of(business))
    assert "The bank does not answer now" in fill(client, business).content.decode()
    tasks.check_bank_accounts()
    assert models.BankAccount.objects.get().name_check == "waiting"
    tasks.check_bank_accounts()
    assert models.BankAccount.objects.get().name_check == "matched"


@pytest.mark.parametrize(("number", "found"), [("1234569999", "different"), ("1234560000", "unknown")])
def test_the_job_notes_what_the_bank_says_of_an_account_that_was_saved_without_it(bank: Sandbox, number, found) -> None:
    business = a_business()
    save(business, number=number)
    tasks.check_bank_accounts()
    saved = payments.bank_account_of(actor=SYSTEM, business_id=business.id)
    assert saved is not None
    assert saved.name_check == found
    assert "BUDI" not in saved.name_at_bank


def test_only_an_owner_has_the_bank_asked(bank: Sandbox) -> None:
    business = a_business()
    asked = {"business_id": business.id, "bank": "014", "number": "1234567890", "holder": "Sri Wahyuni"}
    for actor, refusal in (
        (an_actor(a_member(business, "accountant").pk), Forbidden),
        (an_actor(a_person().pk), NotFound),
        (Actor(), Unauthenticated),
    ):
        with pytest.raises(refusal):
            payments.ask_whose_account(actor=actor, **asked)
    owner = an_actor(owner_of(business).pk)
    assert payments.ask_whose_account(actor=owner, **asked) == payments.AccountOwner("SRI WAHYUNI")
    with pytest.raises(payments.BankAccountInvalid):
        payments.ask_whose_account(actor=owner, **(asked | {"number": "x"}))


def test_without_a_provider_nobody_is_asked():
    models.Provider.objects.update(is_active=False)
    assert payments.ask_bank_for_name(account=payments.BankAccount("014", "1234567890", "Sri Wahyuni")) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Sri Wahyuni", "SRI WAHYUNI", True),
        ("Ibu Sri Wahyuni, S.E.", "SRI WAHYUNI", True),
        ("Hj. Sri Wahyuni", "SRI WAHYUNI BINTI AMAT", True),
        ("CV Tani Jaya", "TANI JAYA", True),
        ("Sri Wahyuni", "SRI WAHYUNINGSIH", False),
        ("Sri Wahyuni", "BUDI SANTOSO", False),
        ("", "BUDI", False),
        ("José Núñez", "JOSE NUNEZ", True),
    ],
)
def test_names_are_the_same_where_the_words_of_the_shorter_are_in_the_longer(one, other, same):
    assert names.is_same_name(one, other) is same
    assert names.is_same_name(other, one) is same
