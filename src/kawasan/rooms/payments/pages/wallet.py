"""The wallet: balance, top-up, statement."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from kawasan.core import clock, ids
from kawasan.core.errors import Refusal
from kawasan.core.paging import Page
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.forms import SUGGESTIONS, TopUpForm, payment_url, typed
from kawasan.rooms.payments.forms.settlement import AppealForm
from kawasan.rooms.payments.pages.files import statement_file

STATEMENT_LINES = 20


@signed_in
@require_GET
def wallet(request: HttpRequest) -> HttpResponse:
    """Show what a person has, how to top up, and where the money went."""
    return _wallet_page(request, TopUpForm(initial={"id": ids.public("pay", ids.uuid7())}))


@signed_in
@require_http_methods(["GET", "POST"])
def top_up(request: HttpRequest) -> HttpResponse:
    """Ask for money into the wallet and go to its payment page. Sent twice, it is one payment."""
    if request.method == "GET":  # the address of a form that was refused, opened again
        return redirect("wallet:home")
    form = TopUpForm(request.POST)
    if form.is_valid():
        actor = actor_of(request)
        try:
            with transaction(actor):
                made = payments.top_up(
                    payment_id=form.cleaned_data["id"],
                    person_id=actor.need_person(),
                    amount=form.cleaned_data["amount"],
                    at=clock.now(),
                )
            return redirect(payment_url(made, reverse("wallet:home")))
        except Refusal as refusal:
            form.add_refusal(refusal)
    return _wallet_page(request, form, status=422)


@signed_in
@require_GET
def wallet_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Download the wallet's statement."""
    actor = actor_of(request)
    with transaction(actor):
        person_id = actor.need_person()
        lines = list(
            payments.all_lines(
                lambda cursor, limit: payments.wallet_statement(person_id=person_id, cursor=cursor, limit=limit)
            )
        )
    owner = gettext("Wallet of {name}").format(name=actor.name)
    return statement_file(request, kind, name="dompet", owner=owner, lines=lines)


def _wallet_page(request: HttpRequest, form: TopUpForm, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    with transaction(actor):
        person_id = actor.need_person()
        context = {
            "balance_minor": payments.wallet_balance(person_id=person_id),
            "statement": payments.wallet_statement(
                person_id=person_id, cursor=request.GET.get("after"), limit=STATEMENT_LINES
            ),
            "state": payments.wallet_state(person_id=person_id, at=clock.now()),
            "open_payments": _still_open(
                payments.payments_of(payer_id=person_id, purpose=payments.Purpose.TOP_UP, limit=5)
            ),
        }
    context |= {
        "appeal_form": AppealForm(initial={"id": ids.public("apl", ids.uuid7())}, auto_id="appeal_%s"),
        "form": form,
        "suggestions": [(amount, typed(amount)) for amount in SUGGESTIONS],
        "smallest": payments.TOP_UP_MIN,
        "largest": payments.TOP_UP_MAX,
    }
    return render(request, "payments/wallet.html", context, status=status)


def _still_open(page: Page[payments.Payment]) -> list[payments.Payment]:
    at = clock.now()
    return [item for item in page.items if item.is_open and item.expires_at > at]
