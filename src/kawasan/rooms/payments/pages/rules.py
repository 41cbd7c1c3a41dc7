"""The zone's dated rules about money, and the month's list of withheld tax."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from kawasan.core import clock, ids
from kawasan.core.access import ZoneRole
from kawasan.core.errors import NotFound, Refusal, msg
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.forms.settlement import RuleForm
from kawasan.rooms.payments.templatetags.payments import rule_kind
from kawasan.rooms.zone import api as zone

TAX_COLUMNS = (msg("Time"), msg("Business"), msg("Order"), msg("Gross (Rp)"), msg("Income tax (Rp)"))
RULE_PREFIX = "rul"


@signed_in
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Show every rule with its history, and set a new one from a day on."""
    actor, at = actor_of(request), clock.now()
    actor.need_zone()
    today = clock.business_day(at)
    form = RuleForm(request.POST or None, initial={"id": ids.public(RULE_PREFIX, ids.uuid7()), "since": today})
    form.fields["kind"].choices = [(kind.value, rule_kind(kind)) for kind in payments.RuleKind]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                _set(request, form)
            messages.success(request, gettext("The rule is set."))
            return redirect("zone_rules:rules")
        except Refusal as refusal:
            form.add_refusal(refusal)
    with transaction(actor):
        found = payments.money_rules(actor=actor)
    context = {
        "found": found,
        "form": form,
        "today": today,
        "may_act": actor.zone_role in (ZoneRole.STAFF, ZoneRole.OPERATOR),
        "month": f"{today:%Y-%m}",
        "zone_nav": "money",
        "money_nav": "rules",
    }
    return render(request, "payments/staff_rules.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def withheld(request: HttpRequest, kind: str) -> HttpResponse:
    """Download a month's list of withheld income tax as CSV or XLSX. Raises NotFound for another kind or month."""
    actor = actor_of(request)
    actor.need_zone()
    year, _, month = request.GET.get("month", "").partition("-")
    if kind not in ("csv", "xlsx") or not (
        year.isdigit() and len(year) == 4 and month.isdigit() and 1 <= int(month) <= 12
    ):
        raise NotFound
    with transaction(actor):
        lines = payments.withheld_list(actor=actor, year=int(year), month=int(month))
    rows = [
        (
            one.at.astimezone(clock.WIB).strftime("%Y-%m-%d %H:%M:%S"),
            one.business_name,
            ids.public("ord", one.order_id),
            Money(one.gross_minor).amount,
            Money(one.withheld_minor).amount,
        )
        for one in lines
    ]
    header, name = [gettext(column) for column in TAX_COLUMNS], f"pph22-{year}-{month}.{kind}"
    return xlsx_response(name, header, rows) if kind == "xlsx" else cast(HttpResponse, csv_response(name, header, rows))


def _set(request: HttpRequest, form: RuleForm) -> None:
    given, actor = form.cleaned_data, actor_of(request)
    kind = payments.RuleKind(given["kind"])
    figures = payments.FIGURES[kind]
    new = payments.NewRule(
        kind=kind,
        since=given["since"],
        business_id=zone.business_by_slug(slug=given["business"]).id if given["business"] else None,
        level=given["level"],
        is_on=given["is_on"],
        permille=given["permille"] if "permille" in figures else None,
        amount_minor=given["amount"].minor if "amount_minor" in figures and given["amount"] else None,
        number=given["number"] if "number" in figures else None,
        authority=given["authority"],
        note=given["note"],
    )
    payments.set_money_rule(actor=actor, rule_id=given["id"], rule=new, at=clock.now())
