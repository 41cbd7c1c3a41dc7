"""What a line of a statement could be: rules of the business, its own history, amounts that the books know."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from kawasan.rooms.books.types.bank import BankLine, Choice, Rule, RuleInvalid, Suggestion, Why
from kawasan.rooms.books.types.due import AgedDocument, Side

DAYS_APART_MAX = 7  # a payout or a card payment reaches the statement within a week
WORDS_LENGTH_MIN = 3
WORDS_LENGTH_MAX = 60
SHARE_MIN = 0.6  # of earlier lines of the same kind that went to one account


class Booked(NamedTuple):
    """A line of the books on the bank's account that no line of a statement is matched with."""

    source_id: UUID
    day: date
    amount_minor: int
    label: str


History = Mapping[str, Counter[str]]


def suggestion(
    line: BankLine,
    *,
    booked: Sequence[Booked],
    documents: Sequence[AgedDocument],
    rules: Sequence[Rule],
    history: History,
) -> Suggestion | None:
    """Return what a line most likely is: what is certain first, habit last."""
    return (
        _in_the_books(line, booked)
        or _document(line, documents)
        or next((_by_rule(rule) for rule in rules if applies(rule, line)), None)
        or _by_history(line, history)
    )


def _in_the_books(line: BankLine, booked: Sequence[Booked]) -> Suggestion | None:
    near = [
        item
        for item in booked
        if item.amount_minor == line.amount_minor and abs((item.day - line.day).days) <= DAYS_APART_MAX
    ]
    if not near:
        return None
    best = min(near, key=lambda item: (abs((item.day - line.day).days), item.source_id))
    return Suggestion(Why.SAME_AMOUNT, Choice("line", id=best.source_id), best.label, best.day)


def _document(line: BankLine, documents: Sequence[AgedDocument]) -> Suggestion | None:
    side = Side.RECEIVABLE if line.amount_minor > 0 else Side.PAYABLE
    fits = [item for item in documents if item.document.side is side and item.open_minor == abs(line.amount_minor)]
    named = [item for item in fits if _names(line, item)]
    # The same amount alone says little where several are open.
    if len(named) == 1 or (not named and len(fits) == 1):
        item = (named or fits)[0].document
        label = " ".join(part for part in (item.number, item.counterparty) if part)
        return Suggestion(Why.OPEN_DOCUMENT, Choice("document", source=item.source, id=item.id), label, item.due)
    return None


def _names(line: BankLine, item: AgedDocument) -> bool:
    said, document = words_of(line), item.document
    number = "".join(re.findall(r"\w+", document.number.lower()))
    name = " ".join(re.findall(r"\w+", document.counterparty.lower()))
    return bool(number and number in said.replace(" ", "")) or bool(name and name in said)


def applies(rule: Rule, line: BankLine) -> bool:
    """Whether a rule speaks of a line."""
    amount = abs(line.amount_minor)
    return (
        " ".join(re.findall(r"\w+", rule.words.lower())) in words_of(line)
        and (not rule.direction or (rule.direction == "in") == (line.amount_minor > 0))
        and (rule.from_minor is None or amount >= rule.from_minor)
        and (rule.upto_minor is None or amount <= rule.upto_minor)
        and (rule.day_from is None or line.day.day >= rule.day_from)
        and (rule.day_upto is None or line.day.day <= rule.day_upto)
    )


def _by_rule(rule: Rule) -> Suggestion:
    return Suggestion(Why.RULE, Choice("account", account=rule.account), rule.words)


def _by_history(line: BankLine, history: History) -> Suggestion | None:
    counts = history.get(habit_of(line), Counter())
    if not counts:
        return None
    account, times = counts.most_common(1)[0]
    if times < SHARE_MIN * sum(counts.values()):
        return None
    return Suggestion(Why.HISTORY, Choice("account", account=account))


def habit_of(line: BankLine) -> str:
    """Return what lines of one kind have in common: who, or the words without their figures, and the direction."""
    words = re.findall(r"[^\W\d_]{3,}", (line.party or line.text).lower())
    return f"{'in' if line.amount_minor > 0 else 'out'} {' '.join(words[:4])}"


def words_of(line: BankLine) -> str:
    """Return the words of a line as rules look at them."""
    return " ".join(re.findall(r"\w+", f"{line.text} {line.party}".lower()))


def check_rule(rule: Rule, accounts: Iterable[str]) -> None:
    """Raise RuleInvalid unless a rule can mean something."""
    words = "".join(re.findall(r"\w+", rule.words))
    days = [day for day in (rule.day_from, rule.day_upto) if day is not None]
    if (
        not len(words) >= WORDS_LENGTH_MIN
        or len(rule.words) > WORDS_LENGTH_MAX
        or rule.account not in accounts
        or rule.direction not in ("", "in", "out")
        or any(not 1 <= day <= 31 for day in days)
        or (len(days) == 2 and days[0] > days[1])
        or _is_turned(rule.from_minor, rule.upto_minor)
    ):
        raise RuleInvalid(field="words")


def _is_turned(low: int | None, high: int | None) -> bool:
    return low is not None and high is not None and low > high
