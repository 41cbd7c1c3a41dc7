"""The money desk's second page: where the provider's list and ours differ, and what staff does about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import ZoneRole
from kawasan.core.errors import NotFound, Refusal, msg
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.problems import texts
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments import tasks
from kawasan.rooms.payments.templatetags.payments import difference_kind, repair_name

COLUMNS = (
    msg("Found at"),
    msg("What differs"),
    msg("Provider"),
    msg("Number of the movement"),
    msg("Reference"),
    msg("Provider says (Rp)"),
    msg("We counted (Rp)"),
    msg("Payment"),
    msg("Happened"),
    msg("Repair"),
    msg("Repaired at"),
    msg("Repaired by"),
    msg("Note"),
)


@signed_in
@require_GET
def differences(request: HttpRequest) -> HttpResponse:
    """List what differs, those that wait unless told otherwise, and the latest comparisons."""
    actor, is_open = actor_of(request), request.GET.get("status") != "all"
    with transaction(actor):
        page = payments.differences(actor=actor, is_open=is_open, cursor=request.GET.get("after"))
        waiting = payments.open_differences(actor=actor)
        runs = payments.reconciliations(actor=actor)
        keys = payments.provider_keys(actor=actor)
    context = {
        "page": page,
        "is_open": is_open,
        "waiting": waiting,
        "runs": runs,
        "providers": keys,
        "may_repair": actor.zone_role in (ZoneRole.STAFF, ZoneRole.OPERATOR),
        "zone_nav": "money",
    }
    return render(request, "payments/staff_differences.html", context)


@signed_in
@require_GET
def differences_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Download the list as CSV or XLSX. Raises NotFound for another kind of file."""
    if kind not in ("csv", "xlsx"):
        raise NotFound
    actor = actor_of(request)
    with transaction(actor):
        found = list(payments.all_differences(actor=actor, is_open=request.GET.get("status") != "all"))
    filename = f"rekonsiliasi-{clock.business_day(clock.now()):%Y%m%d}.{kind}"
    header = [gettext(column) for column in COLUMNS]
    if kind == "csv":
        return cast(HttpResponse, csv_response(filename, header, list(_rows(found))))
    return xlsx_response(filename, header, _rows(found))


@signed_in
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Compare with the providers now; a job does it, since it asks over the network."""
    actor = actor_of(request)
    actor.need_zone(ZoneRole.STAFF)
    with transaction(actor):
        tasks.compare_books.defer()
    messages.info(request, gettext("The comparison is running. Reload this page in a moment."))
    return redirect("zone_money:differences")


@signed_in
@require_POST
def repair(request: HttpRequest, difference_id: str) -> HttpResponse:
    """Take a payment over, or close a difference with a note."""
    actor, note = actor_of(request), request.POST.get("note", "")
    act = payments.take_over if request.POST.get("repair") == "take_over" else payments.settle_difference
    try:
        with transaction(actor):
            act(actor=actor, difference_id=ids.parse("dif", difference_id), note=note, at=clock.now())
    except (payments.DifferenceClosed, payments.EventNoteInvalid) as refusal:
        messages.error(request, _said(refusal))
    else:
        messages.success(request, gettext("Repaired. Who did it and why is kept."))
    return redirect("zone_money:differences")


def _said(refusal: Refusal) -> str:
    return " ".join(texts(refusal))


def _rows(found: Iterable[payments.Difference]) -> Iterable[tuple[object, ...]]:
    for one in found:
        yield (
            _moment(one.found_at),
            difference_kind(one.kind),
            one.provider,
            one.money_id,
            one.reference,
            "" if one.theirs_minor is None else Money(one.theirs_minor).amount,
            "" if one.ours_minor is None else Money(one.ours_minor).amount,
            ids.public("pay", one.payment_id) if one.payment_id else "",
            _moment(one.happened_at),
            repair_name(one.repair) if one.repair else "",
            _moment(one.repaired_at),
            one.repaired_by,
            one.note,
        )


def _moment(at: object) -> str:
    return at.astimezone(clock.WIB).strftime("%Y-%m-%d %H:%M:%S") if at else ""  # type: ignore[attr-defined]
