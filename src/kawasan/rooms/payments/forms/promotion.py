"""What staff copies from the bank's statement about promotion money."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.forms.payments import ClientMadeForm, RupiahField


class PromotionForm(ClientMadeForm):
    """One transfer of the bank, into the promotion budget or out of it."""

    prefix_of_id = payments.PROMOTION_PREFIX
    way = forms.ChoiceField(
        label=_("In or out"),
        choices=[("in", _("Money came in for promotions")), ("out", _("Money went out again"))],
    )
    amount = RupiahField(
        label=_("Amount"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "placeholder": "5.000.000"}),
    )
    day = forms.DateField(
        label=_("Day on the statement"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    bank_reference = forms.CharField(
        label=_("Reference of the bank"), max_length=payments.PROMOTION_REFERENCE_LENGTH_MAX
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False, help_text=_("Who paid, and what for."))
