"""Jobs of the room: the mail of an invitation."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.platform.jobs import job
from kawasan.rooms.zone import api as zone


@job(retries=8)
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
