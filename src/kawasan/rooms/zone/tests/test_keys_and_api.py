"""API keys and the room's part of the JSON API."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import connection
from django.utils import translation
from tests.builders import AT, a_business, a_member, a_person, an_actor, an_application, owner_of, zone_staff

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Forbidden, NotFound
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.models import Business, Invitation, Key
from kawasan.rooms.zone.templatetags.zone import browser

pytestmark = pytest.mark.django_db


def _key(business=None, person=None, scopes=("businesses:read",)) -> zone.NewKey:
    owner = an_actor(person or owner_of(business))
    return zone.create_key(
        actor=owner, business_id=business.id if business else None, name="Kasir", scopes=scopes, at=AT
    )


def _call(client, method, path, body=None, *, key=None, once=None):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    headers |= {"Idempotency-Key": once} if once else {}
    return getattr(client, method)(
        f"/v1{path}",
        data=json.dumps(body) if body is not None else None,
        content_type="application/json",
        headers=headers,
    )


def _application(**changes) -> dict:
    given = an_application(**changes)
    return {name: getattr(given, name) for name in given.__dataclass_fields__}


def test_a_key_acts_as_its_business_with_its_scopes_only():
    business, other = a_business(), a_business()
    actor = zone.actor_of_key(secret=_key(business, scopes=["orders:read"]).secret, at=AT)
    assert actor.businesses == {business.id: "staff"}
    assert actor.person_id is None
    actor.need_scope("orders:read")
    with pytest.raises(Forbidden):
        actor.need_scope("orders:write")
    with pytest.raises(NotFound):
        actor.need_business(other.id)


def test_wrong_revoked_and_malformed_keys_are_strangers():
    business = a_business()
    made = _key(business)
    prefix_only = made.secret[:-1] + ("A" if made.secret[-1] != "A" else "B")
    for secret in ("", "kw_", "kw_x", prefix_only, made.secret + "x", made.secret.lower(), "kw_\0aaaaaaa", "é" * 50):
        assert not zone.actor_of_key(secret=secret, at=AT).is_signed_in
    zone.revoke_key(actor=an_actor(owner_of(business)), key_id=made.key.id, at=AT)
    assert not zone.actor_of_key(secret=made.secret, at=AT).is_signed_in


def test_the_secret_is_shown_once_and_not_stored():
    made = _key(a_business())
    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(k)::text from zone_key k")
        assert made.secret not in cursor.fetchone()[0]
    assert made.secret not in repr(made)


def test_the_last_use_is_stamped_at_most_once_a_minute_and_only_for_the_right_secret():
    made = _key(a_business())
    zone.actor_of_key(secret=made.secret[:12] + "x" * 40, at=AT)
    assert Key.objects.get().last_used_at is None
    for seconds, expected in ((0, 0), (59, 0), (60, 60)):
        zone.actor_of_key(secret=made.secret, at=AT + timedelta(seconds=seconds))
        assert Key.objects.get().last_used_at == AT + timedelta(seconds=expected)


def test_a_suspended_business_has_no_keys_that_work():
    business = a_business()
    made = _key(business)
    zone.suspend(actor=SYSTEM, business_id=business.id, reason="Izin dicabut", at=AT)
    assert not zone.actor_of_key(secret=made.secret, at=AT).is_signed_in
    zone.restore(actor=SYSTEM, business_id=business.id, at=AT)
    assert zone.actor_of_key(secret=made.secret, at=AT).is_signed_in


def test_a_persons_key_carries_the_zone_role_only_with_a_zone_scope():
    staff = zone_staff()
    plain = zone.actor_of_key(secret=_key(person=staff, scopes=["orders:read"]).secret, at=AT)
    zoned = zone.actor_of_key(secret=_key(person=staff, scopes=["zone:admit"]).secret, at=AT)
    assert (plain.zone_role, zoned.zone_role) == (None, "staff")
    with pytest.raises(zone.UnknownScope):
        _key(person=a_person(), scopes=["zone:admit"])
    with pytest.raises(zone.UnknownScope):
        _key(a_business(), scopes=["zone:read"])


def test_only_owners_make_and_revoke_the_keys_of_a_business():
    business = a_business()
    made = _key(business)
    with pytest.raises(Forbidden):
        _key(business, person=a_member(business))
    with pytest.raises(NotFound):
        _key(business, person=a_person())
    for person in (a_person(), owner_of(a_business())):
        with pytest.raises(NotFound):
            zone.revoke_key(actor=an_actor(person), key_id=made.key.id, at=AT)
    assert Key.objects.get().revoked_at is None


def test_a_key_needs_known_scopes_and_there_is_a_most():
    business = a_business()
    for scopes in ([], ["everything"], ["*"]):
        with pytest.raises(zone.UnknownScope):
            _key(business, scopes=scopes)
    for _ in range(20):
        _key(business)
    with pytest.raises(zone.TooManyKeys):
        _key(business)
    assert Key.objects.count() == 20


def test_the_secret_is_on_the_page_once(client):
    business = a_business()
    client.force_login(owner_of(business))
    made = client.post(f"/usaha/{business.slug}/kunci", {"name": "Kasir", "scopes": ["orders:read"]})
    assert made["Cache-Control"] == "no-store"
    row = Key.objects.get()
    assert f"{row.prefix}" in made.content.decode()
    assert len(made.context["made"].secret) > 40
    again = client.get(f"/usaha/{business.slug}/kunci").content.decode()
    assert row.prefix in again
    assert made.context["made"].secret not in again
    client.post(f"/usaha/{business.slug}/kunci/{ids.public('key', row.pk)}/cabut")
    row.refresh_from_db()
    assert row.revoked_at is not None


# --- JSON ---


def test_everybody_lists_admitted_businesses_and_no_private_number(client):
    one = a_business(name="Kopi Gayo", nik="3201011508950001")
    a_business(status="applied")
    answer = _call(client, "get", "/businesses")
    assert [item["id"] for item in answer.json()["items"]] == [one.public_id]
    assert "3201011508950001" not in answer.content.decode()
    assert _call(client, "get", f"/businesses/{one.public_id}").json()["regency_name"] == "Kota Pekalongan"
    assert _call(client, "get", "/businesses?text=teh").json()["items"] == []
    assert _call(client, "get", "/businesses?status=applied").status_code == 401
    assert _call(client, "get", "/businesses?cursor=zzz").status_code == 422


def test_an_application_is_seen_by_its_people_and_the_zone_only(client):
    business = a_business(status="applied")
    path = f"/businesses/{business.public_id}"
    assert _call(client, "get", path).status_code == 404
    client.force_login(owner_of(a_business()))
    assert _call(client, "get", path).status_code == 404
    client.force_login(owner_of(business))
    assert _call(client, "get", path).json()["status"] == "applied"


def test_a_business_applies_and_is_admitted_by_key_once(client):
    secret = _key(person=a_person(), scopes=["businesses:write"]).secret
    body = _application()
    first = _call(client, "post", "/businesses", body, key=secret, once="apply-0001")
    again = _call(client, "post", "/businesses", body, key=secret, once="apply-0001")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Business.objects.count() == 1
    other = _call(client, "post", "/businesses", body | {"name": "Lain"}, key=secret, once="apply-0001")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")

    path = f"/businesses/{first.json()['id']}/admission"
    assert _call(client, "post", path, key=secret, once="admit-0001").status_code == 403
    staff = _key(person=zone_staff(), scopes=["zone:admit"]).secret
    assert _call(client, "post", path, key=staff, once="admit-0001").json()["status"] == "admitted"
    assert Business.objects.get().status == "admitted"


def test_wrong_fields_are_one_problem_with_each_of_them(client):
    client.force_login(a_person())
    answer = _call(
        client, "post", "/businesses", _application(nib="1", kbli_code="62012", phone="1"), once="apply-0002"
    )
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert {(one["code"], one["field"]) for one in answer.json()["errors"]} == {
        ("invalid-nib", "nib"),
        ("wrong-kbli-edition", "kbli_code"),
        ("invalid-phone", "phone"),
    }
    assert not Business.objects.exists()
    assert _call(client, "post", "/businesses", _application()).json()["code"] == "bad-idempotency-key"
    assert not Business.objects.exists()


def test_sending_back_and_correcting_by_json(client):
    business = a_business(status="applied")
    client.force_login(zone_staff())
    sent = _call(client, "post", f"/businesses/{business.public_id}/return", {"reason": "NIB buram"}, once="back-0001")
    assert sent.json()["status"] == "sent_back"
    client.force_login(owner_of(business))
    body = _application(nib=business.nib)
    again = _call(client, "put", f"/businesses/{business.public_id}/application", body, once="again-001")
    assert again.json()["status"] == "applied"


def test_owners_invite_by_json_and_others_do_not(client):
    business = a_business()
    path = f"/businesses/{business.public_id}/invitations"
    body = {"email": "teman@contoh.id", "role": "staff"}
    for person, status in ((a_member(business), 403), (a_person(), 404)):
        client.force_login(person)
        assert _call(client, "post", path, body, once="invite-01").status_code == status
    assert not Invitation.objects.exists()
    client.force_login(owner_of(business))
    assert _call(client, "post", path, body, once="invite-01").status_code == 201
    assert _call(client, "get", path).json()["items"][0]["email"] == "teman@contoh.id"
    wrong = _call(client, "post", path, {"email": "x", "role": "staff"}, once="invite-02")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid-email")


def test_a_key_makes_no_keys(client):
    person = a_person()
    secret = _key(person=person, scopes=["businesses:write"]).secret
    body = {"name": "Lagi", "scopes": ["orders:read"]}
    assert _call(client, "post", "/keys", body, key=secret).status_code == 403
    assert _call(client, "get", "/keys", key=secret).status_code == 403
    client.force_login(person)
    made = _call(client, "post", "/keys", body)
    assert made.status_code == 201
    assert _call(client, "get", "/me", key=made.json()["secret"]).json()["scopes"] == ["orders:read"]
    gone = _call(client, "delete", f"/keys/{made.json()['id']}")
    assert gone.json()["revoked_at"]
    assert _call(client, "get", "/me", key=made.json()["secret"]).status_code == 401


def test_lists_to_choose_from_are_open(client):
    assert _call(client, "get", "/kbli?text=kopi").json()["items"][0]["edition"] == "2025"
    assert _call(client, "get", "/regions?text=bandung").json()["items"][1]["name"] == "Kota Bandung"


# --- sign-in ---


@pytest.fixture
def _fresh_limits():
    cache.clear()
    yield
    cache.clear()


@pytest.mark.usefixtures("_fresh_limits")
def test_sign_in_is_throttled_for_an_address(client):
    a_person(email="siti@contoh.id", password="rahasia-sekali-2026")
    for _ in range(5):
        assert client.post("/akun/login/", {"login": "siti@contoh.id", "password": "salah"}).status_code == 200
    right = client.post("/akun/login/", {"login": "siti@contoh.id", "password": "rahasia-sekali-2026"})
    assert right.status_code == 200
    assert "_auth_user_id" not in client.session
    cache.clear()  # minutes later
    assert (
        client.post("/akun/login/", {"login": "siti@contoh.id", "password": "rahasia-sekali-2026"}).status_code == 302
    )


@pytest.mark.usefixtures("_fresh_limits")
def test_a_forgotten_password_is_reset_by_mail_and_the_link_works_once(client, mailoutbox):
    person = a_person(email="siti@contoh.id", password="rahasia-sekali-2026")
    assert client.post("/akun/password/reset/", {"email": "siti@contoh.id"}).status_code == 302
    link = re.search(r"https?://testserver(/\S+)", mailoutbox[0].body)[1]
    form = client.get(link, follow=True)
    given = {"password1": "kunci-baru-2026-a", "password2": "kunci-baru-2026-a"}
    client.post(form.redirect_chain[-1][0], given)
    person.refresh_from_db()
    assert person.check_password("kunci-baru-2026-a")
    client.logout()
    again = client.get(link, follow=True)
    assert "password1" not in again.content.decode()


@pytest.mark.usefixtures("_fresh_limits")
def test_resetting_says_the_same_for_an_unknown_address_and_is_throttled(client, mailoutbox):
    a_person(email="siti@contoh.id", password="rahasia-sekali-2026")
    known = client.post("/akun/password/reset/", {"email": "siti@contoh.id"})
    unknown = client.post("/akun/password/reset/", {"email": "tidak-ada@contoh.id"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    for _ in range(5):
        last = client.post("/akun/password/reset/", {"email": "siti@contoh.id"})
    assert last.status_code == 429
    assert sum("siti@contoh.id" in one.to for one in mailoutbox) <= 5


@pytest.mark.usefixtures("_fresh_limits")
def test_signing_up_asks_a_name_and_keeps_the_language(client):
    client.cookies["kawasan_language"] = "en"
    given = {"name": "Siti Aminah", "email": "siti@contoh.id", "password1": "kata-sandi-panjang-1"}
    assert client.post("/akun/signup/", given | {"name": ""}).status_code == 200
    assert not zone.zone_people(actor=SYSTEM, text="siti")
    assert client.post("/akun/signup/", given).status_code == 302
    (person,) = zone.zone_people(actor=SYSTEM, text="siti")
    assert (person.name, person.language) == ("Siti Aminah", "en")
    assert person.joined_at is not None


@pytest.mark.parametrize("language", ["id", "en", "zh-hans"])
def test_every_sign_in_page_looks_like_ours(client, language):
    person = a_person(password="rahasia-sekali-2026")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    client.cookies["kawasan_language"] = language
    addresses = ["/akun/login/", "/akun/signup/", "/akun/password/reset/", "/akun/password/reset/done/"]
    for address in addresses:
        assert 'class="narrow account"' in client.get(address).content.decode(), address
    client.post("/akun/login/", {"login": person.email, "password": "rahasia-sekali-2026"})
    client.post("/akun/reauthenticate/", {"password": "rahasia-sekali-2026"})
    for address in (
        "/akun/email/",
        "/akun/password/change/",
        "/akun/2fa/",
        "/akun/2fa/totp/activate/",
        "/akun/2fa/webauthn/",
        "/akun/2fa/webauthn/add/",
        "/akun/sessions/",
        "/akun/logout/",
        "/akun/reauthenticate/",
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        assert 'class="narrow account"' in page, address
        assert "<script>" not in page, address  # the content security policy runs no inline scripts


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14; SM-A055F) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 13) Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0.50", "WeChat, Android"),
        ("python-httpx/0.28.1", "A program (python-httpx)"),
    ],
)
def test_browsers_are_called_by_their_names(agent, said):
    with translation.override("en"):
        assert browser(agent) == said


def test_no_identity_number_reaches_a_log(client, caplog, capsys):
    caplog.set_level("INFO")
    client.force_login(a_person())
    numbers = {"nib": "9120000000009", "npwp": "012345678901000", "nik": "3201011508950001"}
    body = _application(**numbers)
    _call(client, "post", "/businesses", body | {"nib": "1"}, once="apply-0003")
    _call(client, "post", "/businesses", body, once="apply-0004")
    client.post("/gabung/draf", numbers)
    client.force_login(zone_staff())
    client.post(f"/kawasan/usaha/{Business.objects.get().slug}/identitas")
    out = capsys.readouterr()
    said = caplog.text + out.out + out.err
    for number in ("9120000000009", "012345678901000", "3201011508950001"):
        assert number not in said
