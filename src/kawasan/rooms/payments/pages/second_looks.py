"""What two of the zone's staff confirm: refunds that a provider leaves on their way, accounts that no bank names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.core.errors import Refusal
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone import api as zone


@signed_in
@require_GET
def backs(request: HttpRequest) -> HttpResponse:
    """Refunds on their way back to where they were paid from; with ``status=all`` those that are settled, too."""
    actor, is_open = actor_of(request), request.GET.get("status") != "all"
    with transaction(actor):
        page = payments.staff_backs(actor=actor, is_open=is_open, cursor=request.GET.get("after") or None)
    context = {"page": page, "is_open": is_open, "may_act": _may_act(actor), "zone_nav": "money", "money_nav": "backs"}
    return render(request, "payments/staff_backs.html", context | {"me": actor.name})


@signed_in
@require_GET
def backs_file(request: HttpRequest) -> HttpResponseBase:
    """The list as CSV."""
    actor = actor_of(request)
    with transaction(actor):
        is_open = request.GET.get("status") != "all"
        found = list(payments.all_staff_backs(actor=actor, is_open=is_open))
    header = [
        gettext("Refund"), gettext("Order"), gettext("Provider"), gettext("Reference"), gettext("Amount"),
        gettext("State"), gettext("Problem"), gettext("Attempts"), gettext("Wanted"), gettext("Last asked"),
        gettext("Settled"), gettext("Said by staff"),
    ]  # fmt: skip
    rows = (
        [
            one.public_id, ids.public("ord", one.order_id), one.provider, one.reference,
            Money(one.amount_minor).amount, one.state.value, one.problem, one.attempts, one.wanted_at, one.asked_at,
            one.settled_at, "; ".join(f"{told.by}: {told.outcome} ({told.note})" for told in one.statements),
        ]
        for one in found
    )  # fmt: skip
    return csv_response("pengembalian.csv", header, rows)


@signed_in
@require_POST
def ask(request: HttpRequest, refund_id: str) -> HttpResponse:
    """Let the provider be asked about a refund again, at once."""
    number = ids.parse("ret", refund_id)
    thanks = gettext("The provider is asked in a moment. Reload the page then.")
    _act(request, lambda actor, at: payments.ask_again(actor=actor, refund_id=number, at=at), thanks)
    return redirect("zone_money:backs")


@signed_in
@require_POST
def settle(request: HttpRequest, refund_id: str) -> HttpResponse:
    """Say what the provider said of a refund; the second person's word settles it."""
    number, note = ids.parse("ret", refund_id), request.POST.get("note", "")
    outcome = payments.BackState.DONE if request.POST.get("outcome") == "done" else payments.BackState.KEPT
    _act(
        request,
        lambda actor, at: payments.settle_back_by_hand(
            actor=actor, refund_id=number, outcome=outcome, note=note, at=at
        ),
        gettext("Noted. A refund is settled when two people have noted the same."),
    )
    return redirect("zone_money:backs")


@signed_in
@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """Bank accounts whose holder no bank tells us."""
    actor = actor_of(request)
    with transaction(actor):
        page = payments.waiting_accounts(actor=actor, cursor=request.GET.get("after") or None)
        firms = zone.businesses(ids=[one.account.business_id for one in page.items])
        zone.note_looks(actor=actor, business_ids=firms, what=zone.Look.BANK_ACCOUNT, at=clock.now())
    context = {
        "rows": [(one, firms.get(one.account.business_id), ids.public("bac", one.account.id)) for one in page.items],
        "next_cursor": page.next_cursor,
        "may_act": _may_act(actor),
        "me": actor.name,
        "zone_nav": "money",
        "money_nav": "accounts",
    }
    return render(request, "payments/staff_accounts.html", context)


@signed_in
@require_POST
def confirm(request: HttpRequest, account_id: str) -> HttpResponse:
    """Say what shows that an account is its business's; the second person's word confirms it."""
    number, note = ids.parse("bac", account_id), request.POST.get("note", "")
    _act(
        request,
        lambda actor, at: payments.confirm_account(actor=actor, account_id=number, note=note, at=at),
        gettext("Noted. An account is confirmed when two people have seen that it is the business's."),
    )
    return redirect("zone_payouts:accounts")


def _act(request: HttpRequest, act: Callable[[Actor, datetime], object], thanks: str) -> None:
    actor = actor_of(request)
    actor.need_zone(ZoneRole.STAFF)
    try:
        with transaction(actor):
            act(actor, clock.now())
    except Refusal as refusal:
        title, detail = texts(refusal)
        messages.error(request, f"{title}. {detail}" if detail else title)
    else:
        messages.success(request, thanks)


def _may_act(actor: Actor) -> bool:
    return actor.zone_role in (ZoneRole.STAFF, ZoneRole.OPERATOR)
