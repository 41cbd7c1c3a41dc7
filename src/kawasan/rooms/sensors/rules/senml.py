"""SenML in JSON (RFC 8428): resolve base values, relative times and units into plain readings."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from kawasan.core.errors import msg
from kawasan.rooms.sensors.types.devices import NewReading, SenmlInvalid, TooManyReadings

RECORDS_MAX = 5_000
VERSION = 10  # of SenML itself (RFC 8428, 4.4)
# Times below 2**28 are relative to now (RFC 8428, 4.5.3).
_ABSOLUTE_FROM = 2**28
_SECONDS_MAX = 253_402_300_000  # the end of year 9999
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-:./_]*")  # RFC 8428, 4.5.1
_KNOWN = frozenset({"bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vs", "vb", "vd", "s", "t", "ut", "seq"})
_TEXT_MAX = 200
_SEQ_MAX = 2**63 - 1


def read(content: bytes, *, at: datetime, stream: str | None = None) -> list[NewReading]:
    """
    Return the readings of a SenML pack, in order.

    The stream is the last part of the resolved name, behind ``:`` or ``/``; ``stream`` stands in where the records
    carry none (an MQTT topic names it). ``seq`` is a member of our own: the device's count of its messages.
    Raises SenmlInvalid, TooManyReadings.
    """
    base: dict[str, Any] = {}
    found = []
    for record in _records(content):
        _check(record)
        base |= {key: record[key] for key in ("bn", "bt", "bu", "bv", "bs") if key in record}
        if record.keys() & {"v", "vs", "vb", "vd", "s"}:
            found.append(_reading(record, base, at, stream))
    if not found:
        raise SenmlInvalid(problem=msg("It holds no value."))
    return found


def _records(content: bytes) -> list[dict[str, Any]]:
    try:
        records = json.loads(content)
    except (ValueError, RecursionError):
        raise SenmlInvalid(problem=msg("It is not JSON.")) from None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise SenmlInvalid(problem=msg("It is not a list of records."))
    if len(records) > RECORDS_MAX:
        raise TooManyReadings(most=RECORDS_MAX)
    return records


def _check(record: Mapping[str, Any]) -> None:
    # A member that ends in "_" must be understood or the whole pack refused (RFC 8428, 4.4).
    if any(key.endswith("_") and key not in _KNOWN for key in record):
        raise SenmlInvalid(problem=msg("It needs something that is not understood here."))
    if _number(record, "bver", VERSION) > VERSION:
        raise SenmlInvalid(problem=msg("It is of a newer version of SenML."))
    for key in ("n", "bn", "u", "bu", "vs"):
        if not isinstance(record.get(key, ""), str):
            raise SenmlInvalid(problem=msg("A text is not a text."))


def _reading(record: Mapping[str, Any], base: Mapping[str, Any], at: datetime, stream: str | None) -> NewReading:
    name = str(base.get("bn", "")) + str(record.get("n", ""))
    if name and not _NAME.fullmatch(name):
        raise SenmlInvalid(problem=msg("A name is not as SenML wants it."))
    own = re.split(r"[:/]", name)[-1] if name else ""
    return NewReading(
        stream=own or stream or _no_name(),
        at=_moment(_number(base, "bt", 0) + _number(record, "t", 0), at),
        value=_value(record, base),
        text=_text(record),
        seq=_seq(record),
        unit=str(record.get("u", base.get("bu", ""))),
    )


def _no_name() -> str:
    raise SenmlInvalid(problem=msg("A record has no name."))


def _value(record: Mapping[str, Any], base: Mapping[str, Any]) -> float | None:
    if "vb" in record:
        if not isinstance(record["vb"], bool):
            raise SenmlInvalid(problem=msg("A value has the wrong type."))
        return float(record["vb"])
    if "v" in record:
        return _number(record, "v", 0) + _number(base, "bv", 0)
    if "vs" in record:
        return None
    if "s" in record:
        return _number(record, "s", 0) + _number(base, "bs", 0)
    raise SenmlInvalid(problem=msg("Data values are not taken."))


def _text(record: Mapping[str, Any]) -> str | None:
    if "vs" not in record or "v" in record or "vb" in record:
        return None
    text = str(record["vs"])
    if not text or len(text) > _TEXT_MAX or any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in text):
        raise SenmlInvalid(problem=msg("A text is empty, too long or holds what cannot be kept."))
    return text


def _seq(record: Mapping[str, Any]) -> int | None:
    seq = record.get("seq")
    if seq is None:
        return None
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq <= _SEQ_MAX:
        raise SenmlInvalid(problem=msg("seq is not a whole number."))
    return seq


def _number(record: Mapping[str, Any], key: str, usual: float) -> float:
    value = record.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SenmlInvalid(problem=msg("A number is not a number."))
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise SenmlInvalid(problem=msg("A number is not a number."))
    return number


def _moment(seconds: float, at: datetime) -> datetime:
    if not -_SECONDS_MAX < seconds < _SECONDS_MAX:
        raise SenmlInvalid(problem=msg("A time cannot be."))
    if seconds < _ABSOLUTE_FROM:
        try:
            return at + timedelta(seconds=seconds)
        except OverflowError:
            raise SenmlInvalid(problem=msg("A time cannot be.")) from None
    return _EPOCH + timedelta(seconds=seconds)
