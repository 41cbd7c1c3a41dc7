"""Stock cards: what people type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from kawasan.rooms.books import api as books
from kawasan.rooms.books.forms.entries import CASH_LINE, DUE_DAYS, MONEY, AmountField, BooksForm, EntryForm

METHODS = {
    books.StockMethod.AVERAGE: _("Weighted average: each unit costs what all cost on average"),
    books.StockMethod.FIFO: _("First in, first out: the oldest units are sold first"),
}
LINES = 5  # of one purchase
UNITS_MAX = 1_000_000_000


def _units(**given: Any) -> forms.IntegerField:
    return forms.IntegerField(
        min_value=0,
        max_value=UNITS_MAX,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input"}),
        **given,
    )


class BeginForm(BooksForm):
    """How goods are valued, and what is there when the cards begin."""

    method = forms.ChoiceField(label=_("How goods are valued"), choices=list(METHODS.items()))

    def __init__(self, *args: Any, items: Sequence[books.StockItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            self.fields[f"q{item.variant_id.hex}"] = _units(label=_("Units"), initial=max(0, item.on_shelf))
            cost = AmountField(label=_("Cost altogether"), required=False, zero=True)
            cost.widget.attrs["class"] = "input"
            self.fields[f"c{item.variant_id.hex}"] = cost

    @property
    def rows(self) -> list[tuple[books.StockItem, Any, Any]]:
        """Each product with its two fields."""
        return [(item, self[f"q{item.variant_id.hex}"], self[f"c{item.variant_id.hex}"]) for item in self.items]

    @property
    def lines(self) -> list[books.StockLine]:
        """What is there."""
        given = self.cleaned_data
        found = [
            (item.variant_id, given[f"q{item.variant_id.hex}"] or 0, given[f"c{item.variant_id.hex}"] or 0)
            for item in self.items
        ]
        return [books.StockLine(*line) for line in found if line[1] or line[2]]


class BuyForm(EntryForm):
    """Goods that were bought: which, how many, for how much altogether."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    money = forms.ChoiceField(label=_("Paid from"))
    ppn = AmountField(label=_("PPN on top that you can set off"), required=False, zero=True)
    counterparty = forms.CharField(
        label=_("Not paid yet: who gets the money"), max_length=books.COUNTERPARTY_LENGTH_MAX, required=False
    )
    memo = forms.CharField(label=_("Note"), max_length=200, required=False)
    onto_shelf = forms.BooleanField(label=_("Put the units on the shelf of the shop as well"), required=False)

    def __init__(
        self, *args: Any, accounts: Mapping[str, books.Account], language: str, items: Sequence[books.StockItem],
        may_fill_shelf: bool, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        own = [code for code, account in accounts.items() if account.is_own and account.line == CASH_LINE]
        codes = (*MONEY, *own, "2101")
        self.fields["money"].choices = [(code, accounts[code].name(language)) for code in codes]  # type: ignore[attr-defined]
        if not may_fill_shelf:
            del self.fields["onto_shelf"]
        choices = [("", "–"), *((item.variant_id.hex, item.name) for item in items)]
        for number in range(LINES):
            self.fields[f"p{number}"] = forms.ChoiceField(label=_("Product"), choices=choices, required=number == 0)
            self.fields[f"q{number}"] = _units(label=_("Units"))
            self.fields[f"c{number}"] = AmountField(label=_("Cost altogether"), required=False, zero=True)

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """The fields of each line."""
        return [(self[f"p{number}"], self[f"q{number}"], self[f"c{number}"]) for number in range(LINES)]

    @property
    def rest(self) -> list[Any]:
        """The other fields."""
        own = {field.name for row in self.rows for field in row}
        return [field for field in self.visible_fields() if field.name not in own]

    @property
    def lines(self) -> list[books.StockLine]:
        """What was bought."""
        given = self.cleaned_data
        found = [(given[f"p{number}"], given[f"q{number}"], given[f"c{number}"]) for number in range(LINES)]
        return [books.StockLine(UUID(product), units or 0, cost or 0) for product, units, cost in found if product]

    @property
    def new_due(self) -> books.NewDue | None:
        """Whom the goods are still owed to, where somebody is named."""
        given = self.cleaned_data
        if not given["counterparty"]:
            return None
        return books.NewDue(given["counterparty"], given["day"] + timedelta(days=DUE_DAYS))


class CountForm(EntryForm):
    """Units as they were counted; a product that is left empty was not."""

    def __init__(self, *args: Any, items: Sequence[books.StockItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            self.fields[item.variant_id.hex] = _units(label=item.name)

    @property
    def rows(self) -> list[tuple[books.StockItem, Any]]:
        """Each product with its field."""
        return [(item, self[item.variant_id.hex]) for item in self.items]

    @property
    def counted(self) -> list[tuple[UUID, int]]:
        """What was counted."""
        found = [(item.variant_id, self.cleaned_data[item.variant_id.hex]) for item in self.items]
        return [(variant_id, units) for variant_id, units in found if units is not None]


class ChangeForm(BooksForm):
    """Another method from the next year on."""

    method = forms.ChoiceField(choices=list(METHODS.items()), widget=forms.HiddenInput)
    since = forms.DateField(widget=forms.HiddenInput)
