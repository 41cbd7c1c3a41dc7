"""What people type about wallets, bank accounts, statements and rules."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kawasan.core import clock
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.forms.payments import ClientMadeForm, RupiahField

DAY = forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")


class SendForm(ClientMadeForm):
    """Who shall get how much."""

    prefix_of_id = "wtr"
    email = forms.EmailField(label=_("E-mail of the recipient"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    amount = RupiahField(
        label=_("Amount"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "placeholder": "50.000"}),
    )
    note = forms.CharField(label=_("Note"), max_length=payments.SEND_NOTE_LENGTH_MAX, required=False)


class AppealForm(ClientMadeForm):
    """Why a wallet should not be frozen."""

    prefix_of_id = "apl"
    text = forms.CharField(
        label=_("Your appeal"), max_length=payments.WORDS_LENGTH_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )


class AppealAnswerForm(forms.Form):
    """Granted or not, and why."""

    decision = forms.ChoiceField(
        label=_("Decision"), choices=[("refuse", _("The wallet stays frozen")), ("grant", _("Free the wallet"))]
    )
    answer = forms.CharField(
        label=_("Answer"), max_length=payments.WORDS_LENGTH_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )


class WalletStepForm(ClientMadeForm):
    """What staff decides about a wallet."""

    prefix_of_id = "wst"
    step = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            ("verified", _("Identity checked")),
            ("unverified", _("Identity not checked any more")),
            ("freeze", _("Freeze the wallet")),
            ("free", _("Free the wallet")),
        ],
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=payments.WORDS_LENGTH_MAX,
        help_text=_("The person reads it. Please write no identity numbers."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def decision(self) -> dict[str, Any]:
        """Return what was chosen as the door takes it."""
        step = self.cleaned_data["step"]
        if step in ("freeze", "free"):
            return {"is_frozen": step == "freeze"}
        return {"level": payments.Level(step)}


class BankAccountForm(ClientMadeForm):
    """Where a business wants its money, and how often."""

    prefix_of_id = "bac"
    bank = forms.ChoiceField(label=_("Bank"), choices=[("", "—"), *payments.BANKS.items()])
    number = forms.CharField(
        label=_("Account number"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    holder = forms.CharField(
        label=_("Account holder"), max_length=60, help_text=_("As it stands in the bank book. We ask the bank for it.")
    )
    rhythm = forms.ChoiceField(
        label=_("Pay out"),
        choices=[
            ("weekly", _("Every week")),
            ("daily", _("Every banking day")),
            ("manual", _("Only when I ask for it")),
        ],
    )
    smallest = RupiahField(label=_("From this balance on"), max_length=30, initial="100.000")


class PeriodForm(forms.Form):
    """The days of a statement."""

    start = forms.DateField(label=_("From"), widget=DAY)
    end = forms.DateField(label=_("Until"), widget=DAY)

    @classmethod
    def of(cls, given: Any) -> PeriodForm:
        """Return the form as it was sent, or this month so far."""
        today = clock.business_day(clock.now())
        start = today.replace(day=1) if today.day > 1 else today - timedelta(days=1)
        return cls({"start": given.get("start") or start, "end": given.get("end") or today})

    def days(self) -> tuple[date, date] | None:
        """Return the first and the last day, where both can be read."""
        return (self.cleaned_data["start"], self.cleaned_data["end"]) if self.is_valid() else None


class RuleForm(ClientMadeForm):
    """A dated rule about money."""

    prefix_of_id = "rul"
    kind = forms.ChoiceField(label=_("Rule"))
    since = forms.DateField(label=_("From this day on"), widget=DAY)
    business = forms.SlugField(
        label=_("Only for the business"), required=False, help_text=_("The last part of its shop's address.")
    )
    level = forms.ChoiceField(
        label=_("Only for wallets"),
        required=False,
        choices=[("", "—"), ("unverified", _("Identity not checked")), ("verified", _("Identity checked"))],
    )
    permille = forms.IntegerField(label=_("Share in thousandths"), required=False, min_value=0, max_value=1000)
    amount = RupiahField(label=_("Amount"), max_length=30, required=False)
    number = forms.IntegerField(label=_("Days, or minutes after midnight"), required=False, min_value=0, max_value=1439)
    is_on = forms.BooleanField(label=_("Switched on"), required=False, initial=True)
    authority = forms.CharField(
        label=_("Law or office"), max_length=300, required=False, help_text=_("Where the figures come from.")
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
