"""The zone's money desk: events of providers that staff should look at, and the notes on them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from kawasan.core import clock, ids
from kawasan.core.access import ZoneRole
from kawasan.core.errors import NotFound, msg
from kawasan.core.money import Money
from kawasan.platform.db import transaction
from kawasan.platform.exports import csv_response, xlsx_response
from kawasan.platform.web import actor_of, signed_in
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.forms import EventNoteForm
from kawasan.rooms.payments.templatetags.payments import event_kind, outcome
from kawasan.rooms.zone import api as zone

COLUMNS = (
    msg("Received at"),
    msg("Event"),
    msg("Message"),
    msg("Amount (Rp)"),
    msg("Provider"),
    msg("Reference"),
    msg("Number of the message"),
    msg("Payment"),
    msg("Payout"),
    msg("Seen"),
    msg("Seen by"),
    msg("Note"),
)

_Word = TypeVar("_Word", bound=StrEnum)


@signed_in
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """List the events that staff should look at; those that nobody has seen unless told otherwise."""
    actor, wanted = actor_of(request), _wanted(request)
    with transaction(actor):
        page = payments.staff_events(actor=actor, wanted=wanted, cursor=request.GET.get("after"))
        waiting = payments.waiting_events(actor=actor)
    context = {
        "page": page,
        "wanted": wanted,
        "attentions": list(payments.Attention),
        "outcomes": list(payments.NEEDS_STAFF),
        "kinds": list(payments.EventKind),
        "waiting": sum(waiting.values()),
        "narrowed": bool(wanted.text or wanted.outcome or wanted.kind),
        "search_length_max": payments.SEARCH_LENGTH_MAX,
        "zone_nav": "money",
        "money_nav": "events",
    }
    return render(request, "payments/staff_events.html", context)


@signed_in
@require_GET
def events_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Download the list as it is narrowed, as CSV or XLSX. Raises NotFound for another kind of file."""
    if kind not in ("csv", "xlsx"):
        raise NotFound
    actor = actor_of(request)
    with transaction(actor):
        found = list(payments.all_staff_events(actor=actor, wanted=_wanted(request)))
    filename = f"uang-{clock.business_day(clock.now()):%Y%m%d}.{kind}"
    header = [gettext(column) for column in COLUMNS]
    if kind == "csv":
        return cast(HttpResponse, csv_response(filename, header, list(_rows(found))))
    return xlsx_response(filename, header, _rows(found))


@signed_in
@require_GET
def event(request: HttpRequest, event_id: str) -> HttpResponse:
    """Show one event: what the provider told, masked, and what became of the money."""
    return _event_page(request, event_id, EventNoteForm(initial={"id": ids.public("evn", ids.uuid7())}))


@signed_in
@require_POST
def note(request: HttpRequest, event_id: str) -> HttpResponse:
    """Mark an event as seen, with a note. Sent twice, it is one note."""
    form, actor = EventNoteForm(request.POST), actor_of(request)
    if form.is_valid():
        try:
            with transaction(actor):
                payments.note_event(
                    actor=actor,
                    event_id=ids.parse("evt", event_id),
                    note_id=form.cleaned_data["id"],
                    text=form.cleaned_data["text"],
                    at=clock.now(),
                )
            messages.success(request, gettext("Noted. The event counts as seen."))
            return redirect("zone_money:event", event_id)
        except (payments.EventNoteInvalid, payments.EventNoteIdReused) as refusal:
            form.add_refusal(refusal)
    return _event_page(request, event_id, form, status=422)


def _event_page(request: HttpRequest, event_id: str, form: EventNoteForm, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    actor.need_zone()
    with transaction(actor):
        found = payments.staff_event(actor=actor, event_id=ids.parse("evt", event_id))
        of_whom = [found.payout.business_id] if found.payout else []
        business = next(iter(zone.businesses(ids=of_whom).values()), None)
    context: dict[str, Any] = {
        "found": found,
        "event": found.event,
        "business": business,
        "form": form,
        "may_note": actor.zone_role in (ZoneRole.STAFF, ZoneRole.OPERATOR),
        "zone_nav": "money",
    }
    return render(request, "payments/staff_event.html", context, status=status)


def _wanted(request: HttpRequest) -> payments.EventFilter:
    given = request.GET
    return payments.EventFilter(
        attention=_word(payments.Attention, given.get("status")) or payments.Attention.WAITING,
        outcome=_word(payments.Outcome, given.get("outcome")),
        kind=_word(payments.EventKind, given.get("kind")),
        text=given.get("q", "")[: payments.SEARCH_LENGTH_MAX],
    )


def _word(words: type[_Word], value: str | None) -> _Word | None:
    try:
        return words(value) if value else None
    except ValueError:
        raise payments.EventFilterInvalid(value=(value or "")[:40]) from None


def _rows(found: Iterable[payments.StaffEvent]) -> Iterable[tuple[object, ...]]:
    for one in found:
        yield (
            one.received_at.astimezone(clock.WIB).strftime("%Y-%m-%d %H:%M:%S"),
            outcome(one.outcome),
            event_kind(one.kind),
            Money(one.amount_minor).amount,
            one.provider,
            one.reference,
            one.event_id,
            ids.public("pay", one.payment_id) if one.payment_id else "",
            ids.public("out", one.payout_id) if one.payout_id else "",
            one.note.at.astimezone(clock.WIB).strftime("%Y-%m-%d %H:%M:%S") if one.note else "",
            one.note.person_name if one.note else "",
            one.note.text if one.note else "",
        )
