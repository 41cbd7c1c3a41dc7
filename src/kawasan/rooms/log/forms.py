"""What staff types about the log: a witness to ask."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from kawasan.core.errors import Refusal
from kawasan.platform.problems import texts


class WitnessForm(forms.Form):
    """A witness: where to ask it, and its keys."""

    address = forms.URLField(
        label=_("Address"),
        max_length=300,
        assume_scheme="https",
        help_text=_("The witness's submission prefix; /add-checkpoint is added to it."),
    )
    vkeys = forms.CharField(
        label=_("Verifier keys"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One a line, as the witness publishes them (kinds 04 and 06)."),
    )

    def add_refusal(self, refusal: Refusal) -> None:
        """Show a refusal beside its field, or above the form."""
        title, detail = texts(refusal)
        self.add_error(refusal.field if refusal.field in self.fields else None, detail or title)
