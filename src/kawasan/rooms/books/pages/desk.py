"""What the pages share: whose books, which period, in which language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language, gettext

from kawasan.core import clock
from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms.entries import PeriodForm
from kawasan.rooms.zone import api as zone


def language() -> str:
    """Return the language of the screen."""
    return get_language() or "id"


def month_asked(request: HttpRequest) -> date:
    """Return the month in the address, or the present one in WIB. Raises BadMonth."""
    asked = request.GET.get("bulan") or request.POST.get("bulan")
    return books.parse_month(asked) if asked else clock.business_day(clock.now()).replace(day=1)


def period_asked(request: HttpRequest) -> tuple[PeriodForm, books.Span]:
    """Return the period in the address, or the present month; the form shows what is wrong with it."""
    here = books.month_of(month_asked(request))
    if "dari" not in request.GET:
        return PeriodForm(initial={"dari": here.first, "sampai": here.last}), here
    form = PeriodForm(request.GET)
    if form.is_valid():
        return form, books.Span(form.cleaned_data["dari"], form.cleaned_data["sampai"])
    return form, here


def period_of_file(request: HttpRequest) -> books.Span:
    """Return the period in the address for a file, which has no form to say what is wrong. Raises BookPeriodInvalid."""
    form, span = period_asked(request)
    if form.errors:
        raise books.BookPeriodInvalid(field="to")
    return span


def chips(today: date) -> list[tuple[str, books.Span]]:
    """Return the periods that people ask for most."""
    month = books.month_of(today)
    year = books.Span(today.replace(month=1, day=1), today.replace(month=12, day=31))
    return [
        (gettext("This month"), month),
        (gettext("Last month"), month.prior),
        (gettext("This year"), year),
        (gettext("Last year"), year.prior),
    ]


def names(accounts: Sequence[books.Account]) -> dict[str, str]:
    """Return the accounts' names in the reader's language."""
    spoken = language()
    return {account.code: account.name(spoken) for account in accounts}


def context(business: zone.Business, tab: str, **more: Any) -> dict[str, Any]:
    """Return what every page of the books shows."""
    return {"business": business, "seller_nav": "books", "tab": tab, **more}
