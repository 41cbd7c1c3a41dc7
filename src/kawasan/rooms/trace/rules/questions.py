"""Reads the parameters of EPCIS event queries (EPCIS 2.0.1, section 8.2.7.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kawasan.core.errors import msg
from kawasan.rooms.trace.rules import vocabulary as words
from kawasan.rooms.trace.rules.identifiers import known_as
from kawasan.rooms.trace.types.events import EVENTS_PAGE_MAX
from kawasan.rooms.trace.types.questions import Condition, Question
from kawasan.rooms.trace.types.refusals import QueryInvalid

VALUES_MAX = 200

Values = tuple[str, ...]
_Maker = Callable[[str, Values], Condition]


def _texts(column: str, read: Callable[[str], str] = str) -> _Maker:
    return lambda _, values: Condition(column, "in", tuple(read(value) for value in values))


def _one_of(column: str, known: tuple[str, ...]) -> _Maker:
    def made(name: str, values: Values) -> Condition:
        if not set(values) <= set(known):
            raise QueryInvalid(name=name, problem=msg("one of {known}"), known=", ".join(known))
        return Condition(column, "in", values)

    return made


def _amount(relation: str) -> _Maker:
    def made(name: str, values: Values) -> Condition:
        try:
            (amount,) = (float(value) for value in values)
        except ValueError:
            raise QueryInvalid(name=name, problem=msg("one number")) from None
        return Condition("quantities", f"any {relation}", (repr(amount),))

    return made


def _overlap(column: str) -> _Maker:
    return lambda _, values: Condition(column, "overlap", tuple(known_as(value) for value in values))


def _below(column: str) -> _Maker:
    """A place and everything written below it (…/414/…/254/…)."""
    return lambda _, values: Condition(column, "below", tuple(known_as(value) for value in values))


def _moment(column: str, relation: str) -> _Maker:
    return lambda name, values: Condition(column, relation, (_instant(name, values),))


def _instant(name: str, values: Values) -> str:
    try:
        (text,) = values
        moment = datetime.fromisoformat(text.replace(" ", "+").upper())
    except ValueError:
        raise QueryInvalid(name=name, problem=msg("one moment such as 2026-11-22T10:00:00Z")) from None
    if moment.tzinfo is None:
        raise QueryInvalid(name=name, problem=msg("the moment needs its time zone"))
    return moment.astimezone(UTC).isoformat()


def _flag(column: str, relation: str) -> _Maker:
    return lambda *_: Condition(column, relation, ())


def _known(kind: str) -> Callable[[str], str]:
    return lambda value: words.bare(value, kind)


_MAKERS: dict[str, _Maker] = {
    "eventType": _texts("type"),
    "EQ_action": _one_of("action", words.ACTIONS),
    "EQ_bizStep": _texts("biz_step", _known("BizStep")),
    "EQ_disposition": _texts("disposition", _known("Disp")),
    "EQ_eventID": _texts("event_id"),
    "EQ_transformationID": _texts("transformation"),
    "EQ_readPoint": _texts("read_point", known_as),
    "EQ_bizLocation": _texts("biz_location", known_as),
    "WD_readPoint": _below("read_point"),
    "WD_bizLocation": _below("biz_location"),
    "MATCH_epc": _overlap("epcs"),
    "MATCH_parentID": _overlap("parents"),
    "MATCH_inputEPC": _overlap("inputs"),
    "MATCH_outputEPC": _overlap("outputs"),
    "MATCH_anyEPC": _overlap("instances"),
    "MATCH_epcClass": _overlap("classes"),
    "MATCH_inputEPCClass": _overlap("input_classes"),
    "MATCH_outputEPCClass": _overlap("output_classes"),
    "MATCH_anyEPCClass": _overlap("kinds"),
    "GE_eventTime": _moment("event_time", ">="),
    "LT_eventTime": _moment("event_time", "<"),
    "GE_recordTime": _moment("record_time", ">="),
    "LT_recordTime": _moment("record_time", "<"),
    "GE_errorDeclarationTime": _moment("error_at", ">="),
    "LT_errorDeclarationTime": _moment("error_at", "<"),
    "EQ_errorReason": _texts("error_reason", _known("ER")),
    "EQ_quantity": _amount("="),
    "GE_quantity": _amount("<="),
    "GT_quantity": _amount("<"),
    "LE_quantity": _amount(">="),
    "LT_quantity": _amount(">"),
    "EXISTS_errorDeclaration": _flag("error_at", "exists"),
    "EXISTS_sensorElementList": _flag("has_sensors", "true"),
    "EXISTS_bizStep": _flag("biz_step", "filled"),
    "EXISTS_disposition": _flag("disposition", "filled"),
    "EXISTS_readPoint": _flag("read_point", "filled"),
    "EXISTS_bizLocation": _flag("biz_location", "filled"),
}
# The kind of transaction or party stands in the parameter's own name; the identifier is what is looked up.
_LISTS = {"EQ_bizTransaction": "transactions", "EQ_source": "sources", "EQ_destination": "destinations"}
_CONTROL = ("orderBy", "orderDirection", "perPage", "eventCountLimit", "maxEventCount", "nextPageToken", "business")


def read_question(given: Mapping[str, Sequence[str]]) -> Question:
    """
    Return the question that parameters ask; several values of one mean any of them.

    Raises QueryInvalid for a parameter that is not known: an answer that ignores a condition would be wrong.
    """
    conditions = [_condition(name, _split(name, values)) for name, values in given.items() if name not in _CONTROL]
    order_by = _one(given, "orderBy", "recordTime")
    direction = _one(given, "orderDirection", "ASC" if "orderBy" not in given else "DESC")
    if order_by not in ("eventTime", "recordTime"):
        raise QueryInvalid(name="orderBy", problem=msg("one of {known}"), known="eventTime, recordTime")
    if direction not in ("ASC", "DESC"):
        raise QueryInvalid(name="orderDirection", problem=msg("one of {known}"), known="ASC, DESC")
    return Question(
        conditions=tuple(conditions),
        order_by=order_by,
        is_descending=direction == "DESC",
        page_size=_count(given, "perPage"),
        most=_count(given, "eventCountLimit") or _count(given, "maxEventCount"),
        asked={name: list(values) for name, values in given.items() if name not in ("nextPageToken", "business")},
    )


def narrowed(question: Question, name: str, value: str) -> Question:
    """Return a question with one condition more, whose value is taken as it stands."""
    return replace(question, conditions=(*question.conditions, _condition(name, (value,))))


def read_query_document(query: Any) -> dict[str, list[str]]:
    """Return the parameters of a query in JSON (of POST /queries). Raises QueryInvalid."""
    if not isinstance(query, dict):
        raise QueryInvalid(name="query", problem=msg("an object of parameters"))
    found: dict[str, list[str]] = {}
    for name, value in query.items():
        if name == "@context":
            continue
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str | int | float) for item in values):
            raise QueryInvalid(name=str(name)[:60], problem=msg("a text or a list of texts"))
        found[name] = ["true" if item is True else str(item) for item in values]
    return found


def _condition(name: str, values: Values) -> Condition:
    maker = _MAKERS.get(name)
    if maker is not None:
        return maker(name, values)
    for prefix, column in _LISTS.items():
        if name.startswith(f"{prefix}_"):
            return _overlap(column)(name, values)
    raise QueryInvalid(name=name[:60], problem=msg("this parameter is not known here"))


def _split(name: str, values: Sequence[str]) -> Values:
    found = tuple(part for value in values for part in re.split(r"[|,]", value) if part)
    if not name.startswith("EXISTS_") and not found:
        raise QueryInvalid(name=name[:60], problem=msg("a value is needed"))
    if len(found) > VALUES_MAX or any("\0" in part for part in found):
        raise QueryInvalid(name=name[:60], problem=msg("at most {most} values"), most=VALUES_MAX)
    return found


def _one(given: Mapping[str, Sequence[str]], name: str, otherwise: str) -> str:
    return given[name][-1] if given.get(name) else otherwise


def _count(given: Mapping[str, Sequence[str]], name: str) -> int | None:
    text = _one(given, name, "")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) < 1:
        raise QueryInvalid(name=name, problem=msg("a whole number from 1"))
    return min(int(text), EVENTS_PAGE_MAX) if name == "perPage" else int(text)
