"""A business joins: what is refused changes nothing, what is accepted is stored safely."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import ProgrammingError, connection
from django.db.transaction import atomic
from tests.builders import AT, a_business, a_member, a_person, an_actor, an_application, owner_of, zone_staff

from kawasan.core.access import SYSTEM, Actor
from kawasan.core.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from kawasan.platform.db import transaction
from kawasan.platform.models import Fact
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.models import AccessLog, Business, Identity, Membership

pytestmark = pytest.mark.django_db


def _join(actor: Actor, **changes: object) -> zone.Business:
    with transaction(actor):
        return zone.join(actor=actor, application=an_application(**changes), at=AT)


def test_a_business_that_joins_is_applied_owned_and_announced():
    actor = an_actor()
    business = _join(actor, size_amount_minor=2_000_000_001_00)
    assert business.status == "applied"
    assert business.size_class == "small"  # one rupiah over the limit of a micro business
    assert (business.regency_name, business.province_name) == ("Kota Pekalongan", "Jawa Tengah")
    assert business.sector == "services"
    assert business.section == "G"
    assert zone.actor_of_person(person_id=actor.person_id).businesses == {business.id: "owner"}
    assert list(Fact.objects.values_list("name", flat=True)) == ["BusinessApplied"]
    assert AccessLog.objects.get().action == "applied"


def test_joining_again_under_the_same_id_returns_the_first_application():
    actor, wanted = an_actor(), an_application()
    with transaction(actor):
        first = zone.join(actor=actor, application=wanted, at=AT)
    again = an_actor(actor.person_id)
    with transaction(again):
        second = zone.join(actor=again, application=replace(wanted, name="Lain"), at=AT, business_id=first.id)
    assert second == first
    assert Business.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"nib": "12345"}, "invalid-nib", "nib"),
        ({"nib": "12345678901ab"}, "invalid-nib", "nib"),
        ({"npwp": "123"}, "invalid-npwp", "npwp"),
        ({"npwp": "", "nik": ""}, "missing-tax-identity", "npwp"),
        ({"npwp": "", "nik": "9901011508950001"}, "invalid-nik", "nik"),
        ({"kbli_code": "99999"}, "invalid-kbli", "kbli_code"),
        ({"kbli_code": "47711x"}, "invalid-kbli", "kbli_code"),
        ({"regency_code": "99.99"}, "unknown-region", "regency_code"),
        ({"district_code": "32.73.01"}, "unknown-region", "district_code"),
        ({"phone": "12"}, "invalid-phone", "phone"),
        ({"size_amount_minor": -1}, "invalid-size", "size_amount"),
        ({"size_basis": "guess"}, "invalid-size", "size_basis"),
        ({"legal_form": "gang"}, "unknown-legal-form", "legal_form"),
        ({"name": " "}, "invalid-name", "name"),
        ({"description": "x" * 2001}, "too-long", "description"),
    ],
)
def test_a_wrong_field_is_refused_beside_it_and_nothing_is_stored(change, code, field):
    actor = an_actor()
    with pytest.raises(InvalidInput) as refused:
        _join(actor, **change)
    assert [(error.code, error.field) for error in refused.value.errors] == [(code, field)]
    assert not Business.objects.exists()
    assert not Membership.objects.exists()
    assert not Identity.objects.exists()
    assert not Fact.objects.exists()


def test_a_code_of_the_2020_edition_is_named_as_such():
    with pytest.raises(InvalidInput) as refused:
        _join(an_actor(), kbli_code="62012")
    (error,) = refused.value.errors
    assert error.code == "wrong-kbli-edition"
    assert error.data == {"kbli": "62012", "found": "2020", "edition": "2025"}


def test_all_wrong_fields_are_told_at_once():
    with pytest.raises(InvalidInput) as refused:
        _join(an_actor(), nib="1", phone="1", name="")
    assert {error.field for error in refused.value.errors} == {"nib", "phone", "name"}


def test_a_stranger_cannot_join():
    with pytest.raises(Unauthenticated):
        _join(Actor())


def test_a_nib_belongs_to_one_business_until_it_is_sent_back():
    _join(an_actor(), nib="9120000000001")
    with pytest.raises(zone.NibTaken):
        _join(an_actor(), nib="9120000000001")
    zone.send_back(actor=SYSTEM, business_id=Business.objects.get().pk, reason="Bukan milik Anda.", at=AT)
    assert _join(an_actor(), nib="9120000000001").status == "applied"


def test_two_businesses_of_one_name_have_two_addresses():
    slugs = {_join(an_actor(), name="Toko Maju").slug, _join(an_actor(), name="Toko Maju").slug}
    assert len(slugs) == 2
    assert "toko-maju" in slugs


def test_numbers_are_encrypted_at_rest():
    business = _join(an_actor(), npwp="012345678901000", nik="3201011508950001")
    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(i)::text from zone_business_identity i")
        (stored,) = cursor.fetchone()
        cursor.execute("select row_to_json(b)::text from zone_business b")
        (public,) = cursor.fetchone()
    for number in ("012345678901000", "3201011508950001"):
        assert number not in stored
        assert number not in public
    row = Identity.objects.get(pk=business.id)
    assert (row.npwp, row.nik) == ("0012345678901000", "3201011508950001")


def test_staff_admit_once_and_a_repeat_changes_nothing():
    business, staff = a_business(status="applied"), an_actor(zone_role="staff")
    with transaction(staff):
        first = zone.admit(actor=staff, business_id=business.id, at=AT)
    with transaction(staff):
        assert zone.admit(actor=staff, business_id=business.id, at=AT.replace(hour=9)) == first
    assert first.status == "admitted"
    assert first.joined_at == AT
    assert Fact.objects.filter(name="BusinessAdmitted").count() == 1


def test_an_application_sent_back_is_corrected_and_applied_again():
    business = a_business(status="sent_back")
    actor = an_actor(owner_of(business))
    assert business.reason == "Alamat belum lengkap."
    with transaction(actor):
        again = zone.apply_again(
            actor=actor, business_id=business.id, application=an_application(address="Jl. Baru 1"), at=AT
        )
    assert (again.status, again.address) == ("applied", "Jl. Baru 1")
    assert again.slug == business.slug


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        ("applied", ("suspend", "restore")),
        ("admitted", ("send_back", "apply_again")),
        ("sent_back", ("admit", "suspend", "send_back", "restore")),
        ("suspended", ("send_back", "suspend", "apply_again")),
    ],
)
def test_steps_out_of_order_are_refused_and_change_nothing(status, refused):
    business = a_business(status=status)
    owner = an_actor(owner_of(business))
    for step in refused:
        actor = owner if step == "apply_again" else SYSTEM
        more = {"reason": "Alasan."} if step in ("suspend", "send_back") else {}
        more |= {"application": an_application()} if step == "apply_again" else {}
        with pytest.raises(zone.WrongStatus):
            getattr(zone, step)(actor=actor, business_id=business.id, at=AT, **more)
    assert zone.business(business_id=business.id) == business


@pytest.mark.parametrize("step", ["admit", "send_back", "suspend", "restore", "show_identity"])
@pytest.mark.parametrize("who", ["owner", "auditor", "stranger"])
def test_only_zone_staff_decide(step, who):
    business = a_business(status="applied")
    actor = {
        "owner": lambda: an_actor(owner_of(business)),
        "auditor": lambda: an_actor(zone_role="auditor"),
        "stranger": Actor,
    }[who]()
    more = {"reason": "Alasan."} if step in ("suspend", "send_back") else {}
    with pytest.raises(Unauthenticated if who == "stranger" else Forbidden):
        getattr(zone, step)(actor=actor, business_id=business.id, at=AT, **more)
    assert zone.business(business_id=business.id).status == "applied"


def test_sending_back_needs_a_reason():
    business = a_business(status="applied")
    with pytest.raises(zone.MissingReason):
        zone.send_back(actor=SYSTEM, business_id=business.id, reason=" ", at=AT)
    assert zone.business(business_id=business.id).status == "applied"


def test_a_look_at_the_full_numbers_is_written_down():
    business, staff = a_business(nik="3201011508950001"), an_actor(zone_role="staff")
    with transaction(staff):
        assert zone.show_identity(actor=staff, business_id=business.id, at=AT).nik == "3201011508950001"
    entry = AccessLog.objects.get(action="identity_shown")
    assert (entry.person_id, entry.business_id) == (staff.person_id, business.id)


def test_people_of_a_business_see_masked_numbers_and_others_none():
    business = a_business(nik="3201011508950001")
    staff = an_actor(a_member(business))
    with transaction(staff):
        masked = zone.masked_identity(actor=staff, business_id=business.id)
    assert masked.nik == "3201••••••••0001"
    with pytest.raises(NotFound):
        zone.masked_identity(actor=an_actor(), business_id=business.id)


def test_the_access_log_cannot_be_rewritten():
    a_business()
    for statement in ("update zone_access_log set action = 'x'", "delete from zone_access_log"):
        with pytest.raises(ProgrammingError, match="permission denied"), atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_row_security_hides_what_belongs_to_other_businesses():
    mine, other = a_business(), a_business()
    actor = an_actor(owner_of(mine))
    a_key = zone.create_key(
        actor=an_actor(owner_of(other)), business_id=other.id, name="Kasir", scopes=["orders:read"], at=AT
    )
    tables = ("zone_business_identity", "zone_membership", "zone_key", "zone_access_log")
    with transaction(actor), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"select count(*) from {table} where business_id = %s", [other.id])
            assert cursor.fetchone() == (0,), table
        cursor.execute("select count(*) from zone_business_identity")
        assert cursor.fetchone() == (1,)
        cursor.execute("select count(*) from zone_business")
        assert cursor.fetchone() == (2,)  # the public row is for everybody
        cursor.execute("update zone_key set revoked_at = now() where id = %s", [a_key.key.id])
        assert cursor.rowcount == 0
    with transaction(Actor()), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone() == (0,), table


def test_everybody_finds_admitted_businesses_and_only_the_zone_finds_others():
    admitted, applied = a_business(name="Kopi Gayo"), a_business(name="Kopi Toraja", status="applied")
    assert [one.id for one in zone.search_businesses(text="kopi").items] == [admitted.id]
    with pytest.raises(Unauthenticated):
        zone.search_businesses(text="kopi", status="applied")
    with pytest.raises(Forbidden):
        zone.search_businesses(actor=an_actor(), text="kopi", status="")
    staff = an_actor(zone_staff())
    assert {one.id for one in zone.search_businesses(actor=staff, text="KOPI", status="").items} == {
        admitted.id,
        applied.id,
    }


def test_a_list_goes_on_where_the_page_ended():
    made = [a_business().id for _ in range(5)]
    first = zone.search_businesses(limit=2)
    second = zone.search_businesses(limit=2, cursor=first.next_cursor)
    third = zone.search_businesses(limit=2, cursor=second.next_cursor)
    assert [one.id for page in (first, second, third) for one in page.items] == made[::-1]
    assert third.next_cursor is None


def test_somebody_locked_out_is_a_stranger():
    person = a_person()
    person.is_active = False
    person.save()
    assert not zone.actor_of_person(person_id=person.pk).is_signed_in


def test_knowing_who_asks_takes_one_query(django_assert_num_queries):
    owner = owner_of(a_business())
    with django_assert_num_queries(1):
        assert zone.actor_of_person(person_id=owner.pk).person_id == owner.pk
