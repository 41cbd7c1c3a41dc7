"""Reads of wallets: what holds for one, what staff sees of it, and money between people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from kawasan.core import clock
from kawasan.core.access import Actor, ZoneRole
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries.money_rules import rules_of
from kawasan.rooms.payments.rules.money_rules import rule_on
from kawasan.rooms.payments.rules.names import mask_name
from kawasan.rooms.payments.types import (
    Appeal,
    Level,
    Limit,
    PaymentStatus,
    Purpose,
    RuleKind,
    SendNotFound,
    WalletState,
    WalletStep,
    WalletTransfer,
    WalletView,
)
from kawasan.rooms.zone import api as zone

TRANSFERS_SHOWN = 10
WALLETS_SHOWN = 50
APPEALS_SHOWN = 100
_LIMITS = (RuleKind.BALANCE_MAX, RuleKind.MONTH_MAX, RuleKind.SEND_MAX)


def wallet_state(*, person_id: UUID, at: datetime) -> WalletState:
    """Return what holds for a person's wallet now: level, limits, frozen or not and why, the newest appeal."""
    step = last_step(person_id)
    level = Level(step.level) if step else Level.UNVERIFIED
    rules, day = rules_of(_LIMITS), clock.business_day(at)
    found = [rule_on(rules, kind, day, level=level.value) for kind in _LIMITS]
    limits = [Limit(rule.amount_minor, rule.authority) if rule else Limit(0, "") for rule in found]
    appeal = models.Appeal.objects.filter(person=person_id).order_by("-pk").first()
    return WalletState(
        person_id=person_id,
        level=level,
        is_frozen=bool(step and step.is_frozen),
        reason=step.reason if step and step.is_frozen else "",
        frozen_at=step.at if step and step.is_frozen else None,
        balance_max=limits[0],
        month_max=limits[1],
        send_max=limits[2],
        came_this_month_minor=came_this_month(person_id, at),
        appeal=_appeals([appeal])[0] if appeal else None,
    )


def came_this_month(person_id: UUID, at: datetime) -> int:
    """Return what came into a wallet this month (WIB) by top-ups and from other people; refunds do not count."""
    start = clock.day_bounds(clock.business_day(at).replace(day=1))[0]
    topped = models.Payment.objects.filter(
        payer=person_id, purpose=Purpose.TOP_UP.value, status=PaymentStatus.PAID.value, paid_at__gte=start
    )
    sent = models.WalletTransfer.objects.filter(recipient=person_id, sent_at__gte=start)
    return sum(int(rows.aggregate(total=Sum("amount_minor"))["total"] or 0) for rows in (topped, sent))


def open_top_ups(person_id: UUID, at: datetime) -> int:
    """Return what may still come into a wallet by top-ups that were asked for."""
    rows = models.Payment.objects.filter(
        payer=person_id, purpose=Purpose.TOP_UP.value, status=PaymentStatus.REQUESTED.value, expires_at__gt=at
    )
    return int(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)


def sent_transfer(*, actor: Actor, transfer_id: UUID) -> WalletTransfer:
    """Return a transfer of the caller, prepared or sent. Raises Unauthenticated, SendNotFound."""
    row = models.WalletTransfer.objects.filter(pk=transfer_id, sender=actor.need_person()).first()
    if row is None:
        raise SendNotFound
    return as_transfer(row)


def sent_transfers(*, actor: Actor) -> tuple[WalletTransfer, ...]:
    """Return the caller's newest transfers to other people. Raises Unauthenticated."""
    rows = models.WalletTransfer.objects.filter(sender=actor.need_person(), sent_at__isnull=False).order_by("-sent_at")
    return tuple(as_transfer(row) for row in rows[:TRANSFERS_SHOWN])


def wallets(*, actor: Actor, text: str = "", at: datetime) -> tuple[WalletView, ...]:
    """
    Return wallets for the zone's staff: of people whose name or address begins so, or (no text) those that are frozen.

    Balances and movements stay the person's own. Raises Unauthenticated, Forbidden.
    """
    actor.need_zone(ZoneRole.STAFF)
    if text.strip():
        people = [one.id for one in zone.search_people(actor=actor, text=text)]
    else:
        newest = models.WalletStep.objects.order_by("person", "-at", "-pk").distinct("person")
        people = [row.person_id for row in newest if row.is_frozen]
    return tuple(_view(one, at) for one in people[:WALLETS_SHOWN])


def wallet_view(*, actor: Actor, person_id: UUID, at: datetime) -> WalletView:
    """Return one wallet for the zone's staff. Raises Unauthenticated, Forbidden, UnknownPerson."""
    actor.need_zone(ZoneRole.STAFF)
    return _view(person_id, at)


def open_appeals(*, actor: Actor) -> tuple[Appeal, ...]:
    """Return appeals that wait for an answer, oldest first, for the zone's staff. Raises Unauthenticated, Forbidden."""
    actor.need_zone(ZoneRole.STAFF)
    return tuple(_appeals(models.Appeal.objects.filter(answered_at__isnull=True).order_by("pk")[:APPEALS_SHOWN]))


def last_step(person_id: UUID) -> models.WalletStep | None:
    """Return the newest thing that staff decided about a wallet."""
    return models.WalletStep.objects.filter(person=person_id).order_by("-at", "-pk").first()


def as_transfer(row: models.WalletTransfer) -> WalletTransfer:
    """Return a row as it crosses the door: the recipient's name masked."""
    name = zone.person_names(ids={row.recipient_id}).get(row.recipient_id, "")
    return WalletTransfer(
        id=row.pk,
        sender_id=row.sender_id,
        recipient_id=row.recipient_id,
        masked_recipient=mask_name(name),
        amount_minor=row.amount_minor,
        note=row.note,
        prepared_at=row.prepared_at,
        sent_at=row.sent_at,
    )


def _view(person_id: UUID, at: datetime) -> WalletView:
    person = zone.person_of(person_id=person_id)
    steps = list(models.WalletStep.objects.filter(person=person_id).order_by("-pk"))
    names = zone.person_names(ids={row.set_by for row in steps})
    return WalletView(
        person_id=person_id,
        name=person.name,
        masked_email=zone.mask_email(person.email),
        state=wallet_state(person_id=person_id, at=at),
        steps=tuple(
            WalletStep(row.pk, Level(row.level), row.is_frozen, row.reason, names.get(row.set_by, ""), row.at)
            for row in steps
        ),
        appeals=tuple(_appeals(models.Appeal.objects.filter(person=person_id).order_by("-pk"))),
    )


def _appeals(rows: Iterable[models.Appeal]) -> list[Appeal]:
    found = list(rows)
    who = {row.person_id for row in found} | {row.answered_by for row in found if row.answered_by}
    names = zone.person_names(ids=who)
    return [
        Appeal(
            id=row.pk,
            person_id=row.person_id,
            person_name=names.get(row.person_id, ""),
            text=row.text,
            at=row.at,
            answer=row.answer,
            answered_by_name=names.get(row.answered_by, "") if row.answered_by else "",
            answered_at=row.answered_at,
        )
        for row in found
    ]
