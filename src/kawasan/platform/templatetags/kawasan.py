"""Filters and tags of every page: figures, moments, icons, pictures, charts and links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kawasan.core import clock, ids
from kawasan.core.money import Money
from kawasan.platform import drawing, provinces, wording
from kawasan.platform.templating import fixed

register = template.Library()


def _number(value: Any) -> Decimal | None:
    """Read a template's value as a number; None for nothing, so that a missing figure is shown as a dash."""
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


@register.filter
def rupiah(value: Any, currency: str = "IDR") -> str:
    """``{{ order.total_minor|rupiah }}``: minor units or Money as Rp1.500.000 in the reader's language."""
    if isinstance(value, Money):
        return wording.rupiah(value)
    number = _number(value)
    return "–" if number is None else wording.rupiah(int(number), currency)


@register.filter
def rupiah_short(value: Any) -> str:
    """``{{ gmv_minor|rupiah_short }}``: Rp3,1 M."""
    if isinstance(value, Money):
        return wording.rupiah_shortened(value)
    number = _number(value)
    return "–" if number is None else wording.rupiah_shortened(int(number))


@register.filter
def number(value: Any, places: int | None = None) -> str:
    """``{{ sold|number }}``: 1.308; ``{{ rating|number:1 }}``: 4,9."""
    found = _number(value)
    return "–" if found is None else wording.written(found, places=places)


@register.filter
def quantity(value: Any) -> str:
    """``{{ line.quantity|quantity }}``: 36 or 0,5, without zeros at its end."""
    found = _number(value)
    if found is None:
        return "–"
    return wording.written(found.quantize(Decimal(1)) if found == found.to_integral_value() else found.normalize())


@register.filter
def short(value: Any) -> str:
    """``{{ sold|short }}``: 1,2 rb or 12 jt."""
    found = _number(value)
    return "–" if found is None else wording.shortened(found)


@register.filter
def percent(value: Any, places: int = 1) -> str:
    """``{{ share|percent }}``: 0.123 as 12,3%."""
    found = _number(value)
    return "–" if found is None else wording.percentage(found, places)


@register.filter
def at(value: datetime | date | None, form: str = "") -> str:
    """``{{ order.placed_at|at }}``: the moment in WIB as <time>; forms as ``wording.moment``."""
    if not value:
        return "–"
    return format_html('<time datetime="{}">{}</time>', _machine(value), wording.moment(value, form))


@register.filter(name="clock")
def clock_text(value: datetime | None, form: str = "time") -> str:
    """``{{ hold.expires_at|clock }}``: 14.32 WIB as plain text, to stand inside a sentence or another <time>."""
    return wording.moment(value, form) if value else "–"


@register.filter
def left(value: datetime | None, part: str) -> str:
    """``{{ campaign.ends_at|left:"hours" }}``: two figures of the time left, as the countdown shows them later."""
    seconds = max(0, int((value - clock.now()).total_seconds())) if value else 0
    parts = {
        "days": seconds // 86400,
        "hours": seconds // 3600 % 24,
        "minutes": seconds // 60 % 60,
        "seconds": seconds % 60,
    }
    return f"{parts[part]:02d}"


@register.filter
def ago(value: datetime | None, now: datetime | None = None) -> str:
    """``{{ order.placed_at|ago }}``: 3 menit lalu, with the exact moment on hover and for programs."""
    if not value:
        return "–"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        _machine(value),
        wording.moment(value),
        wording.since(value, now or clock.now()),
    )


def _machine(value: datetime | date) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


@register.filter
def public_id(value: UUID | None, prefix: str) -> str:
    """``{{ order.id|public_id:"ord" }}``: the id that people and programs see."""
    return ids.public(prefix, value) if value else "–"


@register.filter
def mask(value: Any, keep: int = 4) -> str:
    """``{{ nik|mask }}``: only the last digits (or a mail address's first letter and domain)."""
    return wording.masked(str(value), keep) if value else "–"


@register.simple_tag
@fixed
def icon(name: str, label: str = "") -> SafeString:
    """``{% icon "cart" %}``: an icon of the sprite; with ``label`` it speaks, without it is decoration."""
    speaks = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="icon" {}><use href="{}#{}"/></svg>', speaks, static("img/icons.svg"), name)


@register.simple_tag
@fixed
def motif(category_slug: Any) -> SafeString:
    """``{% motif category.slug %}``: the category's drawing on its own hue."""
    return drawing.motif(category_slug)


@register.simple_tag
def product_picture(product_id: Any, category_slug: Any) -> SafeString:
    """``{% product_picture product.id product.category %}``: the placeholder of a product without a picture."""
    return drawing.product_picture(product_id, category_slug)


@register.simple_tag
def sparkline(values: Iterable[Any], label: str = "") -> SafeString:
    """``{% sparkline values label %}``."""
    return drawing.sparkline(values, label)


@register.simple_tag
def bars(rows: Iterable[Any], kind: str = "number") -> SafeString:
    """``{% bars rows "rupiah_short" %}``: rows are (label, value[, href]) or have these names."""
    return drawing.bars(rows, kind)


@register.simple_tag
def line_chart(points: Iterable[Any], label: str, kind: str = "number") -> SafeString:
    """``{% line_chart points _("Orders") %}``: points are (label, value)."""
    return drawing.line_chart(points, label, kind)


@register.simple_tag
def province_map(
    values: Mapping[str, Any], kind: str = "number", label: str = "", links: Mapping[str, str] | None = None
) -> SafeString:
    """``{% province_map values "rupiah_short" %}``: figures by province code as a tile map and a table."""
    return provinces.province_map(values, kind, label, links)


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, **changes: Any) -> str:
    """``{% query_with after=page.next_cursor %}``: this page's query with some parameters changed; None removes one."""
    request = context.get("request")
    if not request or not request.GET:  # as on most pages: nothing to copy
        return "?" + urlencode({name: str(value) for name, value in changes.items() if value not in (None, "")})
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


def address(name: str, slug: str = "") -> str:
    """Return a page's address (of the open business, where the page belongs to one); nothing if no such page exists."""
    for arguments in ([], [slug] if slug else []):
        try:
            return reverse(name, args=arguments)
        except NoReverseMatch:
            continue
    return ""


@register.simple_tag(takes_context=True)
def nav_link(context: template.Context, url_name: str, label: str, key: str, current: Any, icon_name: str = "") -> str:
    """A link of the section navigation, marked when it is the open one; nothing if the page does not exist."""
    return _link(context, url_name, label, icon_name, current == key, "tab")


@register.simple_tag(takes_context=True)
def bar_link(
    context: template.Context, url_name: str, label: str, icon_name: str, key: str = "", current: Any = None
) -> str:
    """A link of the bottom bar, marked when it is the open one; nothing if the page does not exist."""
    return _link(context, url_name, label, icon_name, bool(key) and current == key, "bar-link")


@register.simple_tag(takes_context=True)
def menu_link(
    context: template.Context, url_name: str, label: str, icon_name: str, key: str = "", current: Any = None
) -> str:
    """A link of a menu, marked when it is the open one; nothing if the page does not exist."""
    return _link(context, url_name, label, icon_name, bool(key) and current == key, "menu-item")


def _link(context: template.Context, url_name: str, label: str, icon_name: str, is_open: bool, css: str) -> str:
    url = address(url_name, getattr(context.get("business"), "slug", ""))
    request = context.get("request")
    if not url:
        return ""
    here = is_open or (request is not None and request.path == url)
    current = SafeString(' aria-current="page"') if here else ""
    drawn = icon(icon_name) if icon_name else ""
    return format_html('<a class="{}" href="{}"{}>{}<span>{}</span></a>', css, url, current, drawn, label)


@register.simple_tag
def now_milliseconds() -> str:
    """The server's clock for countdowns, because phones are often wrong."""
    return str(int(clock.now().timestamp() * 1000))
