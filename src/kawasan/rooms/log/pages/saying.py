"""What stands in a document, as people say it: amounts, moments, names of businesses and places, beside the values."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from kawasan.core import ids
from kawasan.core.errors import Refusal, msg
from kawasan.platform import wording
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.log import api as log
from kawasan.rooms.zone import api as zone

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})")
_DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_GOODS = re.compile(r"https?://[^/]+/01/([0-9]{14})(?:/10/([^/?]+))?")
_REGION = "urn:x-kawasan:region:"
_DISTRICT_DOTS = 2  # 32.73.01: a district of 32.73
_UNITS = {"CEL": "\N{DEGREE SIGN}C", "KGM": "kg", "GRM": "g", "LTR": "l"}
_SAID_AS = {  # names that speak of the smallest unit or of a code, where neither is shown
    "amount": msg("Amount"), "code": msg("Kind of transfer"), "total_minor": msg("Total"), "ppn_minor": msg("PPN"),
    "kind": msg("How it moved"),
}  # fmt: skip
_KINDS = {
    ledger.Kind.POSTED: msg("At once"),
    ledger.Kind.PENDING: msg("Reserved, not moved yet"),
    ledger.Kind.POST: msg("Out of a reservation"),
    ledger.Kind.VOID: msg("Reservation released"),
    ledger.Kind.EXPIRE: msg("Reservation released, its time was over"),
}
_IDS = {"id": "trf", "pending_of": "trf"}
LOOKS: dict[str, Callable[[str], str]] = {  # an entry of the access log: numbers as they are written elsewhere
    "id": lambda value: ids.public("acc", UUID(value)),
    "person": lambda value: ids.public("per", UUID(value)),
}


@dataclass(frozen=True, slots=True)
class Line:
    """
    A line of a document: its name and value, and what people say for the value, where that is something else.

    ``heading`` is the name to stand before what people say.
    """

    heading: str
    name: str
    value: str
    said: str


def lines(proof: log.Proof) -> list[Line]:
    """Return what a proof proves as lines for people; JSON-LD's own words are left out. Call it in a transaction."""
    opened = proof.part or proof.content
    if opened is None:
        return []
    whole = _transfer(opened.body) if proof.part else {}
    found = [(name, value) for name, value in log.lines_of(opened.body) if not name.startswith("@")]
    return [_line(proof.kind, name, value, whole) for name, value in found]


def _line(kind: str, name: str, value: str, transfer: dict[str, Any]) -> Line:
    said, named = _said(kind, name, value, transfer), log.named(name, say=gettext)
    return Line(_heading(name) or named if said else named, named, value, said)


def _heading(name: str) -> str:
    """Return what to call a value that is said otherwise, where its own name does not fit that any more."""
    if name in _SAID_AS:
        return gettext(_SAID_AS[name])
    if name in ("readPoint.id", "bizLocation.id"):
        return log.named(name.removesuffix(".id"), say=gettext)
    if name.endswith("].type"):  # of a part: only the event's own is a kind of event
        return gettext("What was measured") if "sensorReport" in name else gettext("Kind")
    return ""


def _transfer(body: bytes) -> dict[str, Any]:
    with suppress(ValueError):
        found = json.loads(body)
        return found if isinstance(found, dict) else {}
    return {}


def _said(kind: str, name: str, value: str, transfer: dict[str, Any]) -> str:
    """Return what people say for a value, or nothing where they say the same, or where it cannot be read."""
    try:
        found = _of_transfer(name, value, transfer) if transfer else log.said(kind, name, value)
        found = found or _of_field(re.sub(r"\[\d+\]", "", name).rpartition(".")[2], value)
    except (Refusal, ValueError, OverflowError):
        return ""
    return "" if found == value else found


def _of_transfer(name: str, value: str, transfer: dict[str, Any]) -> str:
    is_money = transfer.get("asset") == str(ledger.IDR)
    if name == "amount" and is_money:
        return wording.rupiah(int(value))
    if name == "asset":
        return gettext("Rupiah") if is_money else ledger.asset(UUID(value)).code
    if name in ("debit", "credit"):
        return _account(ledger.account(UUID(value)))
    if name == "kind":
        return gettext(_KINDS[ledger.Kind(value)])
    if name == "entry":
        return _together(UUID(value), int(transfer["sequence"]))
    if name == "reference":
        prefix = log.called("reference", transfer.get("code"))
        return ids.public(prefix, UUID(value)) if prefix else ""
    return ids.public(_IDS[name], UUID(value)) if name in _IDS else ""


def _together(entry: UUID, sequence: int) -> str:
    """Return how many transfers applied as one with this one: they stand close together, the entry's last is known."""
    applied = ledger.entry(entry)
    if applied is None:
        return ""
    before = min(sequence, applied.last_sequence - ledger.TRANSFERS_PER_ENTRY_MAX) - 1
    rows = ledger.transfers_between(max(before, 0), applied.last_sequence)
    return _one_of(sum(row.entry_id == entry for row in rows))


def _one_of(count: int) -> str:
    if count == 1:
        return gettext("This transfer alone")
    return gettext("One of {count} transfers that apply together or not at all").format(count=wording.written(count))


def _account(account: ledger.Account) -> str:
    """Return what an account is, and whose, where that is a business: who people are is for them to say."""
    text = log.called("account", account.code)
    owner = zone.businesses(ids=[account.owner]).get(account.owner)
    return _joined(gettext(text) if text else "", owner.name if owner else "")


def _joined(*parts: str) -> str:
    return " \N{MIDDLE DOT} ".join(filter(None, parts))


def _of_field(field: str, value: str) -> str:
    if _MOMENT.fullmatch(value):
        return wording.moment(datetime.fromisoformat(value))
    if _DAY.fullmatch(value):
        return wording.moment(date.fromisoformat(value), "date")
    if field.endswith("_minor"):
        return wording.rupiah(int(value))
    if _DECIMAL.fullmatch(value):
        return wording.written(Decimal(value))
    if field == "business":
        found = zone.businesses(ids=[UUID(value)]).get(UUID(value))
        return found.name if found else ""
    if value.startswith(_REGION):
        return _place(value.removeprefix(_REGION))
    if goods := _GOODS.match(value):
        return _joined(f"GTIN {goods[1]}", goods[2] or "")
    return _word(field, value)


def _place(code: str) -> str:
    """Return the name of a regency, or of a district with its regency."""
    if code.count(".") < _DISTRICT_DOTS:
        return zone.regency(code).name
    return f"{zone.district(code).name}, {zone.regency(code.rpartition('.')[0]).name}"


def _word(field: str, value: str) -> str:
    if value in ("true", "false"):
        return gettext("yes") if value == "true" else gettext("no")
    text = log.called(field, value) or (zone.LABELS["action"].get(value, "") if field == "action" else "")
    return gettext(text) if text else _UNITS.get(value, "") if field == "uom" else ""
