"""What people type about batches, steps, certificates and recalls."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kawasan.core import clock, ids
from kawasan.core.errors import Forbidden, NotFound, Refusal, Unauthenticated
from kawasan.platform.problems import texts
from kawasan.rooms.trace import api as trace
from kawasan.rooms.zone import api as zone

ZONES = (("Asia/Jakarta", "WIB"), ("Asia/Makassar", "WITA"), ("Asia/Jayapura", "WIT"))


class RefusalForm(forms.Form):
    """A form that shows a refusal beside the field at fault."""

    def add_refusal(self, refusal: Refusal) -> None:
        """Show a refusal; what is not about the input is raised again."""
        if isinstance(refusal, (NotFound, Forbidden, Unauthenticated)) and not refusal.field:
            raise refusal
        title, detail = texts(refusal)
        name = refusal.field if refusal.field in self.fields else None
        self.add_error(name, f"{title}. {detail}")


class IdField(forms.CharField):
    """An id that the form was made with: sending it twice does it once."""

    def __init__(self, prefix: str) -> None:
        super().__init__(widget=forms.HiddenInput, initial=lambda: ids.public(prefix, ids.uuid7()))
        self.id_prefix = prefix

    def clean(self, value: Any) -> Any:
        """Return the id."""
        try:
            return ids.parse(self.id_prefix, super().clean(value))
        except NotFound:
            raise forms.ValidationError(gettext("Open the form again.")) from None


class RegionField(forms.CharField):
    """A regency, typed by name and found in the official list."""

    def __init__(self, **given: Any) -> None:
        attributes = {"list": "regions", "autocomplete": "off", "placeholder": "Tana Toraja"}
        super().__init__(max_length=80, widget=forms.TextInput(attrs=attributes), **given)

    def clean(self, value: Any) -> Any:
        """Return the code of the regency that fits best."""
        text = super().clean(value)
        found = zone.search_regencies(text.split(",")[0], 1) if text else ()
        if not found:
            raise forms.ValidationError(gettext("This place is not in the list of regencies and cities."))
        return found[0].code


class BatchForm(RefusalForm):
    """A new batch."""

    id = IdField(trace.BATCH_PREFIX)
    product = forms.ChoiceField(label=_("Product"))
    lot = forms.CharField(
        label=_("Batch number"), max_length=20, help_text=_("Letters, digits, dot and hyphen, for example TRJ-2026-11.")
    )
    quantity = forms.IntegerField(
        label=_("Units to sell"), min_value=1, max_value=trace.UNITS_MAX,
        help_text=_("Orders take from the batch that expires first."),
    )  # fmt: skip
    made_on = forms.DateField(label=_("Made on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    expires_on = forms.DateField(
        label=_("Best before"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    story = forms.CharField(
        label=_("Its story"), required=False, max_length=trace.STORY_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 4}), help_text=_("Who made it, how, what is special. Buyers read it."),
    )  # fmt: skip

    def __init__(self, *args: Any, products: list[tuple[str, str]], **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["product"].choices = products  # type: ignore[attr-defined]
        self.fields["made_on"].initial = clock.business_day(clock.now())


class ChangeForm(RefusalForm):
    """What of a batch may change."""

    quantity = forms.IntegerField(label=_("Units to sell"), min_value=1, max_value=trace.UNITS_MAX)
    story = forms.CharField(
        label=_("Its story"), required=False, max_length=trace.STORY_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    is_public = forms.BooleanField(label=_("Everybody who scans the code sees the passport"), required=False)


class StepForm(RefusalForm):
    """A step, noted on a phone."""

    id = IdField(trace.STEP_PREFIX)
    kind = forms.ChoiceField(label=_("What happened?"))
    happened_at = forms.DateTimeField(
        label=_("When?"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES)
    region = RegionField(label=_("Where?"), help_text=_("The regency or city."))
    note = forms.CharField(label=_("Note"), required=False, max_length=300)
    celsius = forms.DecimalField(
        label=_("Temperature in °C"), required=False, min_value=-90, max_value=500, max_digits=6, decimal_places=2
    )
    sources = forms.CharField(
        label=_("Made of these batches"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Addresses on the labels of what went into it, one a line. Also those of other businesses."),
    )  # fmt: skip

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        kinds = [(key, gettext(step.text)) for key, step in trace.STEPS.items()]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["happened_at"].initial = clock.now().astimezone(clock.WIB).replace(tzinfo=None)

    def step(self) -> trace.NewStep:
        """Return what was noted."""
        told = self.cleaned_data
        naive: datetime = told["happened_at"].replace(tzinfo=None)
        zones = {"Asia/Jakarta": clock.WIB, "Asia/Makassar": clock.WITA, "Asia/Jayapura": clock.WIT}
        return trace.NewStep(
            id=told["id"],
            kind=told["kind"],
            happened_at=naive.replace(tzinfo=zones[told["time_zone"]]),
            region=told["region"],
            note=told["note"].strip(),
            celsius=told["celsius"],
            sources=tuple(line.strip() for line in told["sources"].splitlines() if line.strip()),
            time_zone=told["time_zone"],
        )


class CertificateForm(RefusalForm):
    """A paper about goods."""

    id = IdField(trace.CERTIFICATE_PREFIX)
    name = forms.CharField(label=_("What it says"), max_length=120, help_text=_("For example: organic, halal, origin."))
    issuer = forms.CharField(label=_("Who issued it"), max_length=120)
    number = forms.CharField(label=_("Its number"), max_length=60, required=False)
    valid_from = forms.DateField(
        label=_("Valid from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_until = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    file = forms.FileField(label=_("The paper"), help_text=_("PDF, JPEG or PNG, up to 3 MB."))
    for_all_batches = forms.BooleanField(label=_("It holds for every batch of the product"), required=False)


class RecallForm(RefusalForm):
    """Why a batch is called back."""

    reason = forms.CharField(
        label=_("Why?"), max_length=600, min_length=5, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Buyers read it: what is wrong, and what they should do."),
    )  # fmt: skip
    confirmed = forms.BooleanField(label=_("Tell every buyer. This cannot be undone."))


class DoubtForm(RefusalForm):
    """Somebody doubts what a passport says."""

    id = IdField(trace.DOUBT_PREFIX)
    text = forms.CharField(
        label=_("What seems wrong?"), min_length=10, max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    contact = forms.CharField(
        label=_("How to reach you"), required=False, max_length=120, help_text=_("Only staff of the zone reads it.")
    )


class DecisionForm(RefusalForm):
    """What staff found out about a doubt."""

    answer = forms.CharField(label=_("Your answer"), max_length=600, widget=forms.Textarea(attrs={"rows": 2}))
