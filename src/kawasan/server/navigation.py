"""The sections of a seller's desk and of the zone's, by what they are for: a row of the most used, a menu of all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Section:
    """A section: where it begins, its name, the key by which pages say that it is open, and its icon."""

    url_name: str
    label: str | Promise
    key: str
    icon: str
    is_daily: bool = False  # stands in the row on every page; the others are in the menu, and in the row while open
    role: str = ""  # of the zone, for whom alone it is


@dataclass(frozen=True, slots=True)
class Group:
    """Sections that belong together."""

    label: str | Promise
    sections: tuple[Section, ...]


SELLER = (
    Group(
        _("Sell"),
        (
            Section("seller:home", _("Today"), "home", "store", is_daily=True),
            Section("seller:orders", _("Orders"), "orders", "bag", is_daily=True),
            Section("seller:till_sales", _("Counter"), "till", "receipt", is_daily=True),
            Section("shop_qris:home", "QRIS", "qris", "qr"),
            Section("seller:campaigns", _("Campaigns"), "campaigns", "star"),
            Section("seller:vouchers_list", _("Vouchers"), "vouchers", "tag"),
        ),
    ),
    Group(
        _("Goods"),
        (
            Section("seller:products", _("Products"), "products", "tag", is_daily=True),
            Section("seller:stock", _("Stock"), "stock", "box", is_daily=True),
            Section("trace:batches", _("Origin"), "trace", "place"),
        ),
    ),
    Group(
        _("Money"),
        (
            Section("seller_money:balance", _("Balance and payouts"), "money", "wallet", is_daily=True),
            Section("invoices:documents", _("Invoices"), "invoices", "receipt"),
            Section("books:home", _("Books"), "books", "chart", is_daily=True),
        ),
    ),
    Group(
        _("Business"),
        (
            Section("devices:list", _("Devices"), "devices", "device"),
            Section("zone:business", _("Registration"), "status", "shield"),
            Section("zone:team", _("Team"), "team", "people"),
            Section("access:looks", _("Who looked"), "looks", "eye"),
        ),
    ),
)

ZONE = (
    Group(
        _("See"),
        (
            Section("authority:screen", _("Screen"), "screen", "chart", is_daily=True),
            Section("log_desk:desk", _("Log"), "log", "key"),
        ),
    ),
    Group(
        _("People and businesses"),
        (
            Section("zone:applications", _("Applications"), "applications", "inbox", is_daily=True),
            Section("zone:people", _("People"), "people", "people", is_daily=True, role="operator"),
        ),
    ),
    Group(
        _("Market"),
        (
            Section("shop:campaigns_desk", _("Campaigns"), "campaigns", "star", is_daily=True),
            Section("shop:zone_vouchers_list", _("Vouchers"), "vouchers", "tag"),
            Section("shop:moderation", _("Reviews"), "reviews", "star", is_daily=True),
            Section("trace:doubts", _("Passports"), "trace", "shield"),
        ),
    ),
    Group(_("Money"), (Section("zone_money:events", _("Money"), "money", "wallet", is_daily=True),)),
    Group(_("City"), (Section("city:desk", _("City service"), "city", "place", is_daily=True),)),
)


@cache
def zone_groups(role: str | None) -> tuple[Group, ...]:
    """Return the zone's sections for somebody with a role there: no door that would only be refused."""
    mine = [Group(one.label, tuple(sec for sec in one.sections if sec.role in ("", role))) for one in ZONE]
    return tuple(one for one in mine if one.sections)
