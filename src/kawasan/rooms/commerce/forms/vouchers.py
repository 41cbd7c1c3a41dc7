"""Forms of vouchers: what a shop or the zone's staff say of one, and the code that a buyer types."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kawasan.platform.wording import rupiah
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.forms.fields import MomentInput, RupiahField
from kawasan.rooms.commerce.forms.products import OnceForm


class VoucherForm(OnceForm):
    """A voucher: its code, what it takes off, from which purchase on, when, how often, and how much in all."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("What buyers type: letters and digits, such as LEBARAN25."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(label=_("Name for yourself"), max_length=commerce.VOUCHER_NAME_LENGTH_MAX)
    percent = forms.IntegerField(
        label=_("Discount in per cent"),
        required=False,
        min_value=1,
        max_value=commerce.PERCENT_MAX,
        help_text=_("Either per cent or rupiah, not both."),
    )
    amount = RupiahField(label=_("Discount in rupiah"), required=False)
    most = RupiahField(
        label=_("Highest discount"), required=False, help_text=_("For per cent: no more than this is taken off.")
    )
    least = RupiahField(label=_("Smallest purchase"), help_text=_("From this sum on the voucher holds."))
    budget = RupiahField(
        label=_("Budget"), help_text=_("All discounts together never come to more; then the voucher is used up.")
    )
    per_buyer = forms.IntegerField(
        label=_("How often for each buyer"), min_value=1, max_value=commerce.PER_BUYER_MAX, initial=1
    )
    paid_from = forms.ChoiceField(label=_("Money for the discount"), choices=[], required=False)
    starts_at = forms.DateTimeField(label=pgettext_lazy("period", "From"), widget=MomentInput, help_text=_("WIB."))
    ends_at = forms.DateTimeField(label=_("Until"), widget=MomentInput)

    def __init__(self, *args: Any, money: tuple[int, int] | None = None, **more: Any) -> None:
        """``money`` is what promotions and fees hold, for a voucher of the zone; a shop bears its own."""
        super().__init__(*args, **more)
        if money is None:
            del self.fields["paid_from"]
            return
        free, earned = map(rupiah, money)
        self.fields["paid_from"].choices = [  # type: ignore[attr-defined]
            ("fees", _("The zone's fees ({amount})").format(amount=earned)),
            ("promotion", _("Promotion money ({amount})").format(amount=free)),
        ]
        self.fields["paid_from"].initial = "promotion" if money[0] > 0 else "fees"

    def voucher(self, *, business_id: UUID | None) -> commerce.NewVoucher:
        """Return the voucher that the form describes."""
        given = self.cleaned_data
        return commerce.NewVoucher(
            id=given["request_id"],
            code=given["code"],
            name=given["name"],
            percent_bp=(given["percent"] or 0) * 100,
            amount_minor=given["amount"] or 0,
            most_minor=given["most"],
            least_minor=given["least"],
            per_buyer=given["per_buyer"],
            budget_minor=given["budget"],
            starts_at=given["starts_at"],
            ends_at=given["ends_at"],
            business_id=business_id,
            is_promotion=given.get("paid_from") == "promotion",
        )


class CodeForm(forms.Form):
    """A voucher's code at the checkout."""

    voucher = forms.CharField(
        label=_("Voucher"),
        required=False,
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false", "form": "checkout"}
        ),
    )
