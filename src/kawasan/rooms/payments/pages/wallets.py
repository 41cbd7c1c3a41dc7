"""Money between people, appeals, and the staff's desk of wallets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import ZoneRole
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.forms.settlement import AppealAnswerForm, AppealForm, SendForm, WalletStepForm

SEND_PREFIX, PERSON_PREFIX, APPEAL_PREFIX, STEP_PREFIX = "wtr", "per", "apl", "wst"


@signed_in
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """Ask who shall get how much; the next page shows the masked name before anything moves."""
    actor, at = actor_of(request), clock.now()
    person = actor.need_person()
    form = SendForm(request.POST or None, initial={"id": ids.public(SEND_PREFIX, ids.uuid7())})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction(actor):
                made = payments.prepare_transfer(
                    actor=actor, transfer_id=given["id"], email=given["email"], amount=given["amount"],
                    note=given["note"], at=at,
                )  # fmt: skip
            return redirect("wallet:confirm", made.public_id)
        except Refusal as refusal:
            form.add_refusal(refusal)
    with transaction(actor):
        context: dict[str, Any] = {
            "state": payments.wallet_state(person_id=person, at=at),
            "balance_minor": payments.wallet_balance(person_id=person),
            "sent": payments.sent_transfers(actor=actor),
        }
    return render(request, "payments/send.html", context | {"form": form}, status=422 if form.errors else 200)


@signed_in
@require_POST
def ask_back(request: HttpRequest, refund_id: str) -> HttpResponse:
    """Let a refund go on to where its order was paid from, and go back to the order."""
    actor, number = actor_of(request), ids.parse("ret", refund_id)
    try:
        with transaction(actor):
            payments.ask_back(actor=actor, refund_id=number, at=clock.now())
        messages.success(request, gettext("We ask the provider to send it back to where you paid from."))
    except payments.CannotSendBack as refusal:
        title, detail = texts(refusal)
        messages.error(request, f"{title}. {detail}")
    wanted = request.POST.get("next", "")
    return redirect(wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "wallet:home")


@signed_in
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, transfer_id: str) -> HttpResponse:
    """Show whom the money goes to, the name masked, and send it once the sender says so."""
    actor, number = actor_of(request), ids.parse(SEND_PREFIX, transfer_id)
    if request.method == "POST":
        try:
            with transaction(actor):
                payments.confirm_transfer(actor=actor, transfer_id=number, at=clock.now())
            messages.success(request, gettext("Sent."))
            return redirect("wallet:confirm", transfer_id)
        except payments.SendNotFound:
            raise
        except Refusal as refusal:
            _tell(request, refusal)
            return redirect("wallet:send")
    with transaction(actor):
        found = payments.sent_transfer(actor=actor, transfer_id=number)
    return render(request, "payments/send_confirm.html", {"transfer": found})


@signed_in
@require_POST
def appeal(request: HttpRequest) -> HttpResponse:
    """Write an appeal against the freezing of one's wallet."""
    actor, form = actor_of(request), AppealForm(request.POST)
    if form.is_valid():
        try:
            with transaction(actor):
                payments.appeal(
                    actor=actor, appeal_id=form.cleaned_data["id"], text=form.cleaned_data["text"], at=clock.now()
                )
            messages.success(request, gettext("Your appeal is with the zone's staff."))
        except Refusal as refusal:
            _tell(request, refusal)
    else:
        messages.error(request, gettext("Please write a few words."))
    return redirect("wallet:home")


@signed_in
@require_GET
def wallets(request: HttpRequest) -> HttpResponse:
    """Find a person's wallet, and see those that are frozen and the appeals that wait."""
    actor, text = actor_of(request), request.GET.get("q", "")[:100]
    actor.need_zone(ZoneRole.STAFF)
    with transaction(actor):
        context = {
            "found": payments.wallets(actor=actor, text=text, at=clock.now()),
            "appeals": payments.open_appeals(actor=actor),
            "text": text,
            "zone_nav": "money",
            "money_nav": "wallets",
        }
    return render(request, "payments/staff_wallets.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def wallet(request: HttpRequest, person_id: str) -> HttpResponse:
    """Show one wallet's level, limits and history, and decide about it with a reason."""
    actor, person, at = actor_of(request), ids.parse(PERSON_PREFIX, person_id), clock.now()
    actor.need_zone(ZoneRole.STAFF)
    form = WalletStepForm(request.POST or None, initial={"id": ids.public(STEP_PREFIX, ids.uuid7())})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction(actor):
                payments.decide_wallet(
                    actor=actor, person_id=person, step_id=given["id"], reason=given["reason"], at=at, **form.decision()
                )
            messages.success(request, gettext("Noted. It holds from now on."))
            return redirect("zone_wallets:wallet", person_id)
        except payments.WalletReasonNeeded as refusal:
            form.add_refusal(refusal)
    with transaction(actor):
        view = payments.wallet_view(actor=actor, person_id=person, at=at)
    context = {"view": view, "form": form, "answer": AppealAnswerForm(), "zone_nav": "money", "money_nav": "wallets"}
    return render(request, "payments/staff_wallet.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def answer(request: HttpRequest, appeal_id: str) -> HttpResponse:
    """Answer an appeal, as another person than the one who froze the wallet."""
    actor, form = actor_of(request), AppealAnswerForm(request.POST)
    actor.need_zone(ZoneRole.STAFF)
    if form.is_valid():
        try:
            with transaction(actor):
                state = payments.answer_appeal(
                    actor=actor, appeal_id=ids.parse(APPEAL_PREFIX, appeal_id),
                    is_granted=form.cleaned_data["decision"] == "grant", answer=form.cleaned_data["answer"],
                    at=clock.now(),
                )  # fmt: skip
            messages.success(request, gettext("Answered. The person reads it on the wallet's page."))
            return redirect("zone_wallets:wallet", ids.public(PERSON_PREFIX, state.person_id))
        except Refusal as refusal:
            _tell(request, refusal)
    else:
        messages.error(request, gettext("Please write a few words."))
    return redirect("zone_wallets:wallets")


def _tell(request: HttpRequest, refusal: Refusal) -> None:
    title, detail = texts(refusal)
    messages.error(request, f"{title}. {detail}" if detail else title)
