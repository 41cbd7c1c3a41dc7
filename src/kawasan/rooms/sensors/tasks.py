"""Background work of sensors: silent streams, old readings, the mail about an alarm."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from kawasan.core import clock
from kawasan.core.access import SYSTEM, BusinessRole
from kawasan.platform.addresses import link_to
from kawasan.platform.db import transaction
from kawasan.platform.jobs import job, periodic
from kawasan.rooms.sensors import api
from kawasan.rooms.sensors.facts import AlarmOpened
from kawasan.rooms.zone import api as zone


@periodic("* * * * *")
def watch_silence() -> None:
    """Open an alarm for what has told nothing for too long."""
    with transaction(SYSTEM):
        api.watch_silence(at=clock.now())


@periodic("41 2 * * *")
def drop_old_readings() -> None:
    """Drop readings that are older than what is kept; their hours stay."""
    with transaction(SYSTEM, statement_timeout_ms=600_000):
        api.drop_old_readings(at=clock.now())


def on_alarm_opened(fact: AlarmOpened, *, at: datetime) -> None:
    """Queue the mail that tells a business's owners; the city service looks at its own desk."""
    del at
    if fact.owner_id != zone.ZONE_OWNER:
        send_alarm.defer(alarm_id=str(fact.alarm_id))


@job(queue="mail", retries=8)
def send_alarm(*, alarm_id: str) -> None:
    """Mail the owners of a business, each in their language, what is wrong with which device."""
    with transaction(SYSTEM):
        alarm = api.alarm(alarm_id=UUID(alarm_id))
        if alarm is None:
            return
        business = zone.business(business_id=alarm.owner_id)
        team = zone.members(actor=SYSTEM, business_id=business.id)
        place = zone.zone_settings().name
    for owner in (member for member in team if member.role is BusinessRole.OWNER):
        with translation.override(owner.language):
            context = {"business": business, "zone": place, "alarm": alarm, "owner": owner}
            context["link"] = link_to("devices:list", business.slug)
            subject = " ".join(render_to_string("sensors/mail/alarm_subject.txt", context).split())
            body = render_to_string("sensors/mail/alarm.txt", context)
        EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [owner.email]).send()
