"""What people type at their invoices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kawasan.core import ids
from kawasan.core.errors import NotFound, Refusal
from kawasan.core.money import UnreadableAmount, parse_rupiah
from kawasan.platform.problems import texts
from kawasan.rooms.invoices import api as invoices

LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English"), ("zh-hans", "简体中文")]
PROOFS = [
    (invoices.Proof.NONE.value, _("No number")),
    (invoices.Proof.TIN.value, _("NPWP (a company, or a person with one)")),
    (invoices.Proof.NATIONAL_ID.value, _("NIK (an Indonesian person)")),
    (invoices.Proof.PASSPORT.value, _("Passport")),
    (invoices.Proof.USCC.value, _("USCC (a company of China)")),
    (invoices.Proof.OTHER.value, _("Another number")),
]
# Where customers are most often; the code is ISO 3166-1 alpha-3, as the tax office wants it.
COUNTRIES = [
    ("IDN", _("Indonesia")), ("CHN", _("China")), ("SGP", _("Singapore")), ("MYS", _("Malaysia")),
    ("THA", _("Thailand")), ("VNM", _("Vietnam")),
    ("PHL", _("Philippines")), ("TLS", _("Timor-Leste")), ("JPN", _("Japan")),
    ("KOR", _("South Korea")), ("TWN", _("Taiwan")), ("HKG", _("Hong Kong")), ("IND", _("India")),
    ("SAU", _("Saudi Arabia")), ("ARE", _("United Arab Emirates")),
    ("AUS", _("Australia")), ("USA", _("United States")),
    ("GBR", _("United Kingdom")), ("NLD", _("Netherlands")), ("DEU", _("Germany")), ("FRA", _("France")),
]  # fmt: skip
TRX_NAMES = {
    "04": _("04 Goods and services in general (11/12 of the price)"),
    "01": _("01 Luxury goods (full price)"),
    "02": _("02 To a government treasurer, who pays the PPN"),
    "03": _("03 To an appointed collector, who pays the PPN"),
    "06": _("06 To a holder of a foreign passport"),
    "07": _("07 PPN not collected (facility)"),
    "08": _("08 Exempt from PPN (facility)"),
    "09": _("09 An asset that was not meant for sale"),
    "10": _("10 Other supplies"),
}
EVERY_NAMES = [
    (invoices.Every.WEEK.value, _("Every week")),
    (invoices.Every.MONTH.value, _("Every month")),
    (invoices.Every.QUARTER.value, _("Every three months")),
    (invoices.Every.YEAR.value, _("Every year")),
]


def units(language: str) -> list[tuple[str, str]]:
    """Return the units to choose from, the everyday ones first."""
    first = (
        "UM.0033",
        "UM.0021",
        "UM.0018",
        "UM.0003",
        "UM.0007",
        "UM.0013",
        "UM.0020",
        "UM.0017",
        "UM.0027",
        "UM.0030",
    )
    rest = [f"UM.{number:04d}" for number in range(1, 40) if f"UM.{number:04d}" not in first]
    return [(code, invoices.unit_name(code, language)) for code in (*first, *rest)]


def day_field(label: Any, **given: Any) -> forms.DateField:
    """Return a field for a day."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)


class Amount(forms.CharField):
    """An amount in rupiah as people write it, in the minor unit; ``least`` is the smallest that is taken."""

    def __init__(self, *, least: int = 1, **kwargs: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "placeholder": "150.000"}
        super().__init__(max_length=30, widget=forms.TextInput(attrs=attributes), **kwargs)
        self.least = least

    def clean(self, value: Any) -> Any:
        """Return minor units; the field's error is the refusal's own text."""
        text = super().clean(value)
        if not text:
            return None
        try:
            minor = parse_rupiah(text).minor
        except UnreadableAmount as refusal:
            raise forms.ValidationError(texts(refusal)[1]) from refusal
        if minor < self.least:
            raise forms.ValidationError(_("Write an amount above zero."))
        return minor


class RoomForm(forms.Form):
    """A form that shows what the door refused beside the field at fault, else above."""

    def add_refusal(self, refusal: Refusal) -> None:
        """Show a refusal."""
        title, detail = texts(refusal)
        self.add_error(refusal.field if refusal.field in self.fields else None, detail or title)


class OnceForm(RoomForm):
    """A form with an id made when it was shown, so that sending it twice does it once."""

    PREFIX = invoices.DOCUMENT_PREFIX
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def clean_key(self) -> Any:
        """Return the id that was made when the form was shown."""
        try:
            return ids.parse(self.PREFIX, self.cleaned_data["key"])
        except NotFound:
            raise forms.ValidationError(_("Reload the page and try again.")) from None


class CustomerForm(OnceForm):
    """A customer; what is personal is shown empty where it is known, and then kept."""

    PREFIX = invoices.CUSTOMER_PREFIX
    name = forms.CharField(label=_("Name"), max_length=200)
    country = forms.ChoiceField(label=_("Country"), choices=COUNTRIES, initial="IDN")
    proof = forms.ChoiceField(label=_("Known by"), choices=PROOFS, initial=invoices.Proof.NONE.value)
    number = forms.CharField(label=_("Number of the paper"), max_length=30, required=False)
    place = forms.CharField(
        label=_("Place of business (NITKU, 22 digits)"), max_length=30, required=False,
        help_text=_("Only for a branch; left empty it is the head office."),
    )  # fmt: skip
    address = forms.CharField(
        label=_("Address"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    language = forms.ChoiceField(label=_("Language of its papers"), choices=LANGUAGES, initial="id")

    def data_of(self) -> invoices.CustomerData:
        """Return what was typed."""
        given = self.cleaned_data
        names = ("name", "number", "place", "country", "address", "email", "language")
        return invoices.CustomerData(proof=invoices.Proof(given["proof"]), **{name: given[name] for name in names})


class LineForm(forms.Form):
    """A line of a document; one that is left empty is not there."""

    name = forms.CharField(label=_("What"), max_length=200, required=False)
    quantity = forms.CharField(label=_("Quantity"), max_length=14, required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    price = Amount(label=_("Price each"), required=False)
    discount = Amount(label=_("Discount on the line"), required=False, least=0)
    is_service = forms.BooleanField(label=_("A service"), required=False)

    def __init__(self, *args: Any, unit_choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = unit_choices  # type: ignore[attr-defined]
        self.fields["quantity"].widget.attrs |= {"inputmode": "decimal", "placeholder": "1"}

    def clean_quantity(self) -> Decimal | None:
        """Read a quantity with a comma or a point: 1,5 or 1.5."""
        text = self.cleaned_data["quantity"].strip().replace(",", ".")
        if not text:
            return None
        if (
            not all(letter in "0123456789." for letter in text)
            or text.count(".") > 1
            or not any(map(str.isdigit, text))
        ):
            raise forms.ValidationError(_("Write a quantity such as 2 or 1,5."))
        return Decimal(text)

    def clean(self) -> dict[str, Any]:
        """Ask for a price where a line has a name."""
        given = super().clean() or {}
        if given.get("name") and not given.get("price") and "price" not in self.errors:
            self.add_error("price", _("Write an amount above zero."))
        if given.get("price") and not given.get("name"):
            self.add_error("name", _("Say what it is."))
        return given

    @property
    def line(self) -> invoices.NewLine | None:
        """What was typed; nothing for an empty line."""
        given = self.cleaned_data
        if not given.get("name"):
            return None
        return invoices.NewLine(
            name=given["name"],
            quantity=given["quantity"] or Decimal(1),
            price_minor=given["price"],
            discount_minor=given["discount"] or 0,
            unit=given["unit"] or invoices.UNIT_OTHER,
            is_service=given["is_service"],
        )


class DocumentForm(OnceForm):
    """What a document says beside its lines."""

    customer = forms.ChoiceField(label=_("Customer"))
    due_days = forms.IntegerField(label=_("Days to pay"), min_value=0, max_value=365)
    note = forms.CharField(
        label=_("Note on the paper"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    language = forms.ChoiceField(label=_("Language of the paper"), choices=LANGUAGES)
    inclusive = forms.BooleanField(label=_("Prices include PPN"), required=False)
    trx_code = forms.ChoiceField(label=_("Kind of supply (Coretax)"), choices=[], required=False)
    add_info = forms.CharField(label=_("Additional information (TD.005xx)"), max_length=12, required=False)
    facility_stamp = forms.CharField(label=_("Facility stamp (TD.011xx)"), max_length=12, required=False)
    china_vat_percent = forms.ChoiceField(
        label=_("VAT in China, for the buyer's own account"), required=False, choices=[]
    )

    def __init__(
        self, *args: Any, customers: list[tuple[str, str]], is_pkp: bool, china: Sequence[int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        shown = [(0, _("Do not show")), *((percent, f"{percent} %") for percent in china)]
        self.fields["china_vat_percent"].choices = shown  # type: ignore[attr-defined]
        supplies = [(code, TRX_NAMES[code]) for code in invoices.TRX_CODES]
        self.fields["customer"].choices = customers  # type: ignore[attr-defined]
        self.fields["trx_code"].choices = supplies  # type: ignore[attr-defined]
        if not is_pkp:
            for name in ("inclusive", "trx_code", "add_info", "facility_stamp"):
                del self.fields[name]

    @property
    def terms(self) -> invoices.Terms:
        """What was typed."""
        given = self.cleaned_data
        return invoices.Terms(
            due_days=given["due_days"],
            language=given["language"],
            note=given["note"],
            prices_include_ppn=given.get("inclusive", False),
            trx_code=given.get("trx_code") or "04",
            add_info=given.get("add_info", ""),
            facility_stamp=given.get("facility_stamp", ""),
            china_vat_percent=int(given["china_vat_percent"] or 0),
        )


class PaymentForm(OnceForm):
    """Money that came by hand, or was given back."""

    PREFIX = invoices.PAYMENT_PREFIX
    amount = Amount(label=_("Amount"))
    method = forms.ChoiceField(
        label=_("How"),
        choices=[(invoices.Method.CASH.value, _("Cash")), (invoices.Method.BANK.value, _("To the bank account"))],
    )
    day = day_field(_("Day"))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class ReasonForm(OnceForm):
    """Why something is credited."""

    reason = forms.CharField(label=_("Why"), max_length=300, required=False)


class HabitsForm(RoomForm):
    """What a business always writes."""

    series = forms.CharField(label=_("Numbers begin with"), max_length=8)
    due_days = forms.IntegerField(label=_("Days to pay"), min_value=0, max_value=365)
    bank = forms.CharField(label=_("Bank account on the paper"), max_length=200, required=False)
    note = forms.CharField(
        label=_("Note on every paper"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    place = forms.IntegerField(
        label=_("Your place of business at the tax office"), min_value=0, max_value=999_999,
        help_text=_("The last six digits of your NITKU; 0 is the head office."),
    )  # fmt: skip
    reminds = forms.BooleanField(label=_("Remind customers by e-mail before and after the due day"), required=False)


class RecurringForm(RoomForm):
    """How an invoice comes again."""

    every = forms.ChoiceField(label=_("How often"), choices=EVERY_NAMES, initial=invoices.Every.MONTH.value)
    next_on = day_field(_("Next on"))
    ends_on = day_field(_("Not after"), required=False)
    is_sent = forms.BooleanField(label=_("Send it by e-mail at once"), required=False)
