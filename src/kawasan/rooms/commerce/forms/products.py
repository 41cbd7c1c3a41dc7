"""Forms of the seller's desk: products, variants, special prices, pictures, stock, files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kawasan.core import ids
from kawasan.platform.i18n import language
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.forms.fields import MomentInput, RupiahField

REASONS = {
    "received": _("Received from production or a supplier"),
    "damaged": _("Damaged, lost or given away"),
    "returned": _("Came back from a buyer"),
    "other": _("Another reason"),
    "counted": _("Counted on the shelf: this many are there"),
}


class OnceForm(forms.Form):
    """A form with a hidden id made with the page: sent twice, it acts once."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.initial.setdefault("request_id", ids.uuid7())


def _category_choices() -> list[tuple[str, str]]:
    return [("", "—"), *((item.slug, item.name_in(language())) for item in commerce.categories())]


class ProductForm(OnceForm):
    """What a buyer reads about a product."""

    name = forms.CharField(label=_("Name of the product"), max_length=commerce.NAME_LENGTH_MAX)
    category = forms.ChoiceField(label=_("Category"), choices=_category_choices)
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=commerce.DESCRIPTION_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What it is made of, how large it is, how it is used. Buyers search these words too."),
    )
    gtin = forms.CharField(
        label=_("Barcode number (GTIN)"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    low_stock_at = forms.IntegerField(
        label=_("Warn me at this many units"),
        min_value=0,
        max_value=1_000_000,
        initial=commerce.LOW_STOCK_DEFAULT,
    )


class VariantForm(OnceForm):
    """A variant: what is put into the cart."""

    variant = forms.CharField(
        label=_("Variant"),
        required=False,
        max_length=commerce.VARIANT_NAME_LENGTH_MAX,
        help_text=_("Size, colour or weight. Leave it empty if there is only one."),
    )
    sku = forms.CharField(
        label=_("SKU"),
        max_length=commerce.SKU_LENGTH_MAX,
        help_text=_("Your own short code for this item, such as KS-100."),
    )
    price = RupiahField(label=_("Price"))
    weight_grams = forms.IntegerField(
        label=_("Weight in grams"), min_value=0, max_value=commerce.WEIGHT_GRAMS_MAX, initial=0
    )


class NewVariantForm(VariantForm):
    """A variant with its first stock."""

    stock = forms.IntegerField(label=_("Units in stock"), min_value=0, max_value=commerce.QUANTITY_MAX, initial=0)


class NewProductForm(ProductForm, NewVariantForm):
    """A new product with its first variant."""

    publish = forms.BooleanField(label=_("Put it on sale at once"), required=False, initial=True)
    field_order = (
        "request_id", "name", "category", "description", "price", "stock", "sku", "variant", "weight_grams", "gtin",
        "low_stock_at", "publish",
    )  # fmt: skip


class WindowForm(OnceForm):
    """Another price for a time."""

    price = RupiahField(label=_("Special price"))
    starts_at = forms.DateTimeField(
        label=pgettext_lazy("period", "From"),
        widget=MomentInput,
        help_text=_("WIB, exact to the second. The price holds from this second on."),
    )
    ends_at = forms.DateTimeField(
        label=_("Until"), required=False, widget=MomentInput, help_text=_("At this second the ordinary price is back.")
    )

    def __init__(self, *args: Any, variants: list[tuple[str, str]], **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["variant"] = forms.ChoiceField(label=_("Variant"), choices=variants)
        self.order_fields(["request_id", "variant"])


class StockForm(OnceForm):
    """A change of stock with its reason."""

    reason = forms.ChoiceField(label=_("What happened?"), choices=list(REASONS.items()))
    quantity = forms.IntegerField(
        label=_("Units"),
        min_value=-commerce.QUANTITY_MAX,
        max_value=commerce.QUANTITY_MAX,
        help_text=_("For another reason, write −3 to take three away."),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=commerce.NOTE_LENGTH_MAX)


class PictureForm(forms.Form):
    """A picture from a phone or a camera."""

    picture = forms.FileField(
        label=_("Add a picture"),
        help_text=_("JPEG, PNG or WebP, up to 5 MB. We turn it upright and take out where it was taken."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class ImportForm(OnceForm):
    """A file of products."""

    file = forms.FileField(
        label=_("CSV or XLSX file"),
        help_text=_("Up to 10 MB and 5,000 rows. Nothing is changed before you have seen the report."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
    )
