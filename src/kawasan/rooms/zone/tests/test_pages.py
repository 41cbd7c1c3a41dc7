"""The room through HTTP, as owners, colleagues, zone staff and strangers meet it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import get_resolver, reverse
from tests.builders import AT, a_business, a_member, a_person, owner_of, zone_staff

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone import tasks
from kawasan.rooms.zone.models import AccessLog, Business, Draft, Invitation, Key, Membership, ZoneMembership

pytestmark = pytest.mark.django_db

NIK = "3201011508950001"
FORM = {
    "name": "Kopi Gayo",
    "legal_form": "individual",
    "nib": "9120000000007",
    "npwp": "",
    "nik": NIK,
    "kbli_code": "47711",
    "regency_code": "33.75",
    "district_code": "",
    "address": "Jl. Kopi 1",
    "phone": "081234567890",
    "size_basis": "annual_sales",
    "size_amount": "300.000.000",
    "description": "",
}


def _as(client, person):
    client.force_login(person)
    return client


def _text(response) -> str:
    return response.content.decode()


# --- joining ---


def test_an_owner_applies_the_zone_admits_and_the_owner_sees_it(client):
    owner, staff = a_person(), zone_staff()
    answer = _as(client, owner).post("/gabung", FORM | {"id": ids.public("biz", ids.uuid7())})
    business = Business.objects.get()
    assert answer.url == f"/usaha/{business.slug}"
    page = client.get(answer.url)
    assert "3201••••••••0001" in _text(page)
    assert NIK not in _text(page)

    _as(client, staff)
    assert business.name in _text(client.get("/kawasan/pendaftaran"))
    detail = client.get(f"/kawasan/usaha/{business.slug}")
    assert NIK not in _text(detail)
    assert "3201••••••••0001" in _text(detail)
    assert not AccessLog.objects.filter(action="identity_shown").exists()
    shown = client.post(f"/kawasan/usaha/{business.slug}/identitas")
    assert NIK in _text(shown)
    assert shown["Cache-Control"] == "no-store"
    assert AccessLog.objects.get(action="identity_shown").person_id == staff.pk
    client.post(f"/kawasan/usaha/{business.slug}/terima")
    business.refresh_from_db()
    assert (business.status, business.decided_by) == ("admitted", staff.pk)


def test_sending_the_form_twice_makes_one_business(client):
    given = FORM | {"id": ids.public("biz", ids.uuid7())}
    _as(client, a_person())
    assert client.post("/gabung", given).status_code == 302
    assert client.post("/gabung", given).status_code == 302
    assert Business.objects.count() == 1


def test_an_unreadable_amount_is_told_together_with_everything_else_that_is_wrong(client):
    wrong = FORM | {"id": ids.public("biz", ids.uuid7()), "size_amount": "banyak", "nib": "123", "name": "K"}
    answer = _as(client, a_person()).post("/gabung", wrong)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"size_amount", "nib", "name"}
    assert not Business.objects.exists()


def test_an_id_of_somebody_elses_business_does_not_take_it_over(client):
    other = a_business()
    answer = _as(client, a_person()).post("/gabung", FORM | {"id": other.public_id})
    assert answer.status_code == 422
    assert Business.objects.get().name == other.name
    assert Membership.objects.count() == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "This NIB is not right"),
        ("id", "NIB ini tidak benar"),
        ("zh-hans", "营业识别号（NIB）不正确"),
    ],
)
def test_a_wrong_nib_is_explained_in_the_readers_language_and_nothing_is_stored(client, language, words):
    client.cookies["kawasan_language"] = language
    answer = _as(client, a_person()).post("/gabung", FORM | {"nib": "12345"})
    assert answer.status_code == 422
    assert words in _text(answer)
    assert 'value="Kopi Gayo"' in _text(answer)  # what was typed is still there
    assert not Business.objects.exists()


def test_what_was_typed_is_kept_encrypted_until_it_is_sent(client):
    person = a_person()
    _as(client, person).post("/gabung/draf", FORM | {"kbli_text": "batik"})
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select form from zone_draft")
        assert NIK not in cursor.fetchone()[0]
    page = _text(client.get("/gabung"))
    assert "Kopi Gayo" in page
    assert NIK in page  # one's own form
    client.post("/gabung", FORM)
    assert not Draft.objects.exists()


def test_without_a_script_a_search_is_a_step_of_the_form(client):
    _as(client, a_person())
    answer = client.post("/gabung", FORM | {"kbli_text": "batik", "step": "search-kbli"})
    assert answer.url == "/gabung#search-kbli"
    assert 'name="kbli_code"' in _text(client.get("/gabung"))
    assert not Business.objects.exists()


def test_activities_and_regions_are_found_by_typing(client):
    assert "BATIK" in _text(client.get("/gabung/kbli", {"kbli_text": "batik"}))
    assert "33.75" in _text(client.get("/gabung/wilayah", {"region_text": "kota pekalongan"}))
    assert "33.75.01" in _text(client.get("/gabung/kecamatan", {"regency_code": "33.75"}))
    assert client.get("/gabung/kecamatan", {"regency_code": "x"}).status_code == 422


def test_sent_back_with_a_reason_the_owner_corrects_and_sends_again(client):
    business = a_business(status="applied")
    _as(client, zone_staff())
    empty = client.post(f"/kawasan/usaha/{business.slug}/kembalikan", {"reason": ""})
    assert empty.status_code == 422
    client.post(f"/kawasan/usaha/{business.slug}/kembalikan", {"reason": "Foto NIB buram"})
    _as(client, owner_of(business))
    assert "Foto NIB buram" in _text(client.get(f"/usaha/{business.slug}"))
    assert business.name in _text(client.get(f"/usaha/{business.slug}/perbaiki"))
    given = FORM | {"nib": business.nib, "address": "Jl. Benar 2"}
    assert client.post(f"/usaha/{business.slug}/perbaiki", given).status_code == 302
    row = Business.objects.get()
    assert (row.status, row.address) == ("applied", "Jl. Benar 2")


def test_staff_suspend_and_restore(client):
    business = a_business()
    _as(client, zone_staff())
    client.post(f"/kawasan/usaha/{business.slug}/hentikan", {"reason": "Laporan palsu"})
    assert Business.objects.get().status == "suspended"
    client.post(f"/kawasan/usaha/{business.slug}/pulihkan")
    assert Business.objects.get().status == "admitted"


def test_the_list_is_exported_as_it_is_filtered(client):
    a_business(name="Kopi Gayo")
    a_business(name="=Rumus Jahat")
    _as(client, zone_staff("auditor"))
    csv = b"".join(client.get("/kawasan/pendaftaran.csv", {"text": "kopi"}).streaming_content).decode()
    assert "Kopi Gayo" in csv
    assert "Rumus" not in csv
    everything = b"".join(client.get("/kawasan/pendaftaran.csv").streaming_content).decode()
    assert "'=Rumus Jahat" in everything
    assert client.get("/kawasan/pendaftaran.xlsx").content[:2] == b"PK"


# --- teams ---


def _invite(client, business, email="teman@contoh.id", role="staff") -> str:
    client.post(f"/usaha/{business.slug}/tim", {"email": email, "role": role})
    row = Invitation.objects.latest("pk")
    tasks.send_invitation(invitation_id=str(row.pk), origin="http://zona.test/")
    return re.search(r"http://zona.test(/undangan/\S+)", mail.outbox[-1].body)[1]


def test_an_invitation_is_mailed_accepted_once_and_gives_its_role(client):
    business = a_business()
    link = _invite(_as(client, owner_of(business)), business)
    assert mail.outbox[-1].to == ["teman@contoh.id"]
    assert business.name in mail.outbox[-1].subject
    client.logout()
    assert business.name in _text(client.get(link))
    friend = a_person(email="teman@contoh.id")
    _as(client, friend)
    assert client.post(link).url == f"/usaha/{business.slug}"
    assert Membership.objects.get(person=friend).role == "staff"
    assert client.post(link).status_code == 404
    assert Membership.objects.filter(person=friend).count() == 1


def test_an_invitation_is_only_for_its_address(client):
    business = a_business()
    link = _invite(_as(client, owner_of(business)), business)
    other = a_person()
    assert _as(client, other).post(link).status_code == 409
    assert not Membership.objects.filter(person=other).exists()
    client.logout()
    assert client.post(link).status_code == 401


def test_an_invitation_expires_after_seven_days(client):
    business = a_business()
    link = _invite(_as(client, owner_of(business)), business)
    Invitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    friend = a_person(email="teman@contoh.id")
    answer = _as(client, friend).post(link)
    assert answer.status_code == 409
    assert not Membership.objects.filter(person=friend).exists()


def test_a_withdrawn_invitation_opens_nothing_and_is_not_mailed(client):
    business = a_business()
    link = _invite(_as(client, owner_of(business)), business)
    row = Invitation.objects.get()
    client.post(f"/usaha/{business.slug}/undangan/{ids.public('inv', row.pk)}/tarik")
    sent = len(mail.outbox)
    tasks.send_invitation(invitation_id=str(row.pk), origin="http://zona.test/")
    assert len(mail.outbox) == sent
    assert client.get(link).status_code == 404


def test_the_token_of_an_invitation_is_not_stored(client):
    business = a_business()
    link = _invite(_as(client, owner_of(business)), business)
    assert link.rsplit("/", 1)[1] not in str(Invitation.objects.values().get())


def test_sending_the_invitation_form_twice_invites_once(client):
    business = a_business()
    _as(client, owner_of(business))
    given = {"id": ids.public("inv", ids.uuid7()), "email": "teman@contoh.id", "role": "staff"}
    for _ in range(2):
        assert client.post(f"/usaha/{business.slug}/tim", given).status_code == 302
    assert Invitation.objects.count() == 1


def test_the_last_owner_stays(client):
    business = a_business()
    owner = owner_of(business)
    person = ids.public("per", owner.pk)
    _as(client, owner)
    client.post(f"/usaha/{business.slug}/tim/{person}/peran", {"role": "staff"})
    client.post(f"/usaha/{business.slug}/tim/{person}/keluarkan")
    assert Membership.objects.get().role == "owner"
    second = a_member(business, "owner")
    client.post(f"/usaha/{business.slug}/tim/{person}/keluarkan")
    assert list(Membership.objects.values_list("person_id", flat=True)) == [second.pk]


def test_staff_see_the_team_masked_and_change_nothing(client):
    business = a_business()
    worker, other = a_member(business), a_member(business, "accountant")
    _as(client, worker)
    page = _text(client.get(f"/usaha/{business.slug}/tim"))
    assert other.name in page
    assert other.email not in page
    assert client.post(f"/usaha/{business.slug}/tim", {"email": "x@contoh.id", "role": "owner"}).status_code == 403
    person = ids.public("per", other.pk)
    assert client.post(f"/usaha/{business.slug}/tim/{person}/peran", {"role": "owner"}).status_code == 403
    assert client.post(f"/usaha/{business.slug}/tim/{person}/keluarkan").status_code == 403
    assert not Invitation.objects.exists()
    assert Membership.objects.count() == 3
    mine = ids.public("per", worker.pk)
    assert client.post(f"/usaha/{business.slug}/tim/{mine}/keluarkan").status_code == 302  # everybody may leave
    assert not Membership.objects.filter(person=worker).exists()


# --- the zone's people ---


def test_an_operator_gives_and_takes_roles_but_not_the_last_operators(client):
    operator, person = zone_staff("operator"), a_person()
    _as(client, operator)
    client.post(f"/kawasan/petugas/{ids.public('per', person.pk)}/peran", {"role": "auditor"})
    assert ZoneMembership.objects.get(pk=person.pk).role == "auditor"
    client.post(f"/kawasan/petugas/{ids.public('per', person.pk)}/keluarkan")
    assert not ZoneMembership.objects.filter(pk=person.pk).exists()
    mine = ids.public("per", operator.pk)
    client.post(f"/kawasan/petugas/{mine}/keluarkan")
    client.post(f"/kawasan/petugas/{mine}/peran", {"role": "staff"})
    assert ZoneMembership.objects.get().role == "operator"


def test_somebody_invited_to_the_zone_gets_that_role(client):
    _as(client, zone_staff("operator")).post("/kawasan/petugas", {"email": "baru@contoh.id", "role": "staff"})
    row = Invitation.objects.get()
    person = a_person(email="baru@contoh.id")
    _as(client, person).post(f"/undangan/{zone.invitation_token(invitation_id=row.pk)}")
    assert ZoneMembership.objects.get(pk=person.pk).role == "staff"


# --- strangers at every page ---


def _pages():
    for pattern in get_resolver("kawasan.rooms.zone.urls").url_patterns:
        yield pattern.name


OPEN = {"join_kbli", "join_regions", "join_districts", "invitation"}
OWN = {"join", "join_draft", "mine", "me", "my_keys", "my_key_revoked"}  # about the caller, whoever that is


def _address(name, business):
    key = zone.create_key(
        actor=zone.actor_of_person(person_id=owner_of(business).pk),
        business_id=business.id,
        name="Kasir",
        scopes=["orders:read"],
        at=AT,
    ).key
    row = zone.invite(actor=SYSTEM, business_id=business.id, email="z@contoh.id", role="staff", at=clock.now())
    given = {
        "slug": business.slug,
        "person": ids.public("per", owner_of(business).pk),
        "invitation": ids.public("inv", row.id),
        "key": ids.public("key", key.id),
        "kind": "csv",
        "step": "terima",
    }
    pattern = next(one for one in get_resolver("kawasan.rooms.zone.urls").url_patterns if one.name == name)
    wanted = re.findall(r"<(?:\w+:)?(\w+)>", str(pattern.pattern))
    return reverse(f"zone:{name}", kwargs={one: given[one] for one in wanted})


@pytest.mark.parametrize("name", [name for name in _pages() if name not in OPEN | OWN])
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_owner_is_refused_at_every_page_and_changes_nothing(client, name, method):
    business = a_business(status="applied")
    address = _address(name, business)
    stranger = owner_of(a_business())
    before = (
        list(Business.objects.order_by("pk").values()),
        list(Membership.objects.order_by("pk").values()),
        list(Key.objects.order_by("pk").values()),
        list(Invitation.objects.order_by("pk").values()),
        AccessLog.objects.count(),
    )
    answer = getattr(_as(client, stranger), method)(address, {"role": "owner", "email": "x@contoh.id", "reason": "abc"})
    assert answer.status_code in (403, 404, 405)
    assert before == (
        list(Business.objects.order_by("pk").values()),
        list(Membership.objects.order_by("pk").values()),
        list(Key.objects.order_by("pk").values()),
        list(Invitation.objects.order_by("pk").values()),
        AccessLog.objects.count(),
    )


@pytest.mark.parametrize("name", [name for name in _pages() if name not in OPEN])
def test_a_stranger_is_sent_to_sign_in_from_every_page(client, name):
    address = _address(name, a_business(status="applied"))
    answer = client.get(address)
    assert answer.status_code == 405 or (answer.status_code == 302 and answer.url.startswith("/akun/login/"))


def test_every_page_of_the_room_opens_for_those_it_is_for(client):
    business = a_business(status="applied", nik=NIK)
    owner, operator = owner_of(business), zone_staff("operator")
    for name in ("join", "mine", "me", "my_keys", "business", "team", "keys", "member_removed", "key_revoked"):
        assert _as(client, owner).get(_address(name, business)).status_code == 200, name
    for name in ("applications", "application", "people"):
        assert _as(client, operator).get(_address(name, business)).status_code == 200, name


def test_a_profile_is_changed_and_its_language_follows(client):
    person = a_person()
    answer = _as(client, person).post(
        "/akun/saya", {"name": "Siti  Aminah", "phone": "0812 3456 7890", "language": "en"}
    )
    assert answer.cookies["kawasan_language"].value == "en"
    person.refresh_from_db()
    assert (person.name, person.phone, person.language) == ("Siti Aminah", "+6281234567890", "en")
    wrong = client.post("/akun/saya", {"name": "Siti", "phone": "1", "language": "en"})
    assert wrong.status_code == 422
    person.refresh_from_db()
    assert person.phone == "+6281234567890"
