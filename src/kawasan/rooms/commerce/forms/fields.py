"""Fields of this room's forms: prices as people write them, and refusals beside the field at fault."""

from __future__ import annotations

from typing import Any

from django import forms

from kawasan.core.errors import Forbidden, NotFound, Refusal, Unauthenticated
from kawasan.core.money import Money, parse_rupiah
from kawasan.platform import problems


class RupiahField(forms.CharField):
    """An amount as people write it (25.000), kept in minor units."""

    def __init__(self, **given: Any) -> None:
        given.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=30, **given)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_rupiah(text).minor
        except Refusal as refusal:
            raise forms.ValidationError(problems.texts(refusal)[1]) from None

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            amount = Money(value)
            whole, part = divmod(amount.minor, 100)
            return f"{whole:,}".replace(",", ".") + (f",{part:02d}" if part else "")
        return value


class MomentInput(forms.DateTimeInput):
    """A browser's own picker of date and time, to the second."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M:%S", attrs={"step": "1"})


def refuse(form: forms.Form, refusal: Refusal) -> None:
    """Show a refusal beside its field, or above the form. What is not about the input is raised again."""
    if isinstance(refusal, (NotFound, Forbidden, Unauthenticated)):
        raise refusal
    name = refusal.field if refusal.field in form.fields else None
    title, detail = problems.texts(refusal)
    form.add_error(name, detail if name else f"{title}. {detail}")
