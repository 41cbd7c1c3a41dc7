"""
The event hash of the CBV 2.0 (section 8.9): a name for an event that came without one.

It finds a repeat of the same event and is nothing more: different events can share one value (it drops leading zeros,
the order of lists, domains), so it never stands in for the bytes. What must not be changed is sealed elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from kawasan.rooms.trace.rules import vocabulary as words
from kawasan.rooms.trace.rules.identifiers import canonical

Names = dict[str, str]

_IGNORED = frozenset(("@context", "type", "eventID", "recordTime", "errorDeclaration", "rdfs:comment", "comment"))
_ORDER = (
    "eventTime", "eventTimeZoneOffset", "certificationInfo", "parentID", "epcList", "inputEPCList", "childEPCs",
    "quantityList", "childQuantityList", "inputQuantityList", "outputEPCList", "outputQuantityList", "action",
    "transformationID", "bizStep", "disposition", "persistentDisposition", "readPoint", "bizLocation",
    "sensorElementList",
)  # fmt: skip
_METADATA = (
    "time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules",
)  # fmt: skip
_REPORT = (
    "type", "exception", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time", "microorganism",
    "chemicalSubstance", "value", "component", "stringValue", "booleanValue", "hexBinaryValue", "uriValue", "minValue",
    "maxValue", "meanValue", "sDev", "percRank", "percValue", "uom", "coordinateReferenceSystem",
)  # fmt: skip
# Bare words stand for names on the web; which ones depends on the member.
_WORDS = {
    "bizStep": (words.BIZ_STEPS, f"{words.CBV}BizStep-"),
    "disposition": (words.DISPOSITIONS, f"{words.CBV}Disp-"),
    "set": (words.DISPOSITIONS, f"{words.CBV}Disp-"),
    "unset": (words.DISPOSITIONS, f"{words.CBV}Disp-"),
    "bizTransactionList": (words.TRANSACTION_TYPES, f"{words.CBV}BTT-"),
    "sourceList": (words.PARTY_TYPES, f"{words.CBV}SDT-"),
    "destinationList": (words.PARTY_TYPES, f"{words.CBV}SDT-"),
    "sensorReport": (words.MEASUREMENTS, words.VOC),
    "exception": (words.ALERTS, words.VOC),
    "component": (words.COMPONENTS, f"{words.CBV}Comp-"),
}
_NUMBER = re.compile(r"[+-]?(?:\d+(?:_?\d)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def event_hash(body: dict[str, Any], *, context: Any = None, ignored: Iterable[str] = ()) -> str:
    """Return the ``ni:`` name of an event; ``context`` is its document's, whose prefixes it may use."""
    text = text_to_hash(body, context=context, ignored=ignored)
    return f"ni:///sha-256;{hashlib.sha256(text.encode()).hexdigest()}?ver=CBV2.0"


def text_to_hash(body: dict[str, Any], *, context: Any = None, ignored: Iterable[str] = ()) -> str:
    """Return the text that is hashed: members in a fixed order, values in one form."""
    names = _names(context) | _names(body.get("@context"))
    left = _IGNORED | frozenset(ignored)
    known = "".join(_member(key, body[key], names) for key in _ORDER if key in body and key not in left)
    others = [key for key in body if key not in left and key not in _ORDER]
    return f"eventType={body.get('type', '')}{known}" + "".join(
        sorted(part for key in others for part in _other(key, body[key], names))
    )


def ignored_by(head: dict[str, Any]) -> tuple[str, ...]:
    """Return the members that a document asks to leave out (its ``…:ignoreFields``)."""
    found = [value for key, value in head.items() if key.endswith(":ignoreFields")]
    return tuple(str(name) for names in found if isinstance(names, list) for name in names)


def _names(context: Any) -> Names:
    parts = context if isinstance(context, list) else [context]
    return {
        key: value for part in parts if isinstance(part, dict) for key, value in part.items() if isinstance(value, str)
    }


def _member(key: str, value: Any, names: Names) -> str:
    if key in ("epcList", "inputEPCList", "outputEPCList", "childEPCs"):
        return _listed(key, (f"epc={_value(epc, names)}" for epc in value))
    if key.endswith("uantityList"):
        return _listed(key, ("quantityElement" + _of(item, ("epcClass", "quantity", "uom"), names) for item in value))
    if key == "persistentDisposition":
        return key + "".join(_simple(name, value.get(name, []), names) for name in ("set", "unset"))
    if key in ("readPoint", "bizLocation"):
        return key + _of(value, ("id",), names)
    if key == "sensorElementList":
        return _listed(key, ("sensorElement" + _sensor(item, names) for item in value))
    return _simple(key, value, names)


def _other(key: str, value: Any, names: Names) -> list[str]:
    """Write what the reference program sorts among the extensions, and these."""
    if key in ("bizTransactionList", "sourceList", "destinationList"):
        order = ("type", key.removesuffix("List"))
        return [_listed(key, (_of(item, order, names, word=key) for item in value))]
    return _free(key, value, names)


def _sensor(item: dict[str, Any], names: Names) -> str:
    metadata = item.get("sensorMetadata")
    reports = (
        "sensorReport" + _of(report, _REPORT, names, word="sensorReport") for report in item.get("sensorReport", [])
    )
    told = "sensorMetadata" + _of(metadata, _METADATA, names) if metadata else ""
    return told + "".join(sorted(reports)) + _extensions(item, ("sensorMetadata", "sensorReport"), names)


def _of(item: dict[str, Any], order: tuple[str, ...], names: Names, *, word: str = "") -> str:
    """Write an object's known members in order, then its extensions."""
    known = "".join(
        _simple(name, item[name], names, word=word if name == "type" else name) for name in order if name in item
    )
    return known + _extensions(item, order, names)


def _extensions(item: dict[str, Any], known: tuple[str, ...], names: Names) -> str:
    left = [key for key in item if key not in known and key not in _IGNORED]
    return "".join(sorted(part for key in left for part in _free(key, item[key], names)))


def _listed(key: str, parts: Iterable[str]) -> str:
    return key + "".join(sorted(parts))


def _simple(key: str, value: Any, names: Names, *, word: str = "") -> str:
    values = value if isinstance(value, list) else [value]
    written: Callable[[Any], str] = _moment if _is_time(key) else lambda item: _value(item, names, word or key)
    return "".join(sorted(f"{key}={written(item)}" for item in values))


def _free(key: str, value: Any, names: Names) -> list[str]:
    """Write a member that the standard does not know: name, value, and everything inside."""
    name = _full(key, names)
    if isinstance(value, list):
        return [part for item in value for part in _free(key, item, names)]
    if isinstance(value, dict):
        text = value.get("#text")
        inner = [
            part for inside in value if inside not in _IGNORED_INSIDE for part in _free(inside, value[inside], names)
        ]
        return [name + (f"={_value(text, names)}" if text else "") + "".join(sorted(inner))]
    written = _value(value, names)
    return [f"{name}={written}" if written else name]


_IGNORED_INSIDE = frozenset(("#text", "rdfs:comment", "comment"))


def _full(key: str, names: Names) -> str:
    prefix, colon, rest = key.partition(":")
    return f"{{{names[prefix]}}}{rest}" if colon and prefix in names else key


def _value(value: Any, names: Names, key: str = "") -> str:
    text = (value if isinstance(value, str) else str(value)).strip()
    prefix, colon, rest = text.partition(":")
    if colon and prefix in names:
        text = names[prefix] + rest
    known, web = _WORDS.get(key, ((), ""))
    if text in known:
        return web + text
    text = _number(words.web_name(text))
    return canonical(text) or text


def _number(text: str) -> str:
    """Numbers lose what does not count: zeros before and after, a plus."""
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text)
    if number in (float("inf"), float("-inf")):
        return text
    return str(int(number)) if int(number) == number else str(number)


def _is_time(key: str) -> bool:
    return "time" in key.lower() and "offset" not in key.lower()


def _moment(text: Any) -> str:
    try:
        moment = datetime.fromisoformat(str(text).strip().upper())
    except ValueError:
        return str(text)
    moment = moment.astimezone(UTC)
    rounded = round(moment.microsecond, -3)
    if rounded >= 1_000_000:
        rounded = 999_000
    return moment.replace(microsecond=rounded).isoformat(timespec="milliseconds")[:-6] + "Z"
