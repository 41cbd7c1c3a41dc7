"""The gallery: every component of the face, with content as it will be, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import segno
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kawasan.core import clock
from kawasan.core.ids import derived
from kawasan.core.money import terbilang
from kawasan.platform.drawing import HUES
from kawasan.platform.i18n import language


@dataclass(frozen=True, slots=True)
class SampleProduct:
    """What a product card needs to know."""

    id: UUID
    name: str
    category: str
    price_minor: int
    was_minor: int | None
    rating: float | None
    sold: int
    place: str
    flag: str = ""
    is_sold_out: bool = False


# Names, prices, ratings and places as sellers here write them.
_PRODUCTS: tuple[tuple[str, str, int, int, float, int, str], ...] = (
    ("Kopi Arabika Gunung Puntang 250 g, giling halus", "food-and-drink", 78_000, 92_000, 4.9, 2_574, "Kab. Bandung"),
    ("Gamis batik tulis Megamendung, katun primisima", "muslim-fashion", 285_000, 0, 4.8, 352, "Kota Cirebon"),
    ("Keripik tempe sagu isi 6 bungkus", "food-and-drink", 54_000, 60_000, 4.9, 11_000, "Kota Malang"),
    ("Rak bambu 3 susun serbaguna", "household", 167_500, 0, 4.7, 208, "Kab. Garut"),
    ("SSD Midasforce 128 GB, tanpa caddy", "computers-and-laptops", 213_000, 0, 5.0, 12_300, "Jakarta Barat"),
    ("Mata bor set + fisher besi kayu beton", "carpentry", 129_000, 149_000, 4.8, 7_634, "Jakarta Utara"),
    ("Hijab segi empat voal premium", "muslim-fashion", 28_999, 34_100, 4.8, 11_700, "Kota Bandung"),
    ("Karet ketapel 6 mm 3060 slingshot", "toys-and-hobbies", 6_000, 0, 4.9, 2_370, "Kab. Tegal"),
    ("Kemeja batik parang lengan pendek", "mens-fashion", 145_000, 0, 4.6, 420, "Kota Surakarta"),
    ("Cobek batu Muntilan diameter 25 cm", "kitchen", 95_000, 110_000, 4.9, 860, "Kab. Magelang"),
    ("Jersey anak bola setelan", "kids-and-baby-fashion", 42_500, 0, 0, 0, "Kota Tangerang"),
    ("Raket bulu tangkis karbon 77 g", "sport", 310_000, 0, 4.7, 95, "Kota Surabaya"),
)


class SampleForm(forms.Form):
    """One field of each kind, some of them wrong."""

    name = forms.CharField(label=gettext_lazy("Business name"), initial="Kopi Puntang Lestari")
    nib = forms.CharField(
        label="NIB", help_text=gettext_lazy("13 digits, as on the certificate of the OSS system."), initial="912030011"
    )
    size = forms.ChoiceField(
        label=gettext_lazy("Size"),
        choices=[
            ("micro", gettext_lazy("Micro")),
            ("small", gettext_lazy("Small")),
            ("medium", gettext_lazy("Medium")),
        ],
        help_text=gettext_lazy("By the capital you started with."),
    )
    story = forms.CharField(label=gettext_lazy("Your story"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    delivery = forms.ChoiceField(
        label=gettext_lazy("Delivery"),
        choices=[("courier", gettext_lazy("By courier")), ("pickup", gettext_lazy("Pick up at the shop"))],
        widget=forms.RadioSelect,
        initial="courier",
    )
    agree = forms.BooleanField(label=gettext_lazy("I have read the terms of the zone"))

    def clean_nib(self) -> str:
        """Refuse everything that has not 13 digits."""
        nib = str(self.cleaned_data["nib"])
        if len(nib) != 13:
            raise forms.ValidationError(_("This NIB has %(count)s digits; it needs 13."), params={"count": len(nib)})
        return nib


class SamplePriceForm(forms.Form):
    """A price and a picture."""

    price = forms.CharField(label=gettext_lazy("Price"), initial="78.000")
    picture = forms.FileField(label=gettext_lazy("Picture"), help_text=gettext_lazy("JPEG, PNG or WebP, up to 5 MB."))


def products() -> list[SampleProduct]:
    """Return cards of many categories: some reduced, one new, one sold out."""
    return [
        SampleProduct(
            id=derived("gallery", name),
            name=name,
            category=category,
            price_minor=price * 100,
            was_minor=was * 100 or None,
            rating=rating or None,
            sold=sold,
            place=place,
            flag="11.11" if was else "",
            is_sold_out=sold == 208,
        )
        for name, category, price, was, rating, sold, place in _PRODUCTS
    ]


def same_category() -> list[SampleProduct]:
    """Return a dozen products of one category without pictures."""
    return [
        SampleProduct(
            id=derived("gallery", "same", place),
            name="Sambal bawang 150 g",
            category="food-and-drink",
            price_minor=24_000_00 + place * 50_000,
            was_minor=None,
            rating=4.8,
            sold=120 * place,
            place="Kab. Sleman",
        )
        for place in range(1, 13)
    ]


def _orders(at: datetime) -> dict[str, Any]:
    rows = [
        ("ord_01jd…8kq2", "Sari Wulandari", at - timedelta(minutes=3), 15_600_000, "warm", _("To pack")),
        ("ord_01jd…7c0m", "Budi Santoso", at - timedelta(minutes=41), 5_400_000, "nila", _("Shipped")),
        ("ord_01jc…x9ve", "Chen Wei", at - timedelta(hours=5), 28_500_000, "good", _("Delivered")),
        ("ord_01jc…31tz", "Maria Lamawuran", at - timedelta(days=2), 9_500_000, "bad", _("Cancelled")),
    ]
    names = ("id", "buyer", "at", "total_minor", "kind", "status")
    return {"orders": [dict(zip(names, row, strict=True)) for row in rows]}


def _steps(at: datetime) -> list[dict[str, Any]]:
    return [
        {"label": _("Ordered"), "state": "done", "at": at - timedelta(hours=30)},
        {"label": _("Paid"), "state": "done", "at": at - timedelta(hours=29, minutes=52), "note": "QRIS"},
        {"label": _("Shipped"), "state": "now", "at": at - timedelta(hours=4), "note": "JNE · ••••\u00a04821"},
        {"label": _("Delivered"), "state": "todo", "note": _("The money is released two days later")},
    ]


def _receipt(at: datetime) -> dict[str, Any]:
    whole = 225_000
    return {
        "title": _("Receipt"),
        "number": "ord_01jd4t8kq2r6m0x3v9c7z5h1ye",
        "at": at,
        "seller": "Kopi Puntang Lestari",
        "place": "Kab. Bandung, Jawa Barat",
        "lines": [
            {"name": "Kopi Arabika 250 g", "quantity": 2, "price_minor": 7_800_000, "total_minor": 15_600_000},
            {"name": "Keripik tempe isi 6", "quantity": 1, "price_minor": 5_400_000, "total_minor": 5_400_000},
        ],
        "sums": [(_("Delivery"), 1_500_000)],
        "total_minor": whole * 100,
        "words": f"{terbilang(whole).capitalize()} rupiah" if language() == "id" else "",
        "proof": _("Entry %(entry)s of the ledger") % {"entry": "01jd4t8m… · 3"},
    }


def _charts() -> dict[str, Any]:
    hours = [4, 2, 1, 0, 3, 8, 17, 24, 31, 38, 44, 52, 61, 57, 49, 46, 52, 64, 78, 91, 84, 66, 38, 19]
    return {
        "hours": [(f"{hour:02d}.00", count) for hour, count in enumerate(hours)],
        "spark": hours,
        "sectors": [
            (_("Food and drink"), 312_400_000_00),
            (_("Fashion"), 284_900_000_00),
            (_("Household"), 121_750_000_00),
            (_("Electronics"), 96_020_000_00),
            (_("Services"), 18_300_000_00),
        ],
        "provinces": {
            "32": 3_100_000_000_00, "31": 2_800_000_000_00, "35": 2_200_000_000_00, "36": 1_400_000_000_00,
            "33": 1_300_000_000_00, "12": 640_000_000_00, "51": 410_000_000_00, "34": 380_000_000_00,
            "73": 260_000_000_00, "16": 190_000_000_00, "64": 140_000_000_00, "71": 90_000_000_00, "11": 61_000_000_00,
            "53": 24_000_000_00, "91": 12_500_000_00, "81": 8_000_000_00, "18": 120_000_000_00, "61": 45_000_000_00,
        },
    }  # fmt: skip


def _parts(at: datetime) -> dict[str, Any]:
    code = segno.make("https://example.org/kawasan", error="m").svg_inline(omitsize=True, border=0, dark="#1b1c26")
    sent = SampleForm(data={"name": "Kopi Puntang Lestari", "nib": "912030011", "size": "micro", "delivery": "courier"})
    return {
        "form": sent,
        "price_form": SamplePriceForm(),
        "products": products(),
        "same_category": same_category(),
        "categories": [(slug, slug.replace("-", " ")) for slug in HUES],
        "steps": _steps(at),
        "failed_steps": [
            {"label": _("Ordered"), "state": "done", "at": at - timedelta(hours=2)},
            {"label": _("Cancelled"), "state": "failed", "at": at - timedelta(hours=1), "note": _("Money returned")},
        ],
        "receipt": _receipt(at),
        "qr_code": SafeString(code),
        "soon": at + timedelta(minutes=12, seconds=9),
        "later": at + timedelta(days=2, hours=14, minutes=35),
        "today": at,
        "pairs": [(_("Business"), "Kopi Puntang Lestari"), ("NIB", "••••\u00a00112"), ("KBLI 2025", "10761")],
        "money_pairs": [(_("Goods"), "Rp210.000"), (_("Delivery"), "Rp15.000")],
        "crumbs": [{"label": _("Home"), "href": "/"}, {"label": _("Food and drink"), "href": "#"}, {"label": "Kopi"}],
        "tabs": [
            {"label": _("To pack"), "href": "#tabs", "is_current": True, "count": 12},
            {"label": _("Shipped"), "href": "#tabs", "count": 48},
            {"label": _("Delivered"), "href": "#tabs", "count": 1308},
        ],
        "columns": [{"label": _("Product")}, {"label": _("Stock"), "kind": "num"}, {"label": _("Held"), "kind": "num"}],
        "rows": [("Kopi Arabika 250 g", 142, 3), ("Keripik tempe isi 6", 12, 0), ("Rak bambu 3 susun", 0, 0)],
    }  # fmt: skip


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component."""
    at = clock.now()
    return render(request, "gallery.html", _parts(at) | _orders(at) | _charts() | {"cart_count": 3})
