"""Bank statements against the books: taken in once, recognised, confirmed with one tap, undone by correction."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from tests.builders.books import AT, an_expense, an_owner, balances
from tests.builders.zone import a_business, a_member, a_person, owner_of

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.core.errors import Forbidden, NotFound, Unauthenticated
from kawasan.rooms.books import api as books
from kawasan.rooms.books.models import Bank, BankLine, Entry, Match
from kawasan.rooms.books.tests.test_bank_files import CSV, MT940
from kawasan.rooms.books.tests.test_owed import a_debt

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 5)


def owner(shop) -> dict:
    return {"actor": an_owner(shop), "business_id": shop}


def a_bank(shop, number: str = "0007890") -> books.BankAccount:
    return books.add_bank(**owner(shop), bank_id=ids.uuid7(), name="BCA", number=number, at=AT)


def taken_in(shop, bank, text: str = CSV, **given) -> books.Imported:
    call = {"statement_id": ids.uuid7(), "name": "mutasi.csv", "content": text.encode(), "at": AT}
    return books.import_statement(**owner(shop), bank_id=bank.id, **(call | given))


def lines(shop, bank, **given) -> list[books.BankLine]:
    return list(books.bank_lines(**owner(shop), bank_id=bank.id, **given).items)


def likely(shop, bank) -> dict[int, books.Suggestion]:
    found = lines(shop, bank, only_open=True)
    made = books.suggestions(**owner(shop), bank_id=bank.id, lines=found, today=TODAY)
    return {line.amount_minor: made[line.id] for line in found if line.id in made}


def confirm(shop, line, choice: books.Choice) -> books.BankLine:
    return books.confirm_line(**owner(shop), line_id=line.id, choice=choice, at=AT)


def by_amount(shop, bank, amount_minor: int) -> books.BankLine:
    return next(line for line in lines(shop, bank) if line.amount_minor == amount_minor)


def test_a_statement_is_taken_in_once():
    shop = a_business().id
    bank = a_bank(shop)
    assert (bank.account, bank.ending) == ("1102", "7890")
    assert (taken_in(shop, bank).added, taken_in(shop, bank).repeated) == (3, 3)
    longer = CSV.replace("Saldo akhir", "04/11/2026;SETORAN;;;5.000,00;11.239.999,50\nSaldo akhir")
    assert taken_in(shop, bank, longer).added == 1
    assert BankLine.objects.count() == 4
    assert not Entry.objects.exists()
    with pytest.raises(books.FileDay):
        taken_in(shop, bank, CSV.replace("03/11", "33/11"))
    with pytest.raises(books.FileOfOtherAccount):
        taken_in(shop, bank, MT940.replace("7890", "7891"))
    assert BankLine.objects.count() == 4


def test_the_number_is_kept_encrypted_and_a_second_account_gets_one_of_its_own():
    shop = a_business().id
    first, second = a_bank(shop), a_bank(shop, "55501234")
    assert (first.account, second.account) == ("1102", "1111")
    assert [account.name_id for account in books.chart_of(**owner(shop)) if account.code == "1111"] == ["BCA ••1234"]
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select number from books_bank where id = %s", [second.id])
        assert "1234" not in cursor.fetchone()[0]
    for wrong in ("12", "a" * 40, "12 ' 34"):
        with pytest.raises(books.BankInvalid):
            a_bank(shop, wrong)
    assert Bank.objects.count() == 2


def test_a_line_is_booked_with_one_word_and_undone_by_a_correction():
    shop = a_business().id
    taken_in(shop, bank := a_bank(shop))
    line = by_amount(shop, bank, -250_000_50)
    done = confirm(shop, line, books.Choice("account", account="6103"))
    assert done.match is books.MatchKind.BOOKED
    assert balances(shop) == {"1102": -250_000_50, "6103": 250_000_50}
    with pytest.raises(books.AlreadyMatched):
        confirm(shop, line, books.Choice("account", account="6104"))
    for _ in range(2):
        assert books.undo_match(**owner(shop), line_id=line.id, at=AT).match is None
    assert balances(shop) == {}
    assert Entry.objects.count() == 2
    confirm(shop, line, books.Choice("account", account="6104"))
    entry = Entry.objects.get(pk=by_amount(shop, bank, -250_000_50).source_id)
    books.correct_entry(**owner(shop), entry_id=entry.id, correction_id=ids.uuid7(), day=TODAY, memo="", at=AT)
    assert by_amount(shop, bank, -250_000_50).match is None  # undone at the entry's own page


def test_what_the_books_have_is_matched_and_nothing_is_booked_twice():
    shop = a_business().id
    paid = an_expense(shop, 250_000_50, paid_from="1102", day=date(2026, 11, 1))
    taken_in(shop, bank := a_bank(shop))
    found = likely(shop, bank)[-250_000_50]
    assert (found.why, found.choice.id) == (books.Why.SAME_AMOUNT, paid.id)
    line = by_amount(shop, bank, -250_000_50)
    with pytest.raises(books.DoesNotMatch):
        confirm(shop, by_amount(shop, bank, -15_000_00), found.choice)
    assert confirm(shop, line, found.choice) == confirm(shop, line, found.choice)
    assert Entry.objects.count() == 1
    assert -250_000_50 not in likely(shop, bank)
    assert books.undo_match(**owner(shop), line_id=line.id, at=AT).match is None
    assert Entry.objects.count() == 1


def test_an_open_document_is_paid_by_its_line_and_open_again_when_that_is_undone():
    shop = a_business().id
    a_debt(shop, 1_500_000_00, name="PT Jaya")
    a_debt(shop, 1_500_000_00, name="Toko Lain")
    taken_in(shop, bank := a_bank(shop))
    found = likely(shop, bank)[1_500_000_00]
    assert (found.why, found.label) == (books.Why.OPEN_DOCUMENT, "N-7 PT Jaya")
    line = by_amount(shop, bank, 1_500_000_00)
    confirm(shop, line, found.choice)
    left = books.ageing(**owner(shop), side=books.Side.RECEIVABLE, day=TODAY)
    assert [item.document.counterparty for item in left.documents] == ["Toko Lain"]
    with pytest.raises(books.DocumentNotFound):
        confirm(shop, by_amount(shop, bank, -15_000_00), found.choice)
    books.undo_match(**owner(shop), line_id=line.id, at=AT)
    assert len(books.ageing(**owner(shop), side=books.Side.RECEIVABLE, day=TODAY).documents) == 2


def test_a_rule_suggests_and_what_was_confirmed_before_does():
    shop = a_business().id
    bank = a_bank(shop)
    rule = books.Rule(ids.uuid7(), "biaya adm", "out", "6199", upto_minor=20_000_00, day_upto=5)
    assert books.add_bank_rule(**owner(shop), rule=rule, at=AT) == books.add_bank_rule(**owner(shop), rule=rule, at=AT)
    taken_in(shop, bank)
    assert likely(shop, bank)[-15_000_00].choice.account == "6199"
    confirm(shop, by_amount(shop, bank, -250_000_50), books.Choice("account", account="6103"))
    taken_in(shop, bank, CSV.replace("/11/", "/12/").replace("250.000,50", "99.000"))
    found = likely(shop, bank)[-99_000_00]
    assert (found.why, found.choice.account) == (books.Why.HISTORY, "6103")
    books.remove_bank_rule(**owner(shop), rule_id=rule.id)
    assert -15_000_00 not in likely(shop, bank)
    for wrong in ({"words": "a"}, {"account": "1110"}, {"day_from": 9}, {"from_minor": 30_000_00}, {"direction": "up"}):
        fields = {"id": ids.uuid7(), "words": rule.words, "direction": "out", "account": "6199", "day_upto": 5}
        with pytest.raises(books.RuleInvalid):
            books.add_bank_rule(**owner(shop), rule=books.Rule(**(fields | {"upto_minor": 20_000_00} | wrong)), at=AT)


def test_all_suggestions_are_confirmed_as_they_were_shown_all_or_none():
    shop = a_business()
    bank = a_bank(shop.id)
    taken_in(shop.id, bank)
    open_lines = lines(shop.id, bank, only_open=True)
    chosen = [(line.id, books.Choice("account", account="6199")) for line in open_lines]
    call = {**owner(shop.id), "at": AT}
    with pytest.raises(books.EntryInvalid), transaction.atomic():
        books.confirm_lines(**call, choices=[chosen[0], (chosen[1][0], books.Choice("account", account="9999"))])
    assert not Match.objects.exists()
    assert books.confirm_lines(**call, choices=chosen[:1]) == 1
    assert books.confirm_lines(**call, choices=chosen) == len(chosen) - 1
    assert books.confirm_lines(**call, choices=chosen) == 0
    assert Entry.objects.count() == len(chosen) == Match.objects.count()
    with pytest.raises(Forbidden):
        books.confirm_lines(actor=an_owner(shop.id, BusinessRole.STAFF), business_id=shop.id, choices=chosen, at=AT)


def test_the_page_lists_what_one_tap_will_book(client):
    shop = a_business()
    client.force_login(owner_of(shop))
    bank = a_bank(shop.id)
    taken_in(shop.id, bank)
    for words, account in (("biaya adm", "6199"), ("listrik", "6103")):
        rule = books.Rule(ids.uuid7(), words, "out", account)
        books.add_bank_rule(**owner(shop.id), rule=rule, at=AT)
    here = f"/jualan/{shop.slug}/buku/bank/{bank.id}"
    text = client.get(here).content.decode()
    chosen = re.findall(r'name="saran" value="([^"]+)"', text)
    assert len(chosen) == 2
    for _ in range(2):
        assert client.post(f"{here}/catat-semua", {"saran": chosen}).status_code == 302
    assert Match.objects.count() == len(chosen)
    assert client.post(f"{here}/catat-semua", {"saran": ["x"]}).status_code == 404


def test_the_difference_is_shown_and_gone_when_every_line_is_matched():
    shop = a_business().id
    books.open_balances(
        **owner(shop), entry_id=ids.uuid7(), day=date(2026, 1, 1), amounts={"1102": 10_000_000_00}, memo="", at=AT
    )
    an_expense(shop, 40_000_00, paid_from="1102", day=date(2026, 11, 2))  # a cheque nobody has cashed
    taken_in(shop, bank := a_bank(shop))
    state = books.bank_state(**owner(shop), bank_id=bank.id)
    assert (state.statement_minor, state.books_minor) == (11_234_999_50, 9_960_000_00)
    assert (state.open_count, state.open_minor) == (3, 1_234_999_50)
    assert (state.alone_count, state.alone_minor) == (1, -40_000_00)
    assert state.difference_minor == 1_274_999_50
    assert state.unexplained_minor == 0
    for line in lines(shop, bank):
        confirm(shop, line, books.Choice("account", account="4201" if line.amount_minor > 0 else "6199"))
    state = books.bank_state(**owner(shop), bank_id=bank.id)
    assert (state.open_count, state.difference_minor, state.unexplained_minor) == (0, 40_000_00, 0)


def test_a_closed_month_takes_no_line():
    shop = a_business().id
    taken_in(shop, bank := a_bank(shop))
    books.close_month(**owner(shop), month=date(2026, 11, 1), at=AT)
    with pytest.raises(books.PeriodClosed):
        confirm(shop, lines(shop, bank)[0], books.Choice("account", account="6199"))
    assert not Match.objects.exists()


def test_other_people_see_match_and_import_nothing():
    shop, other = a_business().id, a_business().id
    taken_in(shop, bank := a_bank(shop))
    line = lines(shop, bank)[0]
    for actor, refusal in (
        (Actor(), Unauthenticated), (an_owner(other), NotFound), (an_owner(shop, BusinessRole.STAFF), Forbidden)
    ):  # fmt: skip
        who = {"actor": actor, "business_id": shop}
        for call in (
            lambda who=who: books.banks(**who),
            lambda who=who: books.bank_lines(**who, bank_id=bank.id),
            lambda who=who: books.bank_rules(**who),
            lambda who=who: books.add_bank(**who, bank_id=ids.uuid7(), name="BCA", number="12345", at=AT),
            lambda who=who: books.confirm_line(**who, line_id=line.id, choice=books.Choice("account", "6199"), at=AT),
            lambda who=who: books.undo_match(**who, line_id=line.id, at=AT),
            lambda who=who: books.import_statement(
                **who, bank_id=bank.id, statement_id=ids.uuid7(), name="", content=CSV.encode(), at=AT
            ),
        ):
            with pytest.raises(refusal):
                call()
    with pytest.raises(books.BankNotFound):
        confirm(other, line, books.Choice("account", account="6199"))
    with pytest.raises(books.BankNotFound):
        taken_in(other, bank)
    assert not Match.objects.exists()


def test_from_a_file_to_matched_lines_in_a_browser(client):
    shop = a_business()
    client.force_login(owner_of(shop))
    root, english = f"/jualan/{shop.slug}/buku/bank", {"headers": {"accept-language": "en"}}
    form = {"id": str(ids.uuid7()), "name": "Bank <Uji>", "number": "1234567890"}
    for _ in range(2):
        answer = client.post(root, form)
    here = answer["Location"]
    assert Bank.objects.count() == 1
    answer = client.post(here, {"file": SimpleUploadedFile("mutasi.csv", CSV.encode())})
    assert answer["Location"] == f"{here}/kolom"
    text = client.get(f"{here}/kolom", **english).content.decode()
    assert "Rp1,500,000" in text
    names = ("first", "day", "order", "text", "party", "amount", "debit", "credit", "balance", "decimal")
    chosen = {name: re.search(rf'name="{name}"[^>]*value="(\d+)"', text) for name in ("first",)}
    given = dict(zip(names, (chosen["first"][1], 0, "dmy", 1, 2, -1, 3, 4, 5, ","), strict=True))
    wrong = client.post(f"{here}/kolom", given | {"debit": -1, "import": "1"}, **english)
    assert wrong.status_code == 422
    assert client.post(f"{here}/kolom", given | {"import": "1"})["Location"] == here
    again = client.post(here, {"file": SimpleUploadedFile("mutasi.csv", CSV.encode())}, follow=True, **english)
    assert "0 new lines, 3 were there before." in again.content.decode()  # the columns were remembered
    broken = client.post(here, {"file": SimpleUploadedFile("x.csv", CSV.replace("15.000", "lima").encode())}, **english)
    assert broken.status_code == 422
    assert "Line 7: “lima” is not an amount" in broken.content.decode()
    line = BankLine.objects.get(amount_minor=-15_000_00)
    for _ in range(2):
        assert client.post(f"{here}/baris/{line.id}/catat", {"kind": "account", "account": "6199"}).status_code == 302
    assert Entry.objects.count() == 1
    assert "Booked" in client.get(f"{here}?lihat=semua", **english).content.decode()
    assert client.post(f"{here}/baris/{line.id}/catat", {"kind": "line", "id": "x"}).status_code == 404
    assert b"-15000.00" in b"".join(client.get(f"{here}.csv").streaming_content)
    assert client.post(f"{here}/baris/{line.id}/batal").status_code == 302
    assert Entry.objects.count() == 2
    rule = {"id": str(ids.uuid7()), "words": "biaya adm", "direction": "", "account": "6199"}
    assert client.post(f"{root}/aturan", rule).status_code == 302
    assert "by your rule" in client.get(here, **english).content.decode()
    assert client.post(f"{root}/aturan/{rule['id']}/hapus").status_code == 302
    assert client.post(f"{root}/aturan", rule | {"words": "x"}, **english).status_code == 422
    for person, status in ((a_member(shop, "staff"), 403), (a_person(), 404), (owner_of(a_business()), 404)):
        client.force_login(person)
        for path in (root, here, f"{here}/kolom", f"{here}.csv", f"{root}/aturan"):
            assert client.get(path).status_code == status, path
        assert client.post(f"{here}/baris/{line.id}/catat", {"account": "6199"}).status_code == status
