"""Forms of campaigns: what staff say of one, and what a seller enters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.forms.fields import MomentInput, RupiahField
from kawasan.rooms.commerce.forms.products import OnceForm


class CampaignForm(OnceForm):
    """A campaign: its name, address, period, and whether staff look at each product first."""

    name = forms.CharField(label=_("Name of the campaign"), max_length=commerce.CAMPAIGN_NAME_LENGTH_MAX)
    slug = forms.CharField(
        label=_("Address"),
        max_length=40,
        help_text=_("The last part of its page's address, such as belanja-11-11."),
    )
    summary = forms.CharField(
        label=_("What buyers read"),
        required=False,
        max_length=commerce.CAMPAIGN_SUMMARY_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    starts_at = forms.DateTimeField(
        label=pgettext_lazy("period", "From"),
        widget=MomentInput,
        help_text=_("WIB, exact to the second. Its prices hold from this second on."),
    )
    ends_at = forms.DateTimeField(
        label=_("Until"), widget=MomentInput, help_text=_("At this second the ordinary prices are back.")
    )
    needs_approval = forms.BooleanField(
        label=_("Look at each product before it takes part"),
        required=False,
        help_text=_("Otherwise every admitted business takes part with what it enters, at once."),
    )

    def campaign(self) -> commerce.NewCampaign:
        """Return the campaign that the form describes."""
        data = dict(self.cleaned_data)
        return commerce.NewCampaign(id=data.pop("request_id"), **data)


class CampaignOfferForm(OnceForm):
    """A product that takes part."""

    price = RupiahField(label=_("Campaign price"), help_text=_("Below the ordinary price."))
    units = forms.IntegerField(
        label=_("Units for the campaign"),
        min_value=1,
        max_value=commerce.UNITS_MAX,
        help_text=_("They leave the ordinary stock now; what is not sold comes back when the campaign ends."),
    )
    per_buyer = forms.IntegerField(
        label=_("Limit for each buyer"), min_value=1, max_value=commerce.PER_BUYER_MAX, initial=2
    )

    def __init__(self, *args: Any, variants: list[tuple[str, str]], **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["variant"] = forms.ChoiceField(label=_("Product"), choices=variants)
        self.order_fields(["request_id", "variant"])
