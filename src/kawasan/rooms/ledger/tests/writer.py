"""A process that applies entries until it is killed and prints each id once its commit was confirmed. No Django."""

from __future__ import annotations

import sys
from collections.abc import Callable
from uuid import UUID

import psycopg

from kawasan.core import clock, ids
from kawasan.rooms.ledger import engine
from kawasan.rooms.ledger.types import Answer, Applied, Entry, NewTransfer


def main(url: str, debit: str, credit: str, batch_size: int, way: str) -> None:
    apply = _by_pages(url) if way == "page" else engine.Writer(lambda: psycopg.connect(url)).apply
    while True:
        entries = [
            Entry(
                ids.uuid7(),
                clock.now(),
                (
                    NewTransfer(ids.uuid7(), UUID(debit), UUID(credit), 2, 1),
                    NewTransfer(ids.uuid7(), UUID(credit), UUID(debit), 1, 1),
                ),
            )
            for _ in range(batch_size)
        ]
        for answer in apply(entries):
            assert isinstance(answer, Applied)
            sys.stdout.write(f"{answer.entry_id} {answer.last_sequence}\n")
        sys.stdout.flush()
        assert "django" not in sys.modules


def _by_pages(url: str) -> Callable[[list[Entry]], list[Answer]]:
    connection = psycopg.connect(url)

    def apply(entries: list[Entry]) -> list[Answer]:
        answers = engine.apply(connection, entries)
        connection.commit()
        return answers

    return apply


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5])
