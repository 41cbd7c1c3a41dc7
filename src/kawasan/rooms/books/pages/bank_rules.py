"""The rules by which lines of statements are told apart."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms.bank import RuleForm
from kawasan.rooms.books.pages.desk import context, language, names
from kawasan.rooms.zone import api as zone


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """List the rules, and add one."""
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        chart = books.chart_of(actor=actor, business_id=business.id)
        found = books.bank_rules(actor=actor, business_id=business.id)
    begin = {"id": str(ids.uuid7()), "words": request.GET.get("kata", "")[:60]}
    form = RuleForm(request.POST or None, chart=chart, language=language(), initial=begin)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction(actor):
                books.add_bank_rule(actor=actor, business_id=business.id, rule=form.rule, at=clock.now())
            return redirect("books:bank_rules", slug=slug)
        except (books.RuleInvalid, books.TooManyBanks) as refusal:
            form.add_refusal(refusal)
    known = names(chart)
    page = context(business, "bank", rules=[(rule, known.get(rule.account, rule.account)) for rule in found], form=form)
    return render(request, "books/bank_rules.html", page, status=422 if form.errors else 200)


@signed_in
@require_POST
def remove(request: HttpRequest, slug: str, rule: UUID) -> HttpResponse:
    """Remove a rule."""
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        books.remove_bank_rule(actor=actor, business_id=business.id, rule_id=rule)
    return redirect("books:bank_rules", slug=slug)
