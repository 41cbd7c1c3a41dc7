"""Two people at once: one NIB, one invitation, one last owner."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from tests.builders import AT, a_business, a_member, a_person, an_application, owner_of

from kawasan.core.access import SYSTEM, Actor
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.schemas import in_zone
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.models import Business, Membership

pytestmark = pytest.mark.django_db(transaction=True)


def _together(*calls):
    barrier = Barrier(len(calls))

    def run(call):
        with in_zone("zone_test"):
            barrier.wait()
            try:
                return call()
            except Refusal as refusal:
                return refusal.code
            finally:
                connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def _as(actor, action, **given):
    with transaction(actor):
        action(actor=actor, at=AT, **given)
    return "done"


def test_two_applications_with_one_nib_make_one_business():
    people = [a_person(), a_person()]
    answers = _together(
        *[
            lambda person=person: _as(
                Actor(person_id=person.pk), zone.join, application=an_application(nib="9120000000077")
            )
            for person in people
        ]
    )
    assert sorted(answers) == ["done", "nib-taken"]
    assert Business.objects.count() == 1


def test_two_owners_who_leave_at_once_leave_one_owner():
    business = a_business()
    first, second = owner_of(business), a_member(business, "owner")
    answers = _together(
        *[
            lambda person=person: _as(
                zone.actor_of_person(person_id=person.pk),
                zone.remove_member,
                business_id=business.id,
                person_id=person.pk,
            )
            for person in (first, second)
        ]
    )
    assert sorted(answers) == ["done", "last-owner"]
    assert Membership.objects.filter(role="owner").count() == 1


def test_an_invitation_taken_twice_at_once_gives_one_role():
    business, friend = a_business(), a_person(email="teman@contoh.id")
    with transaction(SYSTEM):
        made = zone.invite(actor=SYSTEM, business_id=business.id, email=friend.email, role="staff", at=AT)
    token = zone.invitation_token(invitation_id=made.id)

    def accept():
        with transaction(SYSTEM):
            zone.accept_invitation(actor=Actor(person_id=friend.pk), token=token, at=AT)
        return "done"

    assert sorted(_together(accept, accept)) == ["done", "unknown-invitation"]
    assert Membership.objects.filter(person=friend).count() == 1
