"""Under which names an event is found, and to whom it sends what: rows written in the statement that writes it."""

from __future__ import annotations

# Note [Why names have rows of their own]
# Row security lets only operators that give nothing away ("leakproof") look before it. Equality of texts and numbers
# is; whether two lists overlap is not, so no index of lists would ever be used here and each question would read every
# event. Rows answer it by the plainest index there is, in the order of events.
_LISTS = ("things", "transactions", "sources", "destinations")
_TEXTS = ("read_point", "biz_location", "disposition")
_INSTANCES = ("epcs", "parents", "inputs", "outputs")
NAMED = (*_LISTS, *_TEXTS, *_INSTANCES)

_NAMES = f"""
select name, event.number, event.business_id,
       name = any({" || ".join(f"event.{column}" for column in _INSTANCES)}) as is_epc
from {{events}} event cross join lateral (
  select distinct name from unnest({" || ".join(f"event.{column}" for column in _LISTS)}
                                   || array[{", ".join(f"event.{column}" for column in _TEXTS)}]) as all_of(name)
  where name <> ''
) as said
"""


def names_of(events: str) -> str:
    """Return the statement that says the names of the events of a table (or of another statement), each once."""
    return _NAMES.format(events=events)


# Note [Why sendings have rows of their own]
# A recall asks to whom thousands of things were sent, each told of by a hundred events. Read from the events that is a
# hundred thousand wide rows from all over the table; these say it from the index alone.
_SENDINGS = """
select thing, event.business_id, party, event.number
from {events} event cross join lateral unnest(event.destinations) party cross join lateral unnest(event.things) thing
where event.error_at is null
"""
# Columns of an event that the statements here read.
TOLD = (*NAMED, "error_at")


def sendings_of(events: str) -> str:
    """Return the statement that says whom the events of a table (or of another statement) send each thing to."""
    return _SENDINGS.format(events=events)
