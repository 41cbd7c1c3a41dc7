"""What people type about named queries and subscriptions."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace.forms.goods import IdField, RefusalForm

STREAM = "stream"
_HOURS = [(str(hour), f"{hour:02d}.00 WIB") for hour in range(24)]


class QueryForm(RefusalForm):
    """A named query: a name, steps to choose, and whatever else EPCIS can ask."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Programs use it in addresses, for example shipments.")
    )
    steps = forms.MultipleChoiceField(
        label=_("Only these steps"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none for all steps."),
    )  # fmt: skip
    more = forms.CharField(
        label=_("Other conditions"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("As EPCIS writes them in an address, for example EQ_action=ADD&eventType=ObjectEvent."),
    )  # fmt: skip

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        # Two steps can have one word of the standard (harvested, made): they are one condition then.
        words: dict[str, list[str]] = {}
        for step in trace.STEPS.values():
            words.setdefault(step.biz_step, []).append(gettext(step.text))
        choices = [(word, " / ".join(texts)) for word, texts in words.items()]
        self.fields["steps"].choices = choices  # type: ignore[attr-defined]

    def clean_more(self) -> dict[str, list[str]]:
        """Return the conditions that were written out."""
        text = self.cleaned_data["more"].strip().lstrip("?")
        try:
            return parse_qs(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=50)
        except ValueError:
            raise forms.ValidationError(gettext("Write name=value, several joined by &.")) from None

    def parameters(self) -> dict[str, list[str]]:
        """Return the query as EPCIS keeps it."""
        told = self.cleaned_data
        more: dict[str, list[str]] = told["more"]
        return more | ({"EQ_bizStep": told["steps"]} if told["steps"] else {})


class SubscriptionForm(RefusalForm):
    """A new subscription: of which query, to where, and when."""

    id = IdField(trace.SUBSCRIPTION_PREFIX)
    query = forms.ChoiceField(label=_("Query"))
    dest = forms.URLField(
        label=_("Address of your program"), max_length=500, assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://erp.example.com/hooks"}),
        help_text=_("Public and beginning with https://. Every message comes there by POST."),
    )  # fmt: skip
    when = forms.ChoiceField(
        label=_("When?"),
        choices=[
            (STREAM, _("At once, as events are noted")),
            ("hourly", _("Every hour, together")),
            ("daily", _("Every day, together")),
            ("weekly", _("Every Monday, together")),
            ("monthly", _("On the first of each month, together")),
        ],
    )
    hour = forms.ChoiceField(
        label=_("At what time?"), choices=_HOURS, initial="7", help_text=_("For every day, Monday or month.")
    )
    reports_empty = forms.BooleanField(label=_("Send a message also when nothing happened"), required=False)

    def __init__(self, *args: Any, queries: list[str], **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["query"].choices = [(name, name) for name in queries]  # type: ignore[attr-defined]

    def schedule(self) -> dict[str, str] | None:
        """Return the schedule that was chosen; None is at once."""
        at_hour = {"hour": self.cleaned_data["hour"], "minute": "0"}
        chosen: dict[str, dict[str, str]] = {
            "hourly": {"minute": "0"},
            "daily": at_hour,
            "weekly": {"dayOfWeek": "1"} | at_hour,
            "monthly": {"dayOfMonth": "1"} | at_hour,
        }
        return chosen.get(self.cleaned_data["when"])

    def subscription(self) -> trace.NewSubscription:
        """Return what was asked for."""
        told = self.cleaned_data
        is_scheduled = told["when"] != STREAM
        return trace.NewSubscription(
            id=told["id"],
            destination=told["dest"],
            schedule=self.schedule(),
            reports_empty=told["reports_empty"] and is_scheduled,
        )
