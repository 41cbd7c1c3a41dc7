"""What people type about money."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from kawasan.core import ids
from kawasan.core.errors import NotFound, Refusal
from kawasan.core.money import Money, UnreadableAmount, parse_rupiah, rupiah
from kawasan.platform.problems import texts
from kawasan.rooms.payments import api as payments

SUGGESTIONS = tuple(rupiah(whole) for whole in (50_000, 100_000, 250_000, 500_000, 1_000_000))
PAYLOAD_LENGTH_MAX = 600


class RupiahField(forms.CharField):
    """An amount as people write it: Rp25.000 or 25000."""

    def clean(self, value: Any) -> Any:
        """Return Money; the field's error is the refusal's own text."""
        text = super().clean(value)
        try:
            return parse_rupiah(text) if text else None
        except UnreadableAmount as refusal:
            raise forms.ValidationError(texts(refusal)[1]) from refusal


class ClientMadeForm(forms.Form):
    """A form with an id made when it was shown, so that sending it twice does it once."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=40)
    prefix_of_id = "pay"

    def clean_id(self) -> UUID:
        """Return the id that was made when the form was shown."""
        try:
            return ids.parse(self.prefix_of_id, self.cleaned_data["id"])
        except NotFound:
            raise forms.ValidationError(_("Reload the page and try again.")) from None

    def add_refusal(self, refusal: Refusal) -> None:
        """Show a refusal beside its field, or above the form."""
        title, detail = texts(refusal)
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, detail or title)


class TopUpForm(ClientMadeForm):
    """How much shall come into the wallet: a suggestion or an own amount."""

    amount = RupiahField(
        label=_("Amount"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "placeholder": "100.000"}),
    )


class PayoutForm(ClientMadeForm):
    """How much shall go to the confirmed bank account."""

    prefix_of_id = "out"
    amount = RupiahField(
        label=_("Amount"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "placeholder": "500.000"}),
    )


class EventNoteForm(ClientMadeForm):
    """What somebody of the zone found when they looked at an event."""

    prefix_of_id = "evn"
    text = forms.CharField(
        label=_("Note"),
        max_length=2000,  # the door says how long a note may be
        required=False,
        help_text=_("What you found or did. Please write no account or identity numbers."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def typed(amount: Money) -> str:
    """Return whole rupiah as people type them into a field: 100.000."""
    return f"{amount.minor // 100:,}".replace(",", ".")


def payment_url(found: payments.Payment, onward: str = "") -> str:
    """Return the address of a payment's page, with the page to go on to once it is paid."""
    url = reverse("pay:payment", args=[found.public_id])
    return f"{url}?{urlencode({'next': onward})}" if onward else url
