"""Baseline: an order a transaction, in plain psycopg as somebody writes it who knows PostgreSQL."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from uuid import uuid4

import psycopg

from kawasan.bench.baselines import threads
from kawasan.bench.population import Market
from kawasan.bench.site import Site

SCHEMA = "bench_one_by_one"
MODULE = "kawasan.bench.baselines.one_by_one"
PLENTY = 10**12
PRICE_MINOR = 25_000_00

_TABLES = f"""
create schema {SCHEMA};
create table {SCHEMA}.account (id bigint primary key, balance bigint not null check (balance >= 0));
create table {SCHEMA}.transfer (id uuid primary key, order_id uuid not null, debit bigint not null,
                                credit bigint not null, amount bigint not null check (amount > 0),
                                at timestamptz not null);
"""
_LOCK = f"select id, balance from {SCHEMA}.account where id = any(%s) order by id for update"
_MOVE = f"""
insert into {SCHEMA}.transfer (id, order_id, debit, credit, amount, at)
values (%s, %s, %s, %s, %s, %s), (%s, %s, %s, %s, %s, %s), (%s, %s, %s, %s, %s, %s)
"""
_WRITE = f"""
update {SCHEMA}.account a set balance = n.balance from unnest(%s::bigint[], %s::bigint[]) as n (id, balance)
where a.id = n.id
"""


def prepare(here: Site, accounts: int) -> None:
    """Make its tables, with as many accounts as ours."""
    with here.connect(schema=None) as connection:
        connection.execute(_TABLES)
        connection.execute(
            f"insert into {SCHEMA}.account select n, {PLENTY} from generate_series(0, {accounts - 1}) as n"
        )
    with here.connect(schema=None) as connection:
        connection.autocommit = True
        connection.execute(f"vacuum analyze {SCHEMA}.account")


def rate(here: Site, *, accounts: int, seconds: float, is_hot: bool) -> float:
    """Return orders a second: three linked transfers each, THREADS connections."""
    return threads.measure(here, MODULE, accounts=accounts, seconds=seconds, is_hot=is_hot)


def _taker(task: threads.Task) -> threads.OrderTaker:
    market, connection = Market.of(task.accounts), psycopg.connect(task.url)

    def take() -> None:
        buyer = random.randrange(market.buyers)
        item = 0 if task.is_hot else random.randrange(market.items)
        with connection.transaction():
            _order(connection, _legs(market, buyer, item))

    return take


def _legs(market: Market, buyer: int, item: int) -> tuple[tuple[int, int, int], ...]:
    """The same three transfers as ours, with accounts numbered: items' first, then sellers', then buyers'."""
    seller, items = item % market.sellers, market.items
    sellers_at, buyers_at = 2 * items, 2 * items + 2 * market.sellers
    return (
        (item, items + item, 1),
        (buyers_at + buyer, sellers_at + seller, PRICE_MINOR),
        (buyers_at + market.buyers + buyer, sellers_at + market.sellers + seller, 1),
    )


def _order(connection: psycopg.Connection[tuple[int, int]], legs: tuple[tuple[int, int, int], ...]) -> None:
    touched = [account for debit, credit, _ in legs for account in (debit, credit)]
    balances = dict(connection.execute(_LOCK, [touched]).fetchall())
    for debit, credit, amount in legs:
        if balances[debit] < amount:
            raise RuntimeError("everything is in plenty")
        balances[debit] -= amount
        balances[credit] += amount
    order, at = uuid4(), datetime.now(UTC)
    connection.execute(_MOVE, [value for leg in legs for value in (uuid4(), order, *leg, at)])
    connection.execute(_WRITE, [list(balances), list(balances.values())])


if __name__ == "__main__":
    threads.main(_taker)
