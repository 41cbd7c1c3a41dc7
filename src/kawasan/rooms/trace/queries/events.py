"""Events answered to questions: in pages, each page's events in the order asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core.access import Actor
from kawasan.core.errors import Unauthenticated
from kawasan.core.paging import BadCursor, Page, decode_cursor, page_of
from kawasan.rooms.trace import models
from kawasan.rooms.trace.types.events import EVENTS_PAGE_DEFAULT, EVENTS_PAGE_MAX, Event
from kawasan.rooms.trace.types.questions import Condition, Question
from kawasan.rooms.trace.types.refusals import UnknownEvent

_SHOWN = "id, number, business_id, event_id, type, event_time, record_time, raw, context, is_id_given"
_COMPARED = {">=": ">=", "<": "<"}
# All the instances, or all the classes, of an event, whichever part they have in it.
_TOGETHER = {
    "instances": "(epcs || parents || inputs || outputs)",
    "kinds": "(classes || input_classes || output_classes)",
}
# Columns whose values are names with rows of their own; these find the event, and the column says whether it is meant.
_NAMED = frozenset((
    "epcs", "parents", "inputs", "outputs", "classes", "input_classes", "output_classes", *_TOGETHER,
    "transactions", "sources", "destinations", "read_point", "biz_location", "disposition",
))  # fmt: skip
# One name's events lie in order of their numbers: then the first page is read and nothing more.
_BY_NAME = "number in (select number from trace_name where name = %s) and "
_BY_NAMES = "number in (select number from trace_name where name = any(%s::text[])) and "


def may_read(actor: Actor) -> None:
    """Require somebody known, and with a key the scope. Raises Unauthenticated, Forbidden."""
    if not actor.is_signed_in:
        raise Unauthenticated
    actor.need_scope("trace:read")


def events(*, actor: Actor, question: Question, cursor: str | None = None, limit: int | None = None) -> Page[Event]:
    """
    Return one page of the events that a question asks for, of the caller's businesses (zone roles: all).

    Raises Unauthenticated, Forbidden, BadCursor.
    """
    may_read(actor)
    size = min(limit or question.page_size or EVENTS_PAGE_DEFAULT, EVENTS_PAGE_MAX)
    where, values = _where(question.conditions, actor)
    by_time = question.order_by == "eventTime"
    taken = 0
    after = decode_cursor(cursor, str, int, int) if by_time else decode_cursor(cursor, int, int)
    way, sign = ("desc", "<") if question.is_descending else ("asc", ">")
    if after:
        *key, taken = after
        where.append(f"(event_time, number) {sign} (%s, %s)" if by_time else f"number {sign} %s")
        values += [_moment(key[0]), key[1]] if by_time else key
    if question.most is not None:
        size = min(size, max(0, question.most - taken))
        if not size:
            return Page((), None)
    order = f"event_time {way}, number {way}" if by_time else f"number {way}"
    found = _select(f"{' and '.join(where) or 'true'} order by {order} limit %s", [*values, size + 1])

    def key_of(event: Event) -> Sequence[Any]:
        place = (event.event_time.isoformat(), event.number) if by_time else (event.number,)
        return (*place, taken + size)

    page = page_of(found, size, key_of)
    return Page(page.items, None) if question.most is not None and taken + size >= question.most else page


def matching(*, question: Question, business_id: UUID, since: datetime, after: int, upto: int) -> list[int]:
    """Return numbers ``after < number <= upto`` of a business's events, recorded since then, that a question asks."""
    where, values = _where(question.conditions, None)
    where += ["business_id = %s", "record_time >= %s", "number > %s", "number <= %s"]
    with connection.cursor() as db:
        sql = f"select number from trace_event where {' and '.join(where)} order by number"
        db.execute(sql, [*values, business_id, since, after, upto])
        return [number for (number,) in db.fetchall()]


def event(*, actor: Actor, event_id: str) -> Event:
    """Return an event by its id: the caller's own one first. Raises Unauthenticated, Forbidden, UnknownEvent."""
    may_read(actor)
    found = _select(f"event_id = %s and {_reach(actor)} order by number limit 1", [event_id, *_reach_values(actor)])
    if not found:
        raise UnknownEvent(id=event_id[:120])
    return found[0]


def own_event(business_id: UUID, event_id: str) -> Event:
    """Return a business's event by its id. Raises UnknownEvent."""
    found = _select("business_id = %s and event_id = %s", [business_id, event_id])
    if not found:
        raise UnknownEvent(id=event_id[:120])
    return found[0]


def events_by_number(numbers: Sequence[int]) -> list[Event]:
    """Return events by number, in order."""
    return _select("number = any(%s) order by number", [list(numbers)])


def _select(rest: str, values: Sequence[Any]) -> list[Event]:
    rows = models.Event.objects.raw(f"select {_SHOWN} from trace_event where {rest}", list(values))
    return [as_event(row) for row in rows]


def as_event(row: models.Event) -> Event:
    """Return an event as others see it."""
    return Event(
        id=row.id,
        number=row.number,
        business_id=row.business_id,
        event_id=row.event_id,
        type=row.type,
        event_time=row.event_time,
        record_time=row.record_time,
        raw=bytes(row.raw),
        context=row.context,
        is_id_given=row.is_id_given,
    )


# One business, one value: said so, an index that goes on in the order asked for is read from where the page begins.
def _reach(actor: Actor) -> str:
    if actor.sees_zone:
        return "true"
    return "business_id = %s" if len(actor.businesses) == 1 else "business_id = any(%s)"


def _reach_values(actor: Actor) -> list[Any]:
    own = list(actor.businesses)
    return [] if actor.sees_zone else own if len(own) == 1 else [own]


def _where(conditions: Sequence[Condition], actor: Actor | None) -> tuple[list[str], list[Any]]:
    parts, values = ([_reach(actor)], _reach_values(actor)) if actor is not None else ([], [])
    for condition in conditions:
        text, given = _compare(condition)
        parts.append(text)
        values += given
    return parts, values


def _compare(condition: Condition) -> tuple[str, list[Any]]:
    column, given = _TOGETHER.get(condition.column, condition.column), list(condition.values)
    match condition.relation:
        case "in" | "overlap" as relation:
            meant = f"{column} && %s::text[]" if relation == "overlap" else f"{column} = any(%s)"
            if condition.column not in _NAMED:
                return (f"{column} = %s", given) if len(given) == 1 else (f"({meant})", [given])
            if len(given) == 1:
                return f"({_BY_NAME}{meant})", [given[0], given]
            return f"({_BY_NAMES}{meant})", [given, given]
        case "below":
            return f"({column} = any(%s) or {column} like any(%s))", [given, [_escaped(one) + "/%" for one in given]]
        case "exists":
            return f"{column} is not null", []
        case "true":
            return column, []
        case "filled":
            return f"{column} <> ''", []
        case relation if relation.startswith("any "):
            return f"%s::float8 {relation[4:]} any({column})", given
        case relation:
            return f"{column} {_COMPARED[relation]} %s", [_moment(given[0])]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadCursor from None
