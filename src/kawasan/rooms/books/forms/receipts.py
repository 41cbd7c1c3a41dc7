"""Photos of receipts, and fixed assets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms.entries import CASH_LINE, MONEY, OUT, AmountField, BooksForm, EntryForm

CAPITAL = "3101"
GROUPS = {
    "non_building_1": _("4 years: tools, computers, phones, motorcycles"),
    "non_building_2": _("8 years: cars, machines, metal furniture"),
    "non_building_3": _("16 years: heavy machines"),
    "non_building_4": _("20 years: ships, heavy plant"),
    "building_permanent": _("20 years: permanent building"),
    "building_non_permanent": _("10 years: building that is not permanent"),
    "": _("not depreciated: land"),
}


class _PhotoField(forms.FileField):
    """A photo; on a phone the camera opens."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "capture": "environment"})
        super().__init__(label=_("Photo of the receipt"), widget=widget, **kwargs)


def photo_of(form: forms.Form) -> bytes | None:
    """Return what was photographed: one byte more than allowed is enough to be refused."""
    file = form.cleaned_data.get("picture")
    return file.read(books.PICTURE_BYTES_MAX + 1) if file else None


class PhotoForm(BooksForm):
    """A photo for an entry that is there."""

    picture = _PhotoField()


class SnapForm(EntryForm):
    """A receipt: photo, amount, and a tap on what it was for."""

    picture = _PhotoField()
    amount = AmountField(label=_("Amount"))
    money = forms.ChoiceField(label=_("Paid from"))
    category = forms.ChoiceField(label=_("What for"), widget=forms.HiddenInput)

    def __init__(self, *args: Any, accounts: Mapping[str, books.Account], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [code for code, account in accounts.items() if account.is_own and account.code[0] in "67"]
        self.categories = [(code, accounts[code].name(language)) for code in (*OUT, *own) if code[0] in "1567"]
        self.fields["category"].choices = self.categories  # type: ignore[attr-defined]
        self.fields["money"].choices = [(code, accounts[code].name(language)) for code in MONEY]  # type: ignore[attr-defined]


class AssetForm(EntryForm):
    """Something bought to be used for years."""

    name = forms.CharField(label=_("Name of the asset"), max_length=books.ASSET_NAME_LENGTH_MAX)
    account = forms.ChoiceField(label=_("Kind"))
    group = forms.ChoiceField(label=_("Used up in"), choices=list(GROUPS.items()), required=False)
    cost = AmountField(label=_("Cost"))
    day = forms.DateField(label=_("Bought on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    in_use_from = forms.DateField(
        label=_("Used since"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), required=False
    )
    money = forms.ChoiceField(label=_("Paid from"))
    picture = _PhotoField(required=False)

    def __init__(self, *args: Any, accounts: Mapping[str, books.Account], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(code, accounts[code].name(language)) for code in reversed((books.LAND, *books.FIXED_ASSETS))]
        self.fields["account"].choices = kinds  # type: ignore[attr-defined]
        money = [(code, accounts[code].name(language)) for code in (*MONEY, "2101")]
        self.fields["money"].choices = [*money, (CAPITAL, _("The business had it before"))]  # type: ignore[attr-defined]

    @property
    def asset(self) -> books.NewAsset:
        """The asset as typed."""
        given = self.cleaned_data
        since = given["in_use_from"] or given["day"]
        return books.NewAsset(given["name"], given["account"], given["group"], given["cost"], since)


class DisposalForm(EntryForm):
    """How an asset ended."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    proceeds = AmountField(label=_("Sold for (nothing: empty)"), required=False, zero=True)
    money = forms.ChoiceField(label=_("Received in"))

    def __init__(self, *args: Any, accounts: Mapping[str, books.Account], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [code for code, account in accounts.items() if account.is_own and account.line == CASH_LINE]
        codes = (*MONEY, *own, "1201")
        self.fields["money"].choices = [(code, accounts[code].name(language)) for code in codes]  # type: ignore[attr-defined]
