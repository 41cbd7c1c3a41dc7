"""Jobs of the room: the mails of an invitation and of a decision about a business."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from kawasan.core.access import SYSTEM, BusinessRole
from kawasan.platform.addresses import link_to
from kawasan.platform.db import transaction
from kawasan.platform.jobs import job
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.facts import BusinessAdmitted, BusinessRestored, BusinessSentBack, BusinessSuspended

Decision = BusinessAdmitted | BusinessSentBack | BusinessSuspended | BusinessRestored


@job(queue="mail", retries=8)
def send_invitation(*, invitation_id: str, origin: str) -> None:
    """Mail an invitation in its language; one that was withdrawn or used meanwhile is not mailed."""
    try:
        with transaction(SYSTEM):
            invitation = zone.invitation(invitation_id=UUID(invitation_id))
            place = zone.zone_settings().name
    except zone.UnknownInvitation:
        return
    token = zone.invitation_token(invitation_id=invitation.id)
    with translation.override(invitation.language):
        context = {
            "invitation": invitation,
            "zone": place,
            "link": origin.rstrip("/") + reverse("zone:invitation", args=[token]),
        }
        subject = " ".join(render_to_string("zone/mail/invitation_subject.txt", context).split())
        body = render_to_string("zone/mail/invitation.txt", context)
    EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [invitation.email]).send()


def on_decision(fact: Decision, *, at: datetime) -> None:
    """Queue the mail that tells the owners what zone staff decided; mail leaves after this transaction."""
    del at
    send_decision.defer(business_id=str(fact.business_id), decision=type(fact).__name__)


@job(queue="mail", retries=8)
def send_decision(*, business_id: str, decision: str) -> None:
    """Mail the owners of a business, each in their language, what was decided and why."""
    with transaction(SYSTEM):
        business = zone.business(business_id=UUID(business_id))
        team = zone.members(actor=SYSTEM, business_id=business.id)
        place = zone.zone_settings().name
    for owner in (member for member in team if member.role is BusinessRole.OWNER):
        with translation.override(owner.language):
            context = {"business": business, "zone": place, "decision": decision, "owner": owner}
            context["link"] = link_to("zone:business", business.slug)
            subject = " ".join(render_to_string("zone/mail/decision_subject.txt", context).split())
            body = render_to_string("zone/mail/decision.txt", context)
        EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [owner.email]).send()
