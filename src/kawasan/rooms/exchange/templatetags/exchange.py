"""Rates and approximate prices on pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext

from kawasan.core.money import Money
from kawasan.platform import wording
from kawasan.rooms.exchange import api as exchange

register = template.Library()


@register.simple_tag
def rate_of(rates: exchange.Rates | None, currency: str) -> str:
    """``{% rate_of rates "CNY" %}``: what one unit costs in rupiah in the middle, or a dash."""
    if rates is None or currency not in rates.per_euro:
        return "–"
    return wording.rupiah(Money(int(rates.rupiah(currency).quantize(Decimal("0.01")).scaleb(2)), "IDR"))


@register.simple_tag
def approximately(shown: exchange.ShownRate | None, amount: Any) -> str:
    """
    ``{% approximately shown_rate product.price_minor %}``: "≈ ¥10.42", or nothing where rupiah alone are shown.

    It is at the middle rate and for reading only; what is paid is what a quote says.
    """
    if shown is None or amount is None:
        return ""
    money = amount if isinstance(amount, Money) else Money(int(amount))
    return f"≈ {wording.rupiah(shown.of(money))}"


@register.simple_tag
def rate_note(shown: exchange.ShownRate | None) -> str:
    """``{% rate_note shown_rate %}``: of which day and source the rate is."""
    if shown is None:
        return ""
    text = gettext("About, at the rate of %(day)s (%(source)s). The exact price is shown when you pay.")
    return text % {"day": wording.moment(shown.day, "date"), "source": shown.source}
