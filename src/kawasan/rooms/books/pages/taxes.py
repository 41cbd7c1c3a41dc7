"""The tax calendar of a year, with what a deposit slip asks for."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from kawasan.core import clock
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms.entries import TaxProfileForm
from kawasan.rooms.books.pages.desk import context
from kawasan.rooms.books.pages.wording import DUTIES, law_in_words
from kawasan.rooms.zone import api as zone

YEAR_MIN, YEAR_MAX = 2022, 2099


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def taxes(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a year's turnover, tax and duties; take what the business says about itself."""
    actor, now = actor_of(request), clock.now()
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        said = books.profile_of(actor=actor, business_id=business.id)
        year = books.tax_year(actor=actor, business_id=business.id, year=_year(request), at=now)
    begin: dict[str, object] = {
        "taxpayer": said.taxpayer,
        "registered_year": said.registered_year,
        "is_pkp": said.is_pkp,
    }
    begin["reminds"] = said.reminds
    form = TaxProfileForm(request.POST or None, initial=begin)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with transaction(actor):
            books.say_profile(
                actor=actor,
                business_id=business.id,
                taxpayer=books.Taxpayer(given["taxpayer"]),
                registered_year=given["registered_year"],
                is_pkp=given["is_pkp"],
                reminds=given["reminds"],
            )
        messages.success(request, gettext("Saved."))
        return redirect("books:taxes", slug=slug)
    page = context(
        business,
        "taxes",
        year=year,
        profile=said,
        form=form,
        months=[month for month in year.months if month.turnover_minor] if year.uses_final_tax else [],
        duties=[(duty, gettext(DUTIES[duty.kind])) for duty in year.duties],
        law=law_in_words(year.law),
        today=clock.business_day(now),
        this_year=clock.business_day(now).year,
    )
    return render(request, "books/taxes.html", page, status=422 if form.errors else 200)


def _year(request: HttpRequest) -> int:
    asked, present = request.GET.get("tahun", ""), clock.business_day(clock.now()).year
    year = int(asked) if len(asked) == 4 and asked.isdecimal() else present
    return date(min(max(year, YEAR_MIN), YEAR_MAX), 1, 1).year
