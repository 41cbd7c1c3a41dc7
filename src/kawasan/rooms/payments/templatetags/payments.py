"""How movements of money are called on a page."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from kawasan.core.errors import msg
from kawasan.core.money import Money, format_money
from kawasan.platform.i18n import language
from kawasan.platform.wording import percentage
from kawasan.rooms.payments.api import (
    FIGURES,
    MOVEMENTS,
    Attention,
    DifferenceKind,
    EventKind,
    Line,
    MoneyRule,
    Outcome,
    PaymentCode,
    Repair,
    RuleKind,
    ShopCodeKind,
)

register = template.Library()

_OUTCOMES = {
    Outcome.LATE: msg("Came too late"),
    Outcome.AGAIN: msg("Paid a second time"),
    Outcome.OTHER_AMOUNT: msg("Another amount than asked"),
    Outcome.UNKNOWN_REFERENCE: msg("Names no payment of ours"),
    Outcome.CONTRADICTION: msg("Contradicts an earlier message"),
    Outcome.SENT_BACK: msg("Came in another currency, goes back"),
    Outcome.PAYOUT_RETURNED: msg("Payout came back"),
}
_TONES = {
    Outcome.LATE: "nila",
    Outcome.AGAIN: "nila",
    Outcome.OTHER_AMOUNT: "warm",
    Outcome.SENT_BACK: "nila",
    Outcome.PAYOUT_RETURNED: "warm",
    Outcome.UNKNOWN_REFERENCE: "bad",
    Outcome.CONTRADICTION: "bad",
}
_SHOP_CODES = {ShopCodeKind.STATIC: msg("Code on the wall"), ShopCodeKind.COUNTER: msg("Code at the counter")}
_CRITERIA = {
    "UMI": msg("micro (UMI)"),
    "UKE": msg("small (UKE)"),
    "UME": msg("medium (UME)"),
    "UBE": msg("large (UBE)"),
    "URE": msg("regular (URE)"),
    "PSO": msg("public service obligation (PSO)"),
    "BLU": msg("public service body (BLU)"),
}
_KINDS = {
    EventKind.PAID: msg("Money came"),
    EventKind.FAILED: msg("Payment refused"),
    EventKind.PAYOUT: msg("Payout to a bank"),
}
_ATTENTIONS = {
    Attention.WAITING: msg("Waiting to be seen"),
    Attention.SEEN: msg("Already seen"),
    Attention.ALL: msg("All events"),
}


_RULES = {
    RuleKind.RESERVE: msg("Reserve"),
    RuleKind.DEBT_CAP: msg("Most that a business may owe"),
    RuleKind.CUT_OFF: msg("Payouts on the same day until"),
    RuleKind.WITHHOLDING: msg("Income tax withheld (PPh 22)"),
    RuleKind.TURNOVER_STATEMENT: msg("Statement of low turnover"),
    RuleKind.BALANCE_MAX: msg("Most that a wallet holds"),
    RuleKind.MONTH_MAX: msg("Most that comes into a wallet in a month"),
    RuleKind.SEND_MAX: msg("Most that is sent to another person at once"),
}


@register.filter
def rule_kind(value: RuleKind) -> str:
    """Return what a rule is about, in the reader's language."""
    return gettext(_RULES[value])


@register.filter
def rule_figures(rule: MoneyRule) -> str:
    """Return a rule's figures as people say them."""
    parts = {
        "permille": percentage(Decimal(rule.permille) / 1000),
        "amount_minor": format_money(Money(rule.amount_minor), language()),
        "number": f"{rule.number // 60:02d}:{rule.number % 60:02d}"
        if rule.kind is RuleKind.CUT_OFF
        else ngettext("%(count)s day", "%(count)s days", rule.number) % {"count": rule.number},
    }
    return " · ".join(parts[name] for name in FIGURES[rule.kind]) or "–"


@register.filter
def outcome(value: Outcome) -> str:
    """Return what an event did, in the reader's language."""
    return gettext(_OUTCOMES[value]) if value in _OUTCOMES else str(value)


@register.filter
def outcome_tone(value: Outcome) -> str:
    """Return the colour of what an event did."""
    return _TONES.get(value, "")


@register.filter
def event_kind(value: EventKind) -> str:
    """Return what an event is about, in the reader's language."""
    return gettext(_KINDS[value])


@register.filter
def attention(value: Attention) -> str:
    """Return the name of a list of events, in the reader's language."""
    return gettext(_ATTENTIONS[value])


@register.filter
def movement(line: Line) -> str:
    """Return what a movement of money was, in the reader's language."""
    return gettext(MOVEMENTS[line.code])


# Movements of an order, which buyer and seller can open; other references have no page of their own.
_OF_ORDERS = frozenset(
    {
        PaymentCode.PAY_WALLET,
        PaymentCode.PAY_QRIS,
        PaymentCode.REFUND,
        PaymentCode.REFUND_FROM_SELLER,
        PaymentCode.RELEASE,
        PaymentCode.FEE,
        PaymentCode.FEE_BACK,
    }
)


@register.simple_tag(takes_context=True)
def reference_address(context: template.Context, line: Line) -> str:
    """``{% reference_address line %}``: where the reader sees what a movement is for, or nothing."""
    business = context.get("business")
    where, reference = [business.slug] if business else [], line.shown_reference
    name = ("seller:order" if business else "shop:order") if line.code in _OF_ORDERS else ""
    if line.code is PaymentCode.GOODS_BOUGHT and not business:
        name = "waste:visit"
    try:
        return reverse(name, args=[*where, reference]) if name else ""
    except NoReverseMatch:  # a zone without that room
        return ""


_DIFFERENCES = {
    DifferenceKind.MISSING_HERE: msg("The provider has money that we never counted"),
    DifferenceKind.MISSING_ABROAD: msg("Money in another currency that we never counted"),
    DifferenceKind.MISSING_THERE: msg("We counted money that the provider does not list"),
    DifferenceKind.OTHER_AMOUNT: msg("The amounts differ"),
}
_REPAIRS = {
    Repair.TAKEN_OVER: msg("Taken over"),
    Repair.NOTED: msg("Settled outside"),
    Repair.AGREES: msg("Agrees by now"),
}


@register.filter
def difference_kind(value: DifferenceKind) -> str:
    """Return how two lists differ, in the reader's language."""
    return gettext(_DIFFERENCES[value])


@register.filter
def repair_name(value: Repair) -> str:
    """Return what was done about a difference, in the reader's language."""
    return gettext(_REPAIRS[value])


@register.filter
def shop_code_kind(kind: ShopCodeKind) -> str:
    """Return which code of a shop was paid, in words."""
    return gettext(_SHOP_CODES[kind])


@register.filter
def shop_outcome(outcome: Outcome) -> str:
    """Return what did not fit about a payment to a shop, in words."""
    return gettext(_OUTCOMES[outcome])


@register.filter
def merchant_criteria(criteria: str) -> str:
    """Return a merchant's criteria in words."""
    return gettext(_CRITERIA[criteria]) if criteria in _CRITERIA else criteria


@register.filter
def fee_rate(rate: Decimal) -> str:
    """Return a rate as people read it: 0,7 %."""
    return f"{number_format(f'{(rate * 100).normalize():f}')} %"


@register.filter
def whole_rupiah(minor: int) -> int:
    """Return an amount in whole rupiah, for programs on a page."""
    return minor // 100
