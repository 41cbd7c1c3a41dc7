"""A business's settlement: where its money goes, the statement of a period, the statement of turnover."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.forms.payments import typed
from kawasan.rooms.payments.forms.settlement import BankAccountForm, PeriodForm
from kawasan.rooms.payments.pages.files import period_file
from kawasan.rooms.zone import api as zone

ACCOUNT_PREFIX, RULE_PREFIX = "bac", "rul"


@signed_in
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, slug: str) -> HttpResponse:
    """Show where the business's money goes and how often, and let an owner change it."""
    actor, at = actor_of(request), clock.now()
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        saved = payments.bank_account_of(actor=actor, business_id=business.id)
    initial = {"id": ids.public(ACCOUNT_PREFIX, ids.uuid7())}
    if saved is not None:  # the number is typed anew: it is shown to nobody
        code = next((code for code, name in payments.BANKS.items() if name == saved.bank), "")
        kept = {"bank": code, "holder": saved.holder, "rhythm": saved.rhythm.value}
        initial |= kept | {"smallest": typed(Money(saved.smallest_minor))}
    form = BankAccountForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _save(actor, business.id, form.cleaned_data, at))
            return redirect("seller_money:account", slug)
        except (payments.BankAccountInvalid, payments.PayoutAmountInvalid, payments.BankAccountIdReused) as refusal:
            form.add_refusal(refusal)
    context: dict[str, Any] = {
        "business": business,
        "saved": saved,
        "form": form,
        "may_change": actor.businesses.get(business.id) is BusinessRole.OWNER,
        "seller_nav": "money",
        "new_rule": ids.public(RULE_PREFIX, ids.uuid7()),
    }
    return render(request, "payments/seller_account.html", context, status=422 if form.errors else 200)


def _save(actor: Actor, business_id: UUID, given: dict[str, Any], at: datetime) -> str:
    """Ask the bank whose the account is, outside any transaction; then save it and say what the bank said."""
    account = {name: given[name] for name in ("bank", "number", "holder")}
    owner = payments.ask_whose_account(actor=actor, business_id=business_id, **account)
    with transaction(actor):
        saved = payments.save_bank_account(
            actor=actor, business_id=business_id, account_id=given["id"], **account,
            rhythm=payments.Rhythm(given["rhythm"]), smallest=given["smallest"], owner=owner, at=at,
        )  # fmt: skip
    if saved.name_check is payments.NameCheck.MATCHED:
        return gettext("Saved. At the bank the account belongs to {name}.").format(name=saved.name_at_bank)
    return gettext("Saved. The bank does not answer now; we ask it again for the name.")


@signed_in
@require_GET
def statement(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the statement of a period: opening, every movement with its order's parts, closing."""
    actor, form = actor_of(request), PeriodForm.of(request.GET)
    found = None
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        if days := form.days():
            try:
                found = payments.balance_statement(actor=actor, business_id=business.id, start=days[0], end=days[1])
            except payments.StatementPeriodInvalid as refusal:
                form.add_error("end", gettext(str(refusal.detail)).format(**refusal.data))
        else:
            payments.bank_account_of(actor=actor, business_id=business.id)  # whoever may not see it, sees nothing
    context = {
        "business": business,
        "form": form,
        "statement": found,
        "kinds": ("csv", "xlsx", "pdf"),
        "seller_nav": "money",
    }
    return render(request, "payments/seller_statement.html", context, status=200 if found else 422)


@signed_in
@require_GET
def statement_file(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """Download the statement of a period as CSV, XLSX or PDF."""
    actor, form = actor_of(request), PeriodForm.of(request.GET)
    days = form.days()
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        if days is None:
            raise payments.StatementPeriodInvalid(field="start", days=payments.STATEMENT_DAYS_MAX)
        found = payments.balance_statement(actor=actor, business_id=business.id, start=days[0], end=days[1])
    return period_file(request, kind, name=f"laporan-{business.slug}", owner=business.name, statement=found)


@signed_in
@require_POST
def turnover(request: HttpRequest, slug: str) -> HttpResponse:
    """State that the turnover of the year stays below the limit of PMK 37/2025, or take it back."""
    actor = actor_of(request)
    number, is_below = ids.parse(RULE_PREFIX, request.POST.get("id", "")), request.POST.get("below") == "yes"
    try:
        with transaction(actor):
            business = zone.business_by_slug(slug=slug)
            payments.state_turnover(
                actor=actor, business_id=business.id, rule_id=number, is_below=is_below, at=clock.now()
            )
        messages.success(request, gettext("Your statement is noted for this year."))
    except payments.RuleIdReused as refusal:
        messages.error(request, gettext(str(refusal.title)))
    return redirect("seller_money:account", slug)
