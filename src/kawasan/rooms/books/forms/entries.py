"""Entries, closings, taxes, periods: what people type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kawasan.core import ids
from kawasan.core.errors import NotFound, Refusal
from kawasan.core.money import UnreadableAmount, parse_rupiah
from kawasan.platform.problems import texts
from kawasan.rooms.books import api as books

# Accounts that an owner chooses from; the whole chart is for accountants and programs.
MONEY = ("1101", "1102", "1104")
CASH_LINE = "Kas dan setara kas"
DUE_DAYS = 30  # what people here usually agree on
OUT_ONLY = ("2101",)  # bought and not paid yet
IN_ONLY = ("1201",)  # sold and not paid yet
OUT = (
    "1301", "6101", "6102", "6103", "6104", "6199", "1504", "1503", "1401", "2101", "2401", "2202", "2201", "7101",
    "3102",
)  # fmt: skip
IN = ("4101", "4201", "1201", "3101", "2401")
OPENING = ("1101", "1102", "1104", "1201", "1301", "1504", "2101", "2401")

TAXPAYERS = {
    books.Taxpayer.INDIVIDUAL: _("An individual"),
    books.Taxpayer.SOLE_COMPANY: _("A one-person company (PT perorangan)"),
    books.Taxpayer.COMPANY: _("A company (PT)"),
    books.Taxpayer.CV: _("A CV"),
    books.Taxpayer.FIRM: _("A firm"),
    books.Taxpayer.COOPERATIVE: _("A cooperative"),
    books.Taxpayer.VILLAGE: _("A village company (BUMDes)"),
    books.Taxpayer.OTHER: _("Something else"),
}


class AmountField(forms.CharField):
    """An amount as people write it, in the minor unit: Rp25.000 or 25000. ``zero`` allows nothing at all."""

    def __init__(self, *, zero: bool = False, **kwargs: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "placeholder": "150.000"}
        super().__init__(max_length=30, widget=forms.TextInput(attrs=attributes), **kwargs)
        self.zero = zero

    def clean(self, value: Any) -> Any:
        """Return minor units; the field's error is the refusal's own text."""
        text = super().clean(value)
        if not text:
            return None
        try:
            minor = parse_rupiah(text).minor
        except UnreadableAmount as refusal:
            raise forms.ValidationError(texts(refusal)[1]) from refusal
        if minor < 0 or (minor == 0 and not self.zero):
            raise forms.ValidationError(_("Write an amount above zero."))
        return minor


class BooksForm(forms.Form):
    """A form that shows what the door refused, beside the field at fault."""

    def add_refusal(self, refusal: Refusal) -> None:
        """Show a refusal beside its field, or above the form."""
        title, detail = texts(refusal)
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, detail or title)


class EntryForm(BooksForm):
    """A form with an id made when it was shown, so that sending it twice books once."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def clean_id(self) -> UUID:
        """Return the id that was made when the form was shown."""
        try:
            return ids.parse(books.ENTRY_PREFIX, self.cleaned_data["id"])
        except NotFound:
            raise forms.ValidationError(_("Reload the page and try again.")) from None


class RecordForm(EntryForm):
    """Money that went out or came in."""

    direction = forms.ChoiceField(choices=[("out", _("Out")), ("in", _("In"))], widget=forms.HiddenInput)
    amount = AmountField(label=_("Amount"))
    category = forms.ChoiceField(label=_("What for"))
    money = forms.ChoiceField(label=_("From or to"))
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    memo = forms.CharField(label=_("Note"), max_length=200, required=False)
    counterparty = forms.CharField(
        label=_("Not paid yet: who owes it"), max_length=books.COUNTERPARTY_LENGTH_MAX, required=False
    )
    due = forms.DateField(
        label=_("To be paid by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), required=False
    )

    def __init__(
        self, *args: Any, accounts: Mapping[str, books.Account], language: str, direction: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        is_out = direction == "out"
        money = (*MONEY, *(OUT_ONLY if is_out else IN_ONLY))
        own = [code for code, account in accounts.items() if account.is_own]
        self._choose("category", (*(OUT if is_out else IN), *own), accounts, language)
        self._choose("money", money, accounts, language)
        self.fields["money"].label = _("Paid from") if is_out else _("Received in")

    @property
    def new_due(self) -> books.NewDue | None:
        """Who owes what the entry leaves open, where somebody is named: due in thirty days unless said otherwise."""
        given = self.cleaned_data
        if not given["counterparty"]:
            return None
        return books.NewDue(given["counterparty"], given["due"] or given["day"] + timedelta(days=DUE_DAYS))

    def _choose(self, field: str, codes: Iterable[str], accounts: Mapping[str, books.Account], language: str) -> None:
        choices = [(code, accounts[code].name(language)) for code in codes]
        self.fields[field].choices = choices  # type: ignore[attr-defined]


class SettleForm(EntryForm):
    """What was paid of an open document, from or into which account."""

    amount = AmountField(label=_("Amount"))
    money = forms.ChoiceField(label=_("From or to"))
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, accounts: Mapping[str, books.Account], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = (*MONEY, *(code for code, account in accounts.items() if account.is_own and account.line == CASH_LINE))
        self.fields["money"].choices = [(code, accounts[code].name(language)) for code in codes]  # type: ignore[attr-defined]


class OpeningForm(EntryForm):
    """What the business had and owed when its books began."""

    day = forms.DateField(
        label=_("The books begin on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, accounts: Mapping[str, books.Account], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in OPENING:
            self.fields[f"a{code}"] = AmountField(label=accounts[code].name(language), required=False, zero=True)

    @property
    def amounts(self) -> dict[str, int]:
        """What was typed, by account."""
        return {code: self.cleaned_data[f"a{code}"] or 0 for code in OPENING}


class CloseForm(BooksForm):
    """The value of the stock at the month's end, where the business keeps any."""

    stock = AmountField(label=_("Value of your stock at the end of the month"), required=False, zero=True)


class ReasonForm(BooksForm):
    """Why a month is reopened."""

    reason = forms.CharField(label=_("Why is it reopened?"), max_length=300, required=False)


class TaxProfileForm(BooksForm):
    """How the business pays taxes."""

    taxpayer = forms.ChoiceField(label=_("The business is"), choices=list(TAXPAYERS.items()))
    registered_year = forms.IntegerField(label=_("Registered as a taxpayer since"), min_value=1950, max_value=2100)
    is_pkp = forms.BooleanField(label=_("It is registered for PPN (PKP)"), required=False)
    reminds = forms.BooleanField(
        label=_("Mail the owners three days before taxes are due, and on the day"), required=False
    )


class PeriodForm(BooksForm):
    """A period of whole days."""

    dari = forms.DateField(
        label=pgettext_lazy("period", "From"),
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )
    sampai = forms.DateField(
        label=pgettext_lazy("period", "to"),
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        given = super().clean() or {}
        first, last = given.get("dari"), given.get("sampai")
        if isinstance(first, date) and isinstance(last, date) and not books.DAY_MIN <= first <= last:
            raise forms.ValidationError(_("The period ends before it begins."))
        return given


class DutyForm(BooksForm):
    """That something due was paid or filed."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=40)
    reference = forms.CharField(max_length=60, required=False)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    money = forms.ChoiceField(label=_("Paid from"), required=False)

    def __init__(
        self, *args: Any, accounts: Mapping[str, books.Account], language: str, is_paid: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reference"]
        field.label = _("NTPN") if is_paid else _("Number of the receipt (BPE), if you have it")
        if not is_paid:
            del self.fields["money"]
            return
        field.required = True
        field.help_text = _("Sixteen letters and digits on the receipt of your bank.")
        own = [code for code, account in accounts.items() if account.is_own and account.line == CASH_LINE]
        choices = [(code, accounts[code].name(language)) for code in (*MONEY, *own)]
        known = ("", _("The books have the payment already (from the bank statement)"))
        self.fields["money"].choices = [*choices, known]  # type: ignore[attr-defined]

    def clean_id(self) -> UUID:
        """Return the id that was made when the form was shown."""
        try:
            return ids.parse(books.DONE_PREFIX, self.cleaned_data["id"])
        except NotFound:
            raise forms.ValidationError(_("Reload the page and try again.")) from None
