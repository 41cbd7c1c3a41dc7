"""Database transactions: opened at an edge, required by every action, with the reader's reach set for row security."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connection
from django.db import transaction as django_transaction

from kawasan.core.access import STRANGER, SYSTEM, Actor
from kawasan.core.errors import Busy, Refusal

LOCK_TIMEOUT_MS = 3_000
STATEMENT_TIMEOUT_MS = 15_000

P = ParamSpec("P")
R = TypeVar("R")

_SET = (
    "select set_config('kawasan.reach', %s, true), set_config('kawasan.person', %s, true), "
    "set_config('kawasan.businesses', %s, true), set_config('lock_timeout', %s, true), "
    "set_config('statement_timeout', %s, true)"
)
# What the reach was is read before it is set: PostgreSQL promises no order between two columns of one list.
_WIDEN = """
with earlier as materialized (select coalesce(current_setting('kawasan.reach', true), '') as reach)
select reach, set_config('kawasan.reach', 'zone', true) from earlier
"""


class LockTimeout(Busy):
    """Somebody else holds the rows; nothing was done and a repeat is safe."""

    code = "lock-timeout"


@contextmanager
def transaction(actor: Actor = STRANGER, *, statement_timeout_ms: int = STATEMENT_TIMEOUT_MS) -> Iterator[None]:
    """
    Open the one transaction of an edge on behalf of ``actor``.

    Row-level security sees what the actor may see: own rows as a person, rows of the businesses where they hold a role,
    everything for zone roles and the system. It cannot be nested: an edge makes one transaction, one call.
    Raises LockTimeout where rows stayed locked for longer than LOCK_TIMEOUT_MS.
    """
    try:
        with django_transaction.atomic(durable=not _in_test_transaction()):
            see_as(actor, statement_timeout_ms=statement_timeout_ms)
            yield
            if _in_test_transaction():
                see_as(SYSTEM)  # the settings end with the transaction; a test's outlives the edge
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == "55P03":  # lock_not_available
            raise LockTimeout from error
        raise


def see_as(actor: Actor, *, statement_timeout_ms: int = STATEMENT_TIMEOUT_MS) -> None:
    """Set, for the present transaction, whose rows row-level security lets through."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SET,
            [
                "zone" if actor.sees_zone else "",
                str(actor.person_id or ""),
                "{" + ",".join(str(business) for business in actor.businesses) + "}",
                f"{LOCK_TIMEOUT_MS}ms",
                f"{statement_timeout_ms}ms",
            ],
        )


# A buyer's "it arrived" settles an order with rules and rows of the seller that the buyer may not read. An action that
# decides so sees everything for as long as it decides, and returns nothing of what it read but its decision.
@contextmanager
def seeing_everything() -> Iterator[None]:
    """
    Let a part of the present transaction see and write every row, and then no more than before.

    For what must be decided or completed before anybody is answered, whoever asks; nothing of it may reach the answer
    unchecked.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WIDEN)
        before, _ = cursor.fetchone()
    try:
        yield
    except Refusal:  # any other error ends the transaction, and its settings with it
        _narrow(before)
        raise
    _narrow(before)


def _narrow(reach: str) -> None:
    if reach == "zone":
        return
    with connection.cursor() as cursor:
        cursor.execute("select set_config('kawasan.reach', %s, true)", [reach])


def requires_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """Refuse to run outside a transaction: an action may not commit half of itself."""

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not connection.in_atomic_block:
            raise RuntimeError(f"{function.__qualname__} needs the transaction of an edge")
        return function(*args, **kwargs)

    return checked


def after_commit(function: Callable[[], Any]) -> None:
    """Call ``function`` once the present transaction is safely committed (at once in a test that rolls back)."""
    if _in_test_transaction():
        function()
    else:
        django_transaction.on_commit(function)


# Tests that run inside pytest-django's rolled-back transaction mark the connection; a real edge is always durable.
def _in_test_transaction() -> bool:
    return bool(getattr(connection, "_kawasan_test_transaction", False))
