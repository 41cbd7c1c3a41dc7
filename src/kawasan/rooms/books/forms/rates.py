"""A dated row of a tax: its figures as people write them, and as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kawasan.core import ids
from kawasan.core.errors import NotFound
from kawasan.platform.templatetags.kawasan import rupiah
from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms.entries import TAXPAYERS, AmountField, BooksForm

KINDS = {
    books.RateKind.PPN: _("PPN: rate and DPP nilai lain"),
    books.RateKind.PKP: _("Threshold of registration (PKP)"),
    books.RateKind.FINAL: _("PPh Final: rate and allowance"),
    books.RateKind.TERMS: _("PPh Final: for how long, by legal form"),
    books.RateKind.CALENDAR: _("Days on which taxes are due"),
    books.RateKind.SLIPS: _("Codes of deposit slips (KAP and KJS)"),
    books.RateKind.MARKETPLACE: _("PPh 22 that a marketplace withholds"),
    books.RateKind.CHINA_VAT: _("VAT in China"),
    books.RateKind.CHINA_SMALL: _("VAT in China of small-scale taxpayers"),
}
LABELS = {
    "rate": _("Rate in percent"),
    "numerator": _("DPP nilai lain: parts of the price"),
    "denominator": _("… out of"),
    "amount": _("Turnover a year above which to register"),
    "turnover_max": _("Turnover a year up to which it holds"),
    "allowance": _("Free for individuals each year"),
    "counted_from": _("Counted from the year"),
    "closed": _("Not admitted any more"),
    "cooperative_until": _("Older cooperatives until the year"),
    "deposit_day": _("Deposit by this day of the next month"),
    "ppn_day": _("PPN return by this day of the next month"),
    "individual_return": _("Yearly return of individuals"),
    "other_return": _("Yearly return of others"),
    "final_account": _("PPh Final: KAP"),
    "final_deposit": _("PPh Final: KJS"),
    "ppn_account": _("PPN: KAP"),
    "ppn_deposit": _("PPN: KJS"),
    "free_kinds": _("Not withheld from"),
    "standard": _("Goods, in percent"),
    "reduced": _("Food, books and the like, in percent"),
    "services": _("Services, in percent"),
    "small_scale": _("Small-scale taxpayers, in percent"),
}
SUPPLIES = {
    "courier": _("Courier services"),
    "ride": _("Rides"),
    "phone_credit": _("Phone credit"),
    "gold": _("Gold"),
    "jewellery": _("Jewellery"),
    "land": _("Land"),
    "building": _("Buildings"),
}
_LISTS: dict[str, dict[str, Any]] = {
    "closed": {kind.value: TAXPAYERS[kind] for kind in books.Taxpayer if kind is not books.Taxpayer.OTHER},
    "free_kinds": SUPPLIES,
}
_RATES = ("rate", "standard", "reduced", "services", "small_scale")
_AMOUNTS = ("amount", "turnover_max", "allowance")
_HELP = {
    "ppn_day": _("31 means the last day of the month."),
    "individual_return": _("Month and day of the next year, as 03-31."),
    "other_return": _("Month and day of the next year, as 04-30."),
}
_SEN = 100


def label_of(name: str) -> Any:
    """Return what a figure is called."""
    return LABELS[name] if name in LABELS else TAXPAYERS[books.Taxpayer(name)]


def shown(row: books.TaxRow) -> list[tuple[Any, str]]:
    """Return a row's figures as people read them."""
    return [(label_of(name), _text(name, row.figures[name])) for name in books.FIGURES[row.kind]]


def _text(name: str, text: str) -> str:
    if name in _RATES:
        return f"{percent(text)} %".replace(".", ",")
    if name in _AMOUNTS:
        return rupiah(int(text) * _SEN)
    if name in _LISTS:
        return ", ".join(str(_LISTS[name][item]) for item in text.split("|") if item) or "–"
    if name not in LABELS:
        return gettext("without end") if text == books.ENDLESS else gettext("%s years") % text if text else "–"
    return text or "–"


def percent(fraction: str) -> str:
    """Return a fraction in percent: 0.005 is 0.5."""
    return f"{(Decimal(fraction) * 100).normalize():f}"


class TaxRowForm(BooksForm):
    """What a law says from a day on; the fields are those of its kind."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=40)
    valid_from = forms.DateField(
        label=_("From this day on"), widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")
    )
    law = forms.CharField(
        label=_("The law"), max_length=books.LAW_LENGTH_MAX, help_text=_("With its article: PMK 131/2024 art. 3.")
    )

    def __init__(self, *args: Any, kind: books.RateKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name in books.FIGURES[kind]:
            self.fields[name] = _field(name)

    def clean_id(self) -> UUID:
        """Return the id that was made when the form was shown."""
        try:
            return ids.parse(books.ROW_PREFIX, self.cleaned_data["id"])
        except NotFound:
            raise forms.ValidationError(_("Reload the page and try again.")) from None

    @property
    def row(self) -> books.NewTaxRow:
        """What was typed."""
        given = self.cleaned_data
        figures = {name: _typed(name, given[name]) for name in books.FIGURES[self.kind]}
        return books.NewTaxRow(self.kind, given["valid_from"], given["law"], figures)


def begin_with(row: books.TaxRow) -> dict[str, Any]:
    """Return what a form begins with: the figures of the row that holds."""
    found: dict[str, Any] = {}
    for name in books.FIGURES[row.kind]:
        text = row.figures[name]
        found[name] = percent(text) if name in _RATES else text.split("|") if name in _LISTS else text
        if name in _AMOUNTS:
            found[name] = f"{int(text):,}".replace(",", ".")
    return found


def _field(name: str) -> forms.Field:
    label, text = label_of(name), _HELP.get(name, "")
    if name in _RATES:
        return forms.DecimalField(label=label, min_value=0, max_value=100, max_digits=7, decimal_places=4)
    if name in _AMOUNTS:
        return AmountField(label=label, zero=True)
    if name in _LISTS:
        return forms.MultipleChoiceField(
            label=label, choices=list(_LISTS[name].items()), required=False, widget=forms.CheckboxSelectMultiple
        )
    if name not in LABELS:
        help_text = _("Tax years; * without end; empty: not for them.")
        return forms.CharField(label=label, max_length=3, required=False, help_text=help_text)
    return forms.CharField(label=label, max_length=10, required=name != "cooperative_until", help_text=text)


def _typed(name: str, value: Any) -> str:
    if name in _RATES:
        return f"{(value / 100).normalize():f}"
    if name in _AMOUNTS:
        return str(value // _SEN)
    return "|".join(sorted(value)) if name in _LISTS else str(value).strip()


def figures_text(figures: Mapping[str, str]) -> str:
    """Return figures as a file has them."""
    return "; ".join(f"{name}={text}" for name, text in figures.items())
