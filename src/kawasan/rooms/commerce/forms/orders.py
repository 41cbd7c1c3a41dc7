"""Shapes of what people type about orders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kawasan.core import ids
from kawasan.core.errors import Refusal
from kawasan.core.money import parse_rupiah
from kawasan.platform.problems import texts
from kawasan.rooms.commerce import api as commerce

COURIERS = (
    "JNE",
    "J&T",
    "SiCepat",
    "AnterAja",
    "Pos Indonesia",
    "TIKI",
    "Ninja Xpress",
    "Lion Parcel",
    "GoSend",
    "Grab",
)


class CheckoutForm(forms.Form):
    """Where the order goes and how it is paid. The group id makes a second click harmless."""

    group_id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Recipient's name"),
        max_length=commerce.SHIP_NAME_LENGTH_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=30,
        help_text=_("The courier calls this number, for example 0812-3456-7890."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )
    address = forms.CharField(
        label=_("Full address"),
        max_length=commerce.ADDRESS_LENGTH_MAX,
        help_text=_("Street and number, village, district, regency, post code."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )
    method = forms.ChoiceField(
        label=_("How do you want to pay?"),
        choices=[(commerce.Method.QRIS.value, _("QRIS: scan with any bank or e-wallet app")), ("wallet", _("Wallet"))],
        widget=forms.RadioSelect,
        initial=commerce.Method.QRIS.value,
    )

    def ship_to(self) -> commerce.ShipTo:
        """Return the address typed."""
        return commerce.ShipTo(*(self.cleaned_data[field] for field in ("name", "phone", "address")))


class ReasonForm(forms.Form):
    """Why something ends or is declined."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=3,
        max_length=commerce.REASON_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ShipForm(forms.Form):
    """The parcel."""

    courier = forms.CharField(
        label=_("Courier"),
        max_length=commerce.COURIER_LENGTH_MAX,
        widget=forms.TextInput(attrs={"list": "couriers"}),
    )
    tracking = forms.CharField(
        label=_("Tracking number"),
        max_length=commerce.TRACKING_LENGTH_MAX,
        help_text=_("As printed on the label of the parcel."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class ReturnForm(forms.Form):
    """Which units come back, and why: one number for each line of the order."""

    return_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, lines: Iterable[commerce.OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in lines if line.returnable]
        for line in self.lines:
            name = f"{line.product_name} ({line.variant_name})" if line.variant_name else line.product_name
            self.fields[f"line-{line.id}"] = forms.IntegerField(
                label=name,
                min_value=0,
                max_value=line.returnable,
                initial=line.returnable if len(self.lines) == 1 else 0,
                help_text=gettext("of %(count)s bought") % {"count": line.returnable},
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )
        self.fields["reason"] = ReasonForm.base_fields["reason"]

    def returned(self) -> list[commerce.ReturnedLine]:
        """Return the lines of which at least one unit comes back."""
        return [
            commerce.ReturnedLine(line.id, quantity)
            for line in self.lines
            if (quantity := self.cleaned_data.get(f"line-{line.id}"))
        ]


class DecisionForm(forms.Form):
    """A seller's answer to a return request."""

    amount = forms.CharField(
        label=_("Pay back"),
        max_length=30,
        help_text=_("The whole amount, or less where you agreed on less with the buyer."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    restock = forms.BooleanField(label=_("The goods are back and can be sold again"), required=False)

    def clean_amount(self) -> int:
        """Return the amount in minor units."""
        try:
            return parse_rupiah(self.cleaned_data["amount"]).minor
        except Refusal as refusal:
            raise forms.ValidationError(texts(refusal)[1]) from refusal


class ReviewForm(forms.Form):
    """Stars and words."""

    rating = forms.TypedChoiceField(
        label=_("Your rating"),
        coerce=int,
        choices=[(5, "★★★★★"), (4, "★★★★"), (3, "★★★"), (2, "★★"), (1, "★")],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("Your review"),
        required=False,
        max_length=commerce.REVIEW_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ReplyForm(forms.Form):
    """A seller's answer to a review."""

    text = forms.CharField(
        label=_("Your answer"),
        min_length=3,
        max_length=commerce.REASON_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def refuse(form: forms.Form, refusal: Refusal) -> None:
    """Show a refusal beside the field at fault, or above the form."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, texts(refusal)[1])


def fresh_id() -> UUID:
    """Return an id for a form, so that sending it twice does its work once."""
    return ids.uuid7()
