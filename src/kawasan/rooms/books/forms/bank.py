"""Bank accounts, files of statements, their columns, and rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms.entries import AmountField, BooksForm

# What a bank's line is most often; every other account that people may book to follows.
_OFTEN = (
    "6101", "6102", "6103", "6104", "6199", "1301", "4101", "4201", "7101", "2202", "2101", "1201", "3101", "3102",
)  # fmt: skip


def accounts_to_choose(chart: Sequence[books.Account], language: str, *, besides: str = "") -> list[tuple[str, str]]:
    """Return the accounts that a line can be booked to, the usual ones first."""
    known = {account.code: account.name(language) for account in chart if account.code not in books.KEPT_BY_ZONE}
    known.pop(besides, None)
    order = [*(code for code in _OFTEN if code in known), *(code for code in known if code not in _OFTEN)]
    return [(code, known[code]) for code in order]


class _NewForm(BooksForm):
    """A form with an id made when it was shown, so that sending it twice makes one thing."""

    id = forms.UUIDField(widget=forms.HiddenInput)


class BankForm(_NewForm):
    """An account at a bank."""

    name = forms.CharField(label=_("Bank"), max_length=60, widget=forms.TextInput(attrs={"placeholder": "BCA"}))
    number = forms.CharField(
        label=_("Account number"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Kept encrypted; only the last four figures are shown."),
    )


_ANYHOW = _("Take in lines that a file of another format seems to have brought")


class FileForm(BooksForm):
    """A statement as the bank gives it."""

    file = forms.FileField(
        label=_("Statement of the bank (CSV, OFX, MT940, camt.053)"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.ofx,.qfx,.sta,.mt940,.940,.xml"}),
    )
    anyhow = forms.BooleanField(label=_ANYHOW, required=False)


class ColumnsForm(BooksForm):
    """Which column of a CSV is what."""

    first = forms.IntegerField(label=_("The figures begin on line"), min_value=1, max_value=200)
    day = forms.TypedChoiceField(label=_("Day"), coerce=int)
    order = forms.ChoiceField(
        label=_("Days are written"),
        choices=[
            (books.Day.DAY_FIRST.value, "31/12/2026"),
            (books.Day.YEAR_FIRST.value, "2026-12-31"),
            (books.Day.MONTH_FIRST.value, "12/31/2026"),
        ],
    )
    text = forms.TypedChoiceField(label=_("Text"), coerce=int)
    party = forms.TypedChoiceField(label=_("Who"), coerce=int)
    amount = forms.TypedChoiceField(label=_("Amount, with a sign or DB and CR"), coerce=int)
    debit = forms.TypedChoiceField(label=_("Went out (debit)"), coerce=int)
    credit = forms.TypedChoiceField(label=_("Came in (credit)"), coerce=int)
    balance = forms.TypedChoiceField(label=_("Balance"), coerce=int)
    decimal = forms.ChoiceField(label=_("Amounts are written"), choices=[(".", "1,234,567.89"), (",", "1.234.567,89")])
    anyhow = forms.BooleanField(label=_ANYHOW, required=False)

    def __init__(
        self, *args: Any, rows: Sequence[Sequence[str]], columns: books.Columns, anyhow: bool = False, **kwargs: Any
    ) -> None:
        names = ("first", "day", "order", "text", "party", "amount", "debit", "credit", "balance", "decimal")
        kwargs["initial"] = {name: getattr(columns, name) for name in names} | {"anyhow": anyhow}
        super().__init__(*args, **kwargs)
        width = max((len(row) for row in rows), default=1)
        sample = [_sample(rows, place) for place in range(width)]
        some = [(place, f"{place + 1}: {text}") for place, text in enumerate(sample)]
        for name in ("day", "text", "party", "amount", "debit", "credit", "balance"):
            none = [] if name in ("day", "text") else [(-1, _("none"))]
            self.fields[name].choices = [*none, *some]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for an amount: in one column, or in two."""
        given = super().clean() or {}
        if given.get("amount", -1) < 0 and min(given.get("debit", -1), given.get("credit", -1)) < 0:
            raise forms.ValidationError(_("Choose the column of the amount, or both of what went out and came in."))
        return given

    @property
    def columns(self) -> books.Columns:
        """What was chosen; one column of amounts goes before two."""
        given = dict(self.cleaned_data)
        del given["anyhow"]
        given["order"] = books.Day(given["order"])
        if given["amount"] >= 0:
            given |= {"debit": -1, "credit": -1}
        return books.Columns(**given)


class RuleForm(_NewForm):
    """Which lines go to which account."""

    words = forms.CharField(label=_("Words in the text or name"), max_length=60)
    direction = forms.ChoiceField(
        label=_("Direction"), choices=[("", _("both ways")), ("out", _("Out")), ("in", _("In"))], required=False
    )
    account = forms.ChoiceField(label=_("Goes to"))
    from_minor = AmountField(label=_("Amount from"), required=False)
    upto_minor = AmountField(label=_("Amount to"), required=False)
    day_from = forms.IntegerField(label=_("From day of the month"), min_value=1, max_value=31, required=False)
    day_upto = forms.IntegerField(label=_("To day of the month"), min_value=1, max_value=31, required=False)

    def __init__(self, *args: Any, chart: Sequence[books.Account], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = accounts_to_choose(chart, language)  # type: ignore[attr-defined]

    @property
    def rule(self) -> books.Rule:
        """The rule as typed."""
        given: dict[str, Any] = dict(self.cleaned_data)
        rule_id: UUID = given.pop("id")
        return books.Rule(id=rule_id, **given)


def _sample(rows: Sequence[Sequence[str]], place: int) -> str:
    """Return what a column begins with, so that people can tell it by its content."""
    texts = [row[place] for row in rows if place < len(row) and row[place]]
    return " · ".join(text[:18] for text in texts[:2]) or "–"
