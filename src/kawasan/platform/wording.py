"""How figures, moments and secrets are written on a page, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from kawasan.core.clock import WIB
from kawasan.core.money import MINUS, Money, format_money
from kawasan.platform.i18n import language

Number = int | float | Decimal

# Thousands and decimal marks: Indonesian by EYD V, the others by CLDR.
_MARKS = {"id": (".", ","), "en": (",", "."), "zh-hans": (",", ".")}
# How people shorten: ribu, juta, miliar, triliun; K M B T; Chinese counts by ten thousands.
_SCALES: dict[str, tuple[tuple[int, str], ...]] = {
    "id": (
        (10**12, "\N{NO-BREAK SPACE}T"),
        (10**9, "\N{NO-BREAK SPACE}M"),
        (10**6, "\N{NO-BREAK SPACE}jt"),
        (10**3, "\N{NO-BREAK SPACE}rb"),
    ),
    "en": ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K")),
    "zh-hans": ((10**12, "万亿"), (10**8, "亿"), (10**4, "万")),
}
_DATES = {
    "id": {
        "": "j M Y H.i",
        "date": "j M Y",
        "time": "H.i",
        "short": "j M H.i",
        "long": "l, j F Y H.i",
        "month": "F Y",
        "long-date": "j F Y",
        "day": "j M",
    },
    "en": {
        "": "j M Y, H:i",
        "date": "j M Y",
        "time": "H:i",
        "short": "j M, H:i",
        "long": "l, j F Y, H:i",
        "month": "F Y",
        "long-date": "j F Y",
        "day": "j M",
    },
    "zh-hans": {
        "": "Y年n月j日 H:i",
        "date": "Y年n月j日",
        "time": "H:i",
        "short": "n月j日 H:i",
        "long": "Y年n月j日 l H:i",
        "month": "Y年n月",
        "long-date": "Y年n月j日",
        "day": "n月j日",
    },
}
_WITHOUT_CLOCK = ("date", "month", "long-date", "day")


def written(value: Number, *, places: int | None = None) -> str:
    """Return a figure with the language's marks: 1.308 (id), 1,308 (en). ``places`` fixes the decimals."""
    amount = Decimal(str(value))
    if places is not None:
        amount = amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    thousands, point = _MARKS.get(language(), _MARKS["en"])
    whole, _, part = f"{abs(amount):,f}".partition(".")
    sign = MINUS if amount < 0 else ""
    return sign + whole.replace(",", thousands) + (f"{point}{part}" if part else "")


def shortened(value: Number) -> str:
    """Return a figure as people say it: 1,2 rb or 12 jt (id), 1.2K (en), 1.2万 (zh-hans)."""
    amount = Decimal(str(value))
    scales = _SCALES.get(language(), _SCALES["en"])
    for place, (size, name) in enumerate(scales):
        if abs(amount) < size:
            continue
        figure = _two_figures(amount / size)
        if place and abs(figure) * size >= scales[place - 1][0]:  # 999,950 is 1 jt, not 1.000 rb
            size, name = scales[place - 1]
            figure = _two_figures(amount / size)
        return f"{written(figure)}{name}"
    return written(amount if amount == amount.to_integral_value() else _two_figures(amount))


def _two_figures(amount: Decimal) -> Decimal:
    """Round to one decimal below ten, to none from ten on, without a trailing zero."""
    places = Decimal("0.1") if abs(amount) < 10 else Decimal(1)
    rounded = amount.quantize(places, rounding=ROUND_HALF_UP)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded


def rupiah(value: int | Money, currency: str = "IDR") -> str:
    """Return an amount of minor units (or Money) as people write it."""
    return format_money(value if isinstance(value, Money) else Money(int(value), currency), language=language())


def rupiah_shortened(minor: int | Money) -> str:
    """Return an amount for a chart or a tile: Rp3,1 M (id), Rp3.1B (en)."""
    amount = minor.minor if isinstance(minor, Money) else int(minor)
    figure = shortened(Decimal(abs(amount)) / 100)
    return f"{MINUS if amount < 0 else ''}Rp{figure}"


def percentage(share: Number, places: int = 1) -> str:
    """Return a share (0.123) as 12,3%. A whole percentage is shown without decimals."""
    amount = (Decimal(str(share)) * 100).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{written(amount, places=0 if amount == amount.to_integral_value() else places)}%"


def moment(at: datetime | date, form: str = "") -> str:
    """Return a moment in WIB, in the reader's language; forms: see ``_DATES``."""
    if not isinstance(at, datetime):
        return _day(at, form if form in _WITHOUT_CLOCK else "date", language())
    local = at.astimezone(WIB)
    if form in _WITHOUT_CLOCK:
        return _day(local.date(), form, language())
    forms = _DATES.get(language(), _DATES["en"])
    return f"{date_format(local, forms.get(form, forms['']))}\N{NO-BREAK SPACE}WIB"


@lru_cache(maxsize=2048)
def _day(day: date, form: str, spoken: str) -> str:
    """Return a day in words; pages of reviews and orders name the same ones again and again."""
    return date_format(day, _DATES.get(spoken, _DATES["en"])[form])


def since(at: datetime, now: datetime) -> str:
    """Return how long ago something was; from a month on, its date."""
    passed = now - at
    if passed < timedelta(minutes=1):
        return gettext("just now")
    minutes, hours, days = passed // timedelta(minutes=1), passed // timedelta(hours=1), passed.days
    if hours < 1:
        return ngettext("{count} minute ago", "{count} minutes ago", minutes).format(count=minutes)
    if days < 1:
        return ngettext("{count} hour ago", "{count} hours ago", hours).format(count=hours)
    if days < 31:
        return ngettext("{count} day ago", "{count} days ago", days).format(count=days)
    return moment(at, "date")


def masked(text: str, keep: int = 4) -> str:
    """Return a secret with only its end (or an address's first letter and domain) readable."""
    text = text.strip()
    name, at_sign, domain = text.rpartition("@")
    if at_sign:
        return f"{name[:1]}•••@{domain}"
    if len(text) <= keep:
        return "•" * len(text)
    return "••••\N{NO-BREAK SPACE}" + text[-keep:] if keep else "••••"
