"""Reads of dated rules about money."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q

from kawasan.core.access import Actor
from kawasan.rooms.payments import models
from kawasan.rooms.payments.rules.money_rules import rule_on
from kawasan.rooms.payments.types import MoneyRule, RuleKind
from kawasan.rooms.zone import api as zone

RULES_MAX = 2_000


def rules_of(kinds: Iterable[RuleKind], *, business_ids: Iterable[UUID] = ()) -> list[MoneyRule]:
    """Return all rules of some kinds: the zone's, and those of these businesses."""
    whose = Q(business__isnull=True) | Q(business__in=list(business_ids))
    rows = models.MoneyRule.objects.filter(whose, kind__in=[kind.value for kind in kinds])
    return [as_rule(row) for row in rows.order_by("pk")[:RULES_MAX]]


def rule_now(kind: RuleKind, day: date, *, business_id: UUID | None = None, level: str = "") -> MoneyRule | None:
    """Return the rule of one kind that holds on a day, if any."""
    found = rules_of([kind], business_ids=[business_id] if business_id else [])
    return rule_on(found, kind, day, business_id=business_id, level=level)


def withholding_on(day: date) -> MoneyRule | None:
    """Return the rule by which the zone withholds income tax (PPh 22) on a day, or None where it withholds none."""
    rule = rule_now(RuleKind.WITHHOLDING, day)
    return rule if rule is not None and rule.is_on and rule.permille else None


def money_rules(*, actor: Actor, kind: RuleKind | None = None) -> tuple[MoneyRule, ...]:
    """Return every rule ever set, newest first, with who set it, for zone roles. Raises Unauthenticated, Forbidden."""
    actor.need_zone()
    rows = models.MoneyRule.objects.all() if kind is None else models.MoneyRule.objects.filter(kind=kind.value)
    found = [as_rule(row) for row in rows.order_by("-since", "-pk")[:RULES_MAX]]
    names = zone.person_names(ids={rule.set_by for rule in found if rule.set_by})
    firms = zone.businesses(ids=[rule.business_id for rule in found if rule.business_id])
    return tuple(_named(rule, names, {key: firm.name for key, firm in firms.items()}) for rule in found)


def as_rule(row: models.MoneyRule) -> MoneyRule:
    """Return a row as it crosses the door."""
    return MoneyRule(
        id=row.pk,
        kind=RuleKind(row.kind),
        since=row.since,
        set_at=row.set_at,
        business_id=row.business_id,
        level=row.level,
        until=row.until,
        is_on=row.is_on,
        permille=row.permille or 0,
        amount_minor=row.amount_minor or 0,
        number=row.number or 0,
        authority=row.authority,
        note=row.note,
        set_by=row.set_by,
    )


def _named(rule: MoneyRule, people: dict[UUID, str], firms: dict[UUID, str]) -> MoneyRule:
    from dataclasses import replace

    return replace(
        rule,
        set_by_name=people.get(rule.set_by, "") if rule.set_by else "",
        business_name=firms.get(rule.business_id, "") if rule.business_id else "",
    )
