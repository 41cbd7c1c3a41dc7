"""What staff types about currencies: a file of rates, a trade with the bank, spread and limit."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kawasan.core.errors import Refusal
from kawasan.core.money import Money, UnreadableAmount, parse_rupiah
from kawasan.platform.problems import texts
from kawasan.rooms.exchange import api as exchange

_AMOUNT = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,2})?")
_TYPED = {"inputmode": "decimal", "autocomplete": "off"}


class RefusingForm(forms.Form):
    """A form that can show a refusal."""

    def add_refusal(self, refusal: Refusal) -> None:
        """Show a refusal beside its field, or above the form."""
        title, detail = texts(refusal)
        self.add_error(refusal.field if refusal.field in self.fields else None, detail or title)


class RatesForm(RefusingForm):
    """A file of rates and whose they are."""

    file = forms.FileField(
        label=_("File of rates"),
        help_text=_("CSV as the European Central Bank publishes it, or JSON; units for one euro."),
    )
    source = forms.CharField(label=_("Source"), max_length=40, initial="ECB")

    def clean_file(self) -> bytes:
        """Return the file's content."""
        file = self.cleaned_data["file"]
        if file.size > exchange.BYTES_MAX:
            raise forms.ValidationError(_("The file is too large."))
        content: bytes = file.read()
        return content


class TradeForm(RefusingForm):
    """A part of a position and what the bank gives (or takes) for it in rupiah."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=40)
    currency = forms.ChoiceField(label=_("Currency"))
    amount = forms.CharField(label=_("Amount in that currency"), max_length=16, widget=forms.TextInput(attrs=_TYPED))
    rupiah = forms.CharField(label=_("Rupiah"), max_length=30, widget=forms.TextInput(attrs=_TYPED))
    bank_reference = forms.CharField(label=_("Reference of the bank"), max_length=60)

    def __init__(self, *args: Any, currencies: list[str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["currency"].choices = [(code, code) for code in currencies]  # type: ignore[attr-defined]

    def clean_rupiah(self) -> Money:
        """Return Money."""
        try:
            return parse_rupiah(self.cleaned_data["rupiah"])
        except UnreadableAmount as refusal:
            raise forms.ValidationError(texts(refusal)[1]) from refusal

    def clean(self) -> dict[str, Any]:
        """Read the amount in its currency."""
        found = super().clean() or {}
        if "currency" in found and "amount" in found:
            amount = _read(found["amount"], found["currency"])
            if amount is None:
                self.add_error("amount", _("Write the amount like 1000.50."))
            found["amount"] = amount
        return found


class CurrencyForm(RefusingForm):
    """Whether a currency is taken, how far the zone may be open in it, what it keeps."""

    is_offered = forms.BooleanField(label=_("Buyers may pay in it"), required=False)
    limit = forms.CharField(label=_("Limit of the position"), max_length=16, widget=forms.TextInput(attrs=_TYPED))
    spread_points = forms.IntegerField(
        label=_("Spread in basis points"), min_value=0, max_value=exchange.SPREAD_POINTS_MAX,
        help_text=_("150 are 1.5 percent. From now on; earlier quotes stay as they are."),
    )  # fmt: skip

    def __init__(self, *args: Any, currency: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.currency = currency

    def clean_limit(self) -> Money:
        """Return Money of the form's currency."""
        amount = _read(self.cleaned_data["limit"], self.currency)
        if amount is None:
            raise forms.ValidationError(_("Write the amount like 1000.50."))
        return amount


def _read(text: str, currency: str) -> Money | None:
    try:
        plain = text.strip()
        return Money.of(Decimal(plain.replace(",", ".")), currency) if _AMOUNT.fullmatch(plain) else None
    except UnreadableAmount:
        return None
