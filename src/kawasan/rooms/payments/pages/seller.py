"""A business's money: balance, escrow, statement, payouts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.forms import PayoutForm
from kawasan.rooms.payments.pages.files import statement_file
from kawasan.rooms.zone import api as zone

STATEMENT_LINES = 20
PAYOUT_LINES = 10


@signed_in
@require_GET
def balance(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a business has, its movements and its payouts."""
    return _seller_page(request, slug, PayoutForm(initial={"id": ids.public("out", ids.uuid7())}))


@signed_in
@require_POST
def payout(request: HttpRequest, slug: str) -> HttpResponse:
    """Send money of a business to its bank account. Sent twice, it is one payout."""
    form = PayoutForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        actor = actor_of(request)
        try:
            with transaction(actor):
                business = zone.business_by_slug(slug=slug)
                payments.request_payout(
                    actor=actor,
                    business_id=business.id,
                    payout_id=given["id"],
                    amount=given["amount"],
                    at=clock.now(),
                )
            messages.success(request, gettext("The payout is on its way to your bank."))
            return redirect("seller_money:balance", slug=slug)
        except (payments.PayoutAccountUnconfirmed, payments.PayoutAmountInvalid, payments.PayoutIdReused) as refusal:
            form.add_refusal(refusal)
    return _seller_page(request, slug, form, status=422)


@signed_in
@require_GET
def statement(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """Download the statement of a business's balance."""
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        lines = list(
            payments.all_lines(
                lambda cursor, limit: payments.business_statement(
                    actor=actor, business_id=business.id, cursor=cursor, limit=limit
                )
            )
        )
        zone.note_looks(actor=actor, business_ids=[business.id], what=zone.Look.MONEY, at=clock.now())
    return statement_file(request, kind, name=f"saldo-{business.slug}", owner=business.name, lines=lines)


def _seller_page(request: HttpRequest, slug: str, form: PayoutForm, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    with transaction(actor):
        business = zone.business_by_slug(slug=slug)
        context: dict[str, Any] = {
            "money": payments.seller_money(actor=actor, business_id=business.id),
            "statement": payments.business_statement(
                actor=actor, business_id=business.id, cursor=request.GET.get("after"), limit=STATEMENT_LINES
            ),
            "account": payments.bank_account_of(actor=actor, business_id=business.id),
            "reserves": payments.reserves_of(actor=actor, business_id=business.id),
            "payouts": payments.payouts_of(actor=actor, business_id=business.id, limit=PAYOUT_LINES).items,
        }
        zone.note_looks(actor=actor, business_ids=[business.id], what=zone.Look.MONEY, at=clock.now())
    context |= {
        "business": business,
        "form": form,
        "seller_nav": "money",
        "may_pay_out": _may_pay_out(actor, business.id),
        "smallest": payments.PAYOUT_MIN,
        "can_pay_out": context["money"].available_minor >= payments.PAYOUT_MIN.minor,
    }
    return render(request, "payments/seller_balance.html", context, status=status)


def _may_pay_out(actor: Actor, business_id: UUID) -> bool:
    return actor.businesses.get(business_id) is BusinessRole.OWNER
