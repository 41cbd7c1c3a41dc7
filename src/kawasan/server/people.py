"""The link with which somebody sets a password without knowing the present one."""

from __future__ import annotations

from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth import get_user_model
from django.urls import reverse


def password_link(person_id: UUID) -> str:
    """Return the path of allauth's password page for a person; it works once and for PASSWORD_RESET_TIMEOUT."""
    person = get_user_model().objects.get(pk=person_id)
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    uid, _, token = key.partition("-")
    return reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
