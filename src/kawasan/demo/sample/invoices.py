"""Papers of two businesses: one that bills in every state, one that collects PPN with a month for Coretax."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.demo.sample.people import everything
from kawasan.demo.sample.plan import Shop
from kawasan.rooms.books import api as books
from kawasan.rooms.invoices import api as invoices

COLLECTOR = 1  # which of the accountant's clients is registered for PPN
BANK = "Bank Latihan 8800123456 a.n. Sri Rahayu"
NSFP = "04002600000000017"
# Name, kind of number, number, country, town, e-mail, language of the papers. The numbers were given to nobody.
CUSTOMERS: Mapping[str, tuple[str, str, str, str, str, str, str]] = {
    "berkah": ("Toko Berkah", "none", "", "IDN", "Jl. Otista 12, Bandung", "berkah@kawasan.example", "id"),
    "sinar": (
        "PT Sinar Jaya", "tin", "0013121660091000", "IDN", "Jl. Sudirman 1, Jakarta", "sinar@kawasan.example", "id",
    ),
    "hotel": ("Hotel Melati Lembang", "none", "", "IDN", "Jl. Raya Lembang 88", "hotel@kawasan.example", "id"),
    "li": (
        "Guangzhou Li Trading", "uscc", "91350100M000100Y43", "CHN", "Guangzhou", "li@kawasan.example", "zh-hans",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper: days before today, whose, its lines as (name, quantity, rupiah), and what became of it."""

    days: int
    customer: str
    lines: tuple[tuple[str, str, int], ...]
    fate: str = ""
    terms: int = 14
    kind: invoices.DocumentKind = invoices.DocumentKind.INVOICE
    trx_code: str = "04"
    facility: tuple[str, str] = ("", "")  # of code 07: what the invoice says and the stamp it carries


_UNIFORM, _SHIRT = ("Seragam batik karyawan", "24", 145_000), ("Kemeja koko lengan panjang", "12", 165_000)
_BONDED = ("TD.00501", "TD.01101")
_QUOTATION = invoices.DocumentKind.QUOTATION
SHEETS = (
    Sheet(34, "sinar", (_UNIFORM, _SHIRT), "paid"),
    Sheet(30, "hotel", (("Taplak meja bordir", "40", 62_500),), "sent"),
    Sheet(26, "berkah", (("Mukena katun", "20", 98_000), _SHIRT), "credited"),
    Sheet(20, "hotel", (("Jasa jahit dan perbaikan linen, sebulan", "1", 1_250_000),), "recurring", 7),
    Sheet(12, "sinar", (("Seragam batik karyawan", "36", 145_000),), "partly", 30),
    Sheet(9, "li", (("Kain batik tulis 2 m", "50", 320_000),), "sent", 30, _QUOTATION),
    Sheet(6, "hotel", (("Tirai bordir kamar", "30", 118_000),), "agreed", 30, _QUOTATION),
    Sheet(4, "berkah", (("Gamis anak", "15", 87_500), ("Kerudung segi empat", "30", 32_000)), "sent"),
    Sheet(1, "li", (("Kain batik cap 2 m", "30", 135_000),), "issued", 30),
    Sheet(0, "hotel", (("Sarung bantal bordir", "60", 41_000),)),
)
TAXED = (
    Sheet(0, "sinar", (("Perlengkapan kantor", "10", 275_000),), "uploaded"),
    Sheet(0, "sinar", (("Perlengkapan gudang", "4", 640_000),), "sent"),
    Sheet(0, "li", (("Contoh barang", "2", 450_000),), "sent", 14, trx_code="07", facility=_BONDED),
    Sheet(0, "hotel", (("Perlengkapan kamar", "8", 185_000),), "sent"),
)


def bill(shops: Sequence[Shop], people: Mapping[str, UUID], *, now: datetime) -> None:
    """Give the first business customers and papers in every state, and a client a month of tax invoices."""
    seller, collector = shops[0], shops[COLLECTOR]
    with everything():
        who = _as_owner(seller, people)
        usual = invoices.Habits(seller.id, prefix="BBS", bank=BANK, note="Terima kasih atas pesanan Anda.")
        invoices.say_habits(actor=who["actor"], wanted=usual)
        _write(who, SHEETS, now)
    with everything():
        who = _as_owner(collector, people)
        books.say_profile(**who, taxpayer=books.Taxpayer.COMPANY, registered_year=2024, is_pkp=True)
        _write(who, TAXED, now)


def _as_owner(shop: Shop, people: Mapping[str, UUID]) -> dict[str, Any]:
    return {
        "actor": Actor(person_id=people[shop.email], businesses={shop.id: BusinessRole.OWNER}),
        "business_id": shop.id,
    }


def _write(who: dict[str, Any], sheets: Sequence[Sheet], now: datetime) -> None:
    known = {name: _customer(who, name, now - timedelta(days=40)) for name in CUSTOMERS}
    for sheet in sheets:
        at = now - timedelta(days=sheet.days)
        made = _draft(who, sheet, known[sheet.customer], at)
        if sheet.fate:
            invoices.issue(**who, document_id=made.id, at=at)
            _happens(who, sheet.fate, made, at, now)


def _happens(who: dict[str, Any], fate: str, made: invoices.Document, at: datetime, now: datetime) -> None:
    if fate != "issued":
        invoices.mark_sent(**who, document_id=made.id, by_mail=False, at=at)
    if fate in ("paid", "partly"):
        parts = 1 if fate == "paid" else 3
        _pay(who, made, made.sums.total_minor // parts, at + timedelta(days=3))
    elif fate == "credited":
        credit_id = ids.uuid7()
        some = {1: Decimal(5)}
        reason = "Lima mukena cacat jahit"
        invoices.credit(**who, document_id=made.id, credit_id=credit_id, quantities=some, reason=reason, at=at)
    elif fate == "recurring":
        _pay(who, made, made.sums.total_minor, at + timedelta(days=5))
        next_on = _month_after(clock.business_day(now))
        every = invoices.Every.MONTH
        invoices.repeat_document(**who, document_id=made.id, every=every, next_on=next_on, is_sent=True, at=now)
    elif fate == "agreed":
        link = invoices.link(**who, document_id=made.id)
        invoices.answer_quotation(link=link, accepted=True, at=at + timedelta(days=1))
    elif fate == "uploaded":
        invoices.mark_uploaded(**who, document_id=made.id, nsfp=NSFP, at=at)


def _pay(who: dict[str, Any], made: invoices.Document, amount: int, at: datetime) -> None:
    invoices.record_payment(
        **who,
        document_id=made.id,
        payment_id=ids.uuid7(),
        amount_minor=amount,
        method=invoices.Method.BANK,
        day=clock.business_day(at),
        at=at,
    )


def _draft(who: dict[str, Any], sheet: Sheet, customer: invoices.Customer, at: datetime) -> invoices.Document:
    lines = [invoices.NewLine(name, Decimal(quantity), price * 100) for name, quantity, price in sheet.lines]
    info, stamp = sheet.facility
    terms = invoices.Terms(
        due_days=sheet.terms,
        language=customer.language,
        trx_code=sheet.trx_code,
        add_info=info,
        facility_stamp=stamp,
    )
    return invoices.draft(
        **who, document_id=ids.uuid7(), kind=sheet.kind, customer_id=customer.id, lines=lines, terms=terms, at=at
    )


def _customer(who: dict[str, Any], key: str, at: datetime) -> invoices.Customer:
    name, proof, number, country, address, email, language = CUSTOMERS[key]
    data = invoices.CustomerData(name, invoices.Proof(proof), number, "", country, address, email, language)
    return invoices.add_customer(**who, customer_id=ids.uuid7(), data=data, at=at)


def _month_after(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
