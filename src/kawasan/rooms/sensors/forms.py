"""What people type about devices and their rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kawasan.core.errors import Refusal
from kawasan.platform.problems import texts
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.zone import api as zone

KINDS = {
    "cold_box": _("Cold box"),
    "machine": _("Machine"),
    "meter": _("Meter"),
    "sensor": _("Sensor"),
    "bin": _("Bin"),
    "weighbridge": _("Weighbridge"),
}
# What devices of a kind usually measure; the sensor can tell what lies between.
USUAL = {
    "cold_box": ("temperature", "battery"),
    "machine": ("state", "output", "rejects", "energy"),
    "meter": ("energy", "power"),
    "sensor": ("temperature", "humidity"),
    "bin": ("fill", "battery"),
    "weighbridge": ("weight",),
}
RANGES = {"temperature": (-60.0, 150.0), "humidity": (0.0, 100.0), "fill": (0.0, 100.0), "battery": (0.0, 100.0)}
_DEGREES = {"inputmode": "decimal", "autocomplete": "off", "step": "any"}


class RefusingForm(forms.Form):
    """A form that can show a refusal."""

    def add_refusal(self, refusal: Refusal) -> None:
        """Show a refusal beside its field, or above the form; a refusal's own words in the reader's language."""
        title, detail = texts(refusal)
        if problem := refusal.data.get("problem"):
            detail = gettext(str(problem))
        self.add_error(refusal.field if refusal.field in self.fields else None, detail or title)


class DistrictForm(RefusingForm):
    """A form with a district: chosen by its name where it is known which ones are near, else written as its code."""

    def __init__(self, *args: Any, districts: Sequence[zone.District] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        names = {one.code: one.name for one in districts}
        if (now := str(self.initial.get("district_code") or "")) and now not in names:
            names = {now: now} | names if districts else {}
        if names:
            plain = self.fields["district_code"]
            choices = [("", "\N{EN DASH}"), *names.items()]
            self.fields["district_code"] = forms.ChoiceField(label=plain.label, required=False, choices=choices)


class PlaceForm(DistrictForm):
    """Where something is."""

    latitude = forms.FloatField(
        label=_("Latitude"), required=False, min_value=-90, max_value=90, widget=forms.NumberInput(attrs=_DEGREES)
    )
    longitude = forms.FloatField(
        label=_("Longitude"), required=False, min_value=-180, max_value=180, widget=forms.NumberInput(attrs=_DEGREES)
    )
    district_code = forms.CharField(
        label=_("District"), required=False, max_length=13, help_text=_("The official code, such as 32.73.01.")
    )

    def clean(self) -> dict[str, Any]:
        """Want both degrees or none."""
        found = super().clean() or {}
        if (found.get("latitude") is None) != (found.get("longitude") is None):
            self.add_error("longitude", _("Write both degrees, or none."))
        return found

    @property
    def position(self) -> sensors.Position | None:
        """The position, where one is given."""
        longitude, latitude = self.cleaned_data.get("longitude"), self.cleaned_data.get("latitude")
        return None if longitude is None or latitude is None else sensors.Position(longitude, latitude)


class RegisterForm(PlaceForm):
    """A new device."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=40)
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("How people know it: “Cold box 3, van B”."))
    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS.items()))
    measures = forms.MultipleChoiceField(
        label=_("What it measures"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Leave all empty to take what this kind usually measures."),
    )  # fmt: skip
    description = forms.CharField(label=_("Note"), max_length=500, required=False)
    field_order = ["id", "name", "kind", "measures", "description", "latitude", "longitude", "district_code"]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [(one.key, gettext(one.name)) for one in sensors.PROPERTIES.values()]
        self.fields["measures"].choices = choices  # type: ignore[attr-defined]

    @property
    def streams(self) -> list[sensors.NewStream]:
        """What is measured, in usual units."""
        keys = self.cleaned_data["measures"] or USUAL[self.cleaned_data["kind"]]
        known = [sensors.PROPERTIES[key] for key in keys]
        return [sensors.NewStream(one.key, one.key, one.unit, *RANGES.get(one.key, (None, None))) for one in known]


class ChangeForm(PlaceForm):
    """What is said about a device."""

    name = forms.CharField(label=_("Name"), max_length=80)
    description = forms.CharField(label=_("Note"), max_length=500, required=False)
    reference = forms.CharField(
        label=_("Travels with"), max_length=200, required=False,
        help_text=_("The batch or shipment that it watches; alarms carry it along."),
    )  # fmt: skip
    field_order = ["name", "description", "reference", "latitude", "longitude", "district_code"]


class RuleForm(RefusingForm):
    """What may be, and for how long."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=40)
    stream = forms.ChoiceField(label=_("Of what"))
    kind = forms.ChoiceField(
        label=_("Alarm"), choices=[("limit", _("When it is outside the limits")), ("silence", _("When nothing comes"))]
    )
    low = forms.FloatField(label=_("Lowest allowed"), required=False, widget=forms.NumberInput(attrs=_DEGREES))
    high = forms.FloatField(label=_("Highest allowed"), required=False, widget=forms.NumberInput(attrs=_DEGREES))
    minutes = forms.IntegerField(label=_("For how many minutes"), min_value=0, max_value=10_080, initial=30)

    def __init__(self, *args: Any, streams: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["stream"].choices = streams  # type: ignore[attr-defined]


MATERIALS = [(material.value, _(name)) for material, name in sensors.MATERIALS.items()]
_WEIGHT = {"inputmode": "decimal", "autocomplete": "off", "step": "0.001", "min": "0"}
GRAMS = 1_000


class WeighingForm(DistrictForm):
    """A truck on the weighbridge."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=40)
    material = forms.ChoiceField(label=_("Material"), choices=MATERIALS)
    kilograms = forms.DecimalField(
        label=_("Kilograms"), max_digits=9, decimal_places=3, widget=forms.NumberInput(attrs=_WEIGHT)
    )
    district_code = forms.CharField(
        label=_("District"), required=False, max_length=13, help_text=_("The official code, such as 32.73.01.")
    )


class PriceForm(RefusingForm):
    """What a kilogram is worth from a day on."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=40)
    material = forms.ChoiceField(label=_("Material"), choices=MATERIALS)
    per_kg = forms.IntegerField(label=_("Rupiah for a kilogram"), min_value=0, max_value=1_000_000)
    starts_on = forms.DateField(
        label=_("From this day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class VisitForm(RefusingForm):
    """Who brings what."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=40)
    email = forms.EmailField(label=_("E-mail of the person"), max_length=254)

    def __init__(self, *args: Any, prices: dict[sensors.Material, int], **more: Any) -> None:
        super().__init__(*args, **more)
        for material in prices:
            self.fields[material.value] = forms.DecimalField(
                label=gettext(sensors.MATERIALS[material]), required=False, min_value=0, max_digits=7, decimal_places=3,
                widget=forms.NumberInput(attrs=_WEIGHT), help_text=_("Kilograms"),
            )  # fmt: skip

    @property
    def brought(self) -> list[sensors.Brought]:
        """What has a weight."""
        weights = [(material, self.cleaned_data.get(material.value)) for material in sensors.Material]
        return [sensors.Brought(material, int(weight * GRAMS)) for material, weight in weights if weight]


class PlanForm(RefusingForm):
    """When a machine is planned, and how long a piece should take."""

    starts = forms.TimeField(label=_("Planned from"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("Planned until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ideal_seconds = forms.FloatField(label=_("Seconds a piece should take"), min_value=0.01, max_value=86_400)
