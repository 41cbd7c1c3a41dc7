"""The owners of a business are told by mail what was decided, each in their language."""

from __future__ import annotations

import pytest
from django.core import mail
from tests.builders import a_business, a_member, an_actor, owner_of

from kawasan.core import clock
from kawasan.platform.addresses import zone_address
from kawasan.platform.db import transaction
from kawasan.platform.models import Fact
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone import tasks
from kawasan.rooms.zone.models import Person

pytestmark = pytest.mark.django_db


def test_an_owner_reads_why_the_application_came_back_and_staff_of_the_business_do_not():
    business = a_business(status="applied", name="Keripik Bu Tini")
    a_member(business, "staff")
    staff = an_actor(zone_role="staff")
    with transaction(staff):
        zone.send_back(actor=staff, business_id=business.id, reason="Alamat belum lengkap", at=clock.now())
    assert Fact.objects.filter(name="BusinessSentBack").count() == 1

    tasks.send_decision(business_id=str(business.id), decision="BusinessSentBack")

    (letter,) = mail.outbox
    owner = owner_of(business)
    assert letter.to == [owner.email]
    assert "Keripik Bu Tini" in letter.subject
    assert "Alamat belum lengkap" in letter.body
    assert "Mohon perbaiki" in letter.subject
    assert f"{zone_address()}/usaha/{business.slug}" in letter.body.splitlines()


def test_the_mail_is_written_in_the_owners_language():
    business = a_business()
    Person.objects.filter(pk=owner_of(business).pk).update(language="zh-hans")
    tasks.send_decision(business_id=str(business.id), decision="BusinessAdmitted")
    assert "加入" in mail.outbox[-1].subject
