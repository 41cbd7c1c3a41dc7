"""How amounts, ids and times are written on a page."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django import template
from django.utils import formats
from django.utils.html import format_html

from kawasan.core import clock, ids
from kawasan.core.money import Money, format_money
from kawasan.platform.i18n import language

register = template.Library()


@register.filter
def rupiah(amount_minor: int | None) -> str:
    """Write an amount in sen as rupiah: 150000000 -> Rp1.500.000."""
    return "" if amount_minor is None else format_money(Money(int(amount_minor)), language=language())


@register.filter
def number(value: int | float | None) -> str:
    """Write a number with the language's thousands separator."""
    return "" if value is None else str(formats.number_format(value, use_l10n=True, force_grouping=True))


@register.filter
def at(value: datetime | None) -> str:
    """Write a moment in WIB, with the exact time for programs."""
    if value is None:
        return ""
    local = value.astimezone(clock.WIB)
    text = formats.date_format(local, "j M Y H:i")
    return format_html('<time datetime="{}">{} WIB</time>', value.isoformat(timespec="seconds"), text)


@register.filter
def public_id(value: UUID, prefix: str) -> str:
    """Write an id as people see it."""
    return ids.public(prefix, value)
