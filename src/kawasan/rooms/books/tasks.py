"""Background work: mails about taxes that are due, the cost of what was sold."""

from __future__ import annotations

from datetime import date, timedelta
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
from kawasan.rooms.books import api as books
from kawasan.rooms.zone import api as zone


@periodic("40 0,3,6 * * *")
def remind_of_taxes() -> None:
    """Mail what is due in three days or today, in the morning; another round finds everything noted."""
    with transaction(SYSTEM):
        for item in books.take_duty_reminders(at=clock.now()):
            mail_duty.defer(
                business_id=str(item.business_id), kind=item.kind.value, month=item.month.isoformat(), days=item.days
            )


@job(queue="mail", retries=8)
def mail_duty(*, business_id: str, kind: str, month: str, days: int) -> None:
    """Mail the owners of a business, each in their language, what is due; what was noted meanwhile is not mailed."""
    number = UUID(business_id)
    with transaction(SYSTEM):
        wanted = {"kind": books.DutyKind(kind), "month": date.fromisoformat(month)}
        slip = books.slip(actor=SYSTEM, business_id=number, at=clock.now(), **wanted)  # type: ignore[arg-type]
        team = zone.members(actor=SYSTEM, business_id=number)
        business, place = zone.business(business_id=number), zone.zone_settings().name
    if slip.duty.is_done:
        return
    link = link_to("books:duty", business.slug, kind, f"{slip.duty.month:%Y-%m}")
    for owner in (member for member in team if member.role is BusinessRole.OWNER):
        with translation.override(owner.language):
            context = {"slip": slip, "duty": slip.duty, "business": business, "days": days, "zone": place, "link": link}
            subject = " ".join(render_to_string("books/mail/duty_subject.txt", context).split())
            body = render_to_string("books/mail/duty.txt", context)
        EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [owner.email]).send()


@periodic("40 17 * * *")
def book_stock_costs() -> None:
    """Book what goods cost that were sold yesterday (it is 0.40 in WIB), where stock cards are kept."""
    now = clock.now()
    with transaction(SYSTEM):
        keepers = books.stock_keepers()
    for business_id in keepers:
        with transaction(SYSTEM):
            books.book_stock_cost(business_id=business_id, day=clock.business_day(now) - timedelta(days=1), at=now)
