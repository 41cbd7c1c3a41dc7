"""Filters of the room's pages: code words as people read them, numbers masked."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext

from kawasan.rooms.zone import api as zone

register = template.Library()


@register.filter
def label(value: Any, kind: str) -> str:
    """``{{ business.status|label:"status" }}``: the words for a code, in the reader's language."""
    text = zone.LABELS[kind].get(str(value), str(value))
    return gettext(text) if text else ""


@register.filter
def tone(value: Any) -> str:
    """``{{ business.status|tone }}``: the colour of a status."""
    return zone.LABELS["status_tone"].get(str(value), "")


@register.filter
def masked_email(value: str) -> str:
    """``{{ person.email|masked_email }}``: b•••@contoh.id."""
    return zone.mask_email(value)


@register.filter
def masked_phone(value: str) -> str:
    """``{{ person.phone|masked_phone }}``: +62812••••890."""
    return zone.mask_phone(value)
