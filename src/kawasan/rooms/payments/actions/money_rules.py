"""Setting dated rules about money."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from kawasan.core import clock
from kawasan.core.access import Actor, BusinessRole, ZoneRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries.money_rules import as_rule
from kawasan.rooms.payments.rules import money_rules as rules
from kawasan.rooms.payments.types import Level, MoneyRule, NewRule, RuleIdReused, RuleKind

LEVELS = tuple(level.value for level in Level)


@requires_transaction
def set_money_rule(*, actor: Actor, rule_id: UUID, rule: NewRule, at: datetime) -> MoneyRule:
    """
    Let a rule hold from today or a later day on; earlier rules stay as they are, as history.

    Staff and operators of the zone. Repeating an id with the same content returns the first rule. Raises
    Unauthenticated, Forbidden, RuleInvalid, RuleTooEarly, RuleIdReused.
    """
    actor.need_zone(ZoneRole.STAFF)
    return _store(rule_id, rule, actor, at)


@requires_transaction
def state_turnover(*, actor: Actor, business_id: UUID, rule_id: UUID, is_below: bool, at: datetime) -> MoneyRule:
    """
    State, as the owner, that this year's turnover stays below the limit of PMK 37/2025, or take the statement back.

    It holds from today to the end of the year. Repeating an id changes nothing. Raises NotFound, Forbidden,
    RuleIdReused.
    """
    actor.need_business(business_id, BusinessRole.OWNER)
    today = clock.business_day(at)
    statement = NewRule(
        kind=RuleKind.TURNOVER_STATEMENT,
        since=today,
        until=date(today.year + 1, 1, 1),
        business_id=business_id,
        is_on=is_below,
        authority="PMK 37/2025",
    )
    return _store(rule_id, statement, actor, at)


def _store(rule_id: UUID, rule: NewRule, actor: Actor, at: datetime) -> MoneyRule:
    row = models.MoneyRule.objects.filter(pk=rule_id).first()
    if row is None:
        rules.check_rule(rule, today=clock.business_day(at), levels=LEVELS)
        row = _row(rule_id, rule, actor, at)
        models.MoneyRule.objects.bulk_create([row], ignore_conflicts=True)
        row = models.MoneyRule.objects.get(pk=rule_id)
    wanted = _row(rule_id, rule, actor, at)
    names = ("kind", "business_id", "level", "since", "until", "is_on", "permille", "amount_minor", "number", "note")
    if any(getattr(row, name) != getattr(wanted, name) for name in names):
        raise RuleIdReused
    return as_rule(row)


def _row(rule_id: UUID, rule: NewRule, actor: Actor, at: datetime) -> models.MoneyRule:
    return models.MoneyRule(
        id=rule_id,
        kind=rule.kind.value,
        business_id=rule.business_id,
        level=rule.level,
        since=rule.since,
        until=rule.until,
        is_on=rule.is_on,
        permille=rule.permille,
        amount_minor=rule.amount_minor,
        number=rule.number,
        authority=rule.authority.strip(),
        note=rule.note.strip(),
        set_by=actor.person_id,
        set_at=at,
    )
