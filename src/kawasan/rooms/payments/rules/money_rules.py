"""Dated rules about money: which one holds, and which may be set."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from kawasan.rooms.payments.types import MoneyRule, NewRule, RuleInvalid, RuleKind, RuleTooEarly

NOTE_LENGTH_MAX = 300
AMOUNT_MAX = 10**15  # ten thousand billion rupiah: a slip of the keyboard, not a rule
DAYS_MAX = 180
MINUTES_MAX = 24 * 60 - 1
PERMILLE_MAX = 1000

# Which figures a kind has; everything else of a rule stays empty.
FIGURES: dict[RuleKind, tuple[str, ...]] = {
    RuleKind.RESERVE: ("permille", "number"),
    RuleKind.DEBT_CAP: ("amount_minor",),
    RuleKind.CUT_OFF: ("number",),
    RuleKind.WITHHOLDING: ("permille", "amount_minor"),
    RuleKind.TURNOVER_STATEMENT: (),
    RuleKind.BALANCE_MAX: ("amount_minor",),
    RuleKind.MONTH_MAX: ("amount_minor",),
    RuleKind.SEND_MAX: ("amount_minor",),
}
OF_LEVELS = (RuleKind.BALANCE_MAX, RuleKind.MONTH_MAX, RuleKind.SEND_MAX)
OF_BUSINESSES = (RuleKind.RESERVE, RuleKind.DEBT_CAP, RuleKind.TURNOVER_STATEMENT)


def rule_on(
    rules: Iterable[MoneyRule], kind: RuleKind, day: date, *, business_id: UUID | None = None, level: str = ""
) -> MoneyRule | None:
    """
    Return the rule of a kind that holds on a day: the business's own before the zone's, then the newest.

    Among rules of one day the one that was set last holds.
    """
    fitting = [
        rule
        for rule in rules
        if rule.kind is kind
        and rule.level == level
        and rule.business_id in (None, business_id)
        and rule.since <= day
        and (rule.until is None or day < rule.until)
    ]
    order = sorted(fitting, key=lambda rule: (rule.business_id is not None, rule.since, rule.set_at, rule.id))
    return order[-1] if order else None


def check_rule(rule: NewRule, *, today: date, levels: tuple[str, ...]) -> None:
    """Raise RuleInvalid or RuleTooEarly unless the rule could hold. Rules begin today or later."""
    limits = {"permille": PERMILLE_MAX, "amount_minor": AMOUNT_MAX, "number": DAYS_MAX}
    if rule.kind is RuleKind.CUT_OFF:
        limits["number"] = MINUTES_MAX
    for name, limit in limits.items():
        value = getattr(rule, name)
        if (value is not None) != (name in FIGURES[rule.kind]) or (value is not None and not 0 <= value <= limit):
            raise RuleInvalid(field=name, field_name=name)
    if (rule.level in levels) != (rule.kind in OF_LEVELS) or (rule.level and rule.kind not in OF_LEVELS):
        raise RuleInvalid(field="level", field_name="level")
    if rule.business_id is not None and rule.kind not in OF_BUSINESSES:
        raise RuleInvalid(field="business", field_name="business")
    if rule.business_id is None and rule.kind is RuleKind.TURNOVER_STATEMENT:
        raise RuleInvalid(field="business", field_name="business")
    if len(rule.note) > NOTE_LENGTH_MAX or len(rule.authority) > NOTE_LENGTH_MAX:
        raise RuleInvalid(field="note", field_name="note")
    if rule.since < today and rule.kind is not RuleKind.TURNOVER_STATEMENT:
        raise RuleTooEarly(field="since", earliest=today.isoformat())
