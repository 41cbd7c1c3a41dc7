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


_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("UCBrowser", "UC Browser"),
    ("MicroMessenger", "WeChat"), ("Firefox", "Firefox"), ("HeadlessChrome", "Chrome"), ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


@register.filter
def browser(agent: str) -> str:
    """``{{ session.user_agent|browser }}``: Chrome, Android. What is not known is called a program, with its name."""
    found = [next((name for mark, name in some if mark in agent), "") for some in (_BROWSERS, _SYSTEMS)]
    name = agent.partition("/")[0][:40] or "?"
    return ", ".join(filter(None, found)) or gettext("A program ({name})").format(name=name)


@register.filter
def masked_email(value: str) -> str:
    """``{{ person.email|masked_email }}``: b•••@contoh.id."""
    return zone.mask_email(value)


@register.filter
def masked_phone(value: str) -> str:
    """``{{ person.phone|masked_phone }}``: +62812••••890."""
    return zone.mask_phone(value)
