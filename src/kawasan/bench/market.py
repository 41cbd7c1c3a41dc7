"""A market of a million accounts for the ledger: who buys, what is sold, and the three transfers that an order is."""

from __future__ import annotations

import hashlib
import itertools
import struct
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import psycopg

from kawasan.bench.population import Market
from kawasan.bench.site import Site
from kawasan.core import ids
from kawasan.rooms.ledger import api as ledger

Connection: TypeAlias = psycopg.Connection[Any]

# Note [What an order is]
# One linked entry of three transfers, each a single unit of its asset or a price:
#   1. a unit of the item:      stock of the item       -> sold of the item         (asset: units of this item)
#   2. the price in rupiah:     wallet of the buyer     -> escrow of the seller     (asset: IDR)
#   3. one purchase:            limit of the buyer      -> used, of the seller's campaign   (asset: purchases)
# Stock, wallet, escrow and limit may not be overdrawn. Two accounts belong to a buyer, two to an item, two to a seller,
# 1,000,000 in all, so each order checks and changes six. In a batch of 1,000 uniform orders about 5,160 different
# accounts are locked and written, with one hot item about 2,000. Everything is in plenty: no order is refused.
PLENTY = 10**12
PRICE_MINOR = 25_000_00
HOLD = timedelta(minutes=15)

LIMIT = ledger.asset_id("bench:purchases")
STOCK, SOLD, WALLET, ESCROW, LIMITED, USED = 20, 21, 1, 2, 30, 31
SALE, PAYMENT, PURCHASE = 203, 101, 230
NO_OVERDRAW = int(ledger.Flag.NO_OVERDRAW)

_ROW = struct.Struct(">h" + "i16s" * 3 + "ih" * 2 + "iq" * 4)  # a row of binary COPY: count, then length and value each
_COPY = """copy ledger_account (id, owner, asset, code, flags, debits_pending, debits_posted, credits_pending,
                                credits_posted) from stdin (format binary)"""
_COPY_HEAD, _COPY_END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_ROWS_AT_ONCE = 5_000


def number(kind: str, index: int) -> UUID:
    """Return the id of the thing with this index: always the same, scattered like the ids of real accounts."""
    return UUID(bytes=_bytes(kind, index))


def _bytes(kind: str, index: int) -> bytes:
    return hashlib.sha1(f"{kind}:{index}".encode(), usedforsecurity=False).digest()[:16]


def order(market: Market, buyer: int, item: int, at: datetime) -> ledger.Entry:
    """Return an order paid from the wallet: Note [What an order is]."""
    return ledger.Entry(ids.uuid7(), at, tuple(_transfers(market, buyer, item, ledger.Kind.POSTED, None)))


def reservation(market: Market, buyer: int, item: int, at: datetime, *, until: datetime | None = None) -> ledger.Entry:
    """Return the same order as three pending transfers, held as an unpaid order holds them."""
    transfers = _transfers(market, buyer, item, ledger.Kind.PENDING, until or at + HOLD)
    return ledger.Entry(ids.uuid7(), at, tuple(transfers))


def _transfers(
    market: Market, buyer: int, item: int, kind: ledger.Kind, expires_at: datetime | None
) -> Iterator[ledger.NewTransfer]:
    seller = item % market.sellers
    legs = (
        (number("stock", item), number("sold", item), 1, SALE),
        (number("wallet", buyer), number("escrow", seller), PRICE_MINOR, PAYMENT),
        (number("limit", buyer), number("used", seller), 1, PURCHASE),
    )
    for debit, credit, amount, code in legs:
        yield ledger.NewTransfer(ids.uuid7(), debit, credit, amount, code, kind=kind, expires_at=expires_at)


def post_of(reservation: ledger.Entry, at: datetime) -> ledger.Entry:
    """Return the entry that posts what an order reserved, as its payment does."""
    posts = (
        ledger.NewTransfer(ids.uuid7(), None, None, 0, 0, kind=ledger.Kind.POST, pending_of=held.id)
        for held in reservation.transfers
    )
    return ledger.Entry(ids.uuid7(), at, tuple(posts))


def load(here: Site, market: Market) -> None:
    """
    Fill the ledger with the market's accounts: indexes away, one COPY, indexes back, every page written once.

    The last step touches each row, so that the first orders do not pay for the full-page images after the checkpoint.
    """
    with here.connect(admin=True) as connection:
        connection.execute("set session_replication_role = replica")  # a million look-ups of the same few assets
        put_back = _without_indexes(connection, "ledger_account")
        _open_assets(connection, market)
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.write(_COPY_HEAD)
            for rows in _in_chunks(_rows(market)):
                copy.write(rows)
            copy.write(_COPY_END)
        for statement in put_back:
            connection.execute(statement)
    settle(here)


def settle(here: Site) -> None:
    """Vacuum, then begin a round."""
    with here.connect(admin=True) as connection:
        connection.autocommit = True
        connection.execute("vacuum (analyze) ledger_account")
    begin_round(here)


# Note [What a round begins with]
# After a checkpoint PostgreSQL writes each page whole into its log when it is changed for the first time: 8 kB for one
# balance. Uniform orders meet all forty thousand pages of a million accounts within seconds, so who is measured just
# after a checkpoint, which somebody else's load has brought about, pays for all of them. Every round begins at the same
# point: a checkpoint, and one row of each page written. What checkpoints cost in the long run is measured apart.
_TOUCH_EACH_PAGE = """
update ledger_account set flags = flags where ctid = any(array(
  select min(ctid) from ledger_account group by (ctid::text::point)[0]::bigint))
"""


def begin_round(here: Site) -> None:
    """Make a checkpoint and write one row of every page of the accounts."""
    checkpoint(here)
    with here.connect(admin=True) as connection:
        connection.autocommit = True
        connection.execute(_TOUCH_EACH_PAGE)


def checkpoint(here: Site) -> None:
    """Have everything written that was changed so far; used files of the write-ahead log serve again."""
    with here.connect(admin=True) as connection:
        connection.autocommit = True
        connection.execute("checkpoint")


def is_balanced(here: Site, market: Market) -> bool:
    """Whether every transfer is in the balances once, on both sides, and nothing else is."""
    plenty = PLENTY * (market.items + 2 * market.buyers)
    with here.connect(admin=True) as connection:
        row = connection.execute(
            "select (select sum(debits_posted) from ledger_account), (select sum(credits_posted) from ledger_account),"
            " (select sum(amount) from ledger_transfer where kind in ('posted', 'post'))"
        ).fetchone()
    debits, credited, moved = (int(str(value or 0)) for value in row or (0, 0, 0))
    return debits == moved == credited - plenty


def _open_assets(connection: Connection, market: Market) -> None:
    units = [f"bench:unit:{item}" for item in range(market.items)]
    codes = ["bench:purchases", *units]
    numbers = [LIMIT, *(number("unit", item) for item in range(market.items))]
    connection.execute(
        "insert into ledger_asset (id, code, scale) select *, 0 from unnest(%s::uuid[], %s::text[])", [numbers, codes]
    )


def _rows(market: Market) -> Iterator[bytes]:
    """Yield each account as a row of binary COPY."""
    rupiah, purchases = ledger.IDR.bytes, LIMIT.bytes
    for item in range(market.items):
        unit, seller = number("unit", item).bytes, number("seller", item % market.sellers).bytes
        yield _row("stock", item, seller, unit, STOCK, NO_OVERDRAW, PLENTY)
        yield _row("sold", item, seller, unit, SOLD, 0, 0)
    for index in range(market.sellers):
        owner = number("seller", index).bytes
        yield _row("escrow", index, owner, rupiah, ESCROW, NO_OVERDRAW, 0)
        yield _row("used", index, owner, purchases, USED, 0, 0)
    for index in range(market.buyers):
        owner = number("buyer", index).bytes
        yield _row("wallet", index, owner, rupiah, WALLET, NO_OVERDRAW, PLENTY)
        yield _row("limit", index, owner, purchases, LIMITED, NO_OVERDRAW, PLENTY)


def _row(kind: str, index: int, owner: bytes, asset: bytes, code: int, flags: int, credits_posted: int) -> bytes:
    account = number(kind, index).bytes
    return _ROW.pack(9, 16, account, 16, owner, 16, asset, 2, code, 2, flags, 8, 0, 8, 0, 8, 0, 8, credits_posted)


def _in_chunks(rows: Iterator[bytes]) -> Iterator[bytes]:
    while chunk := b"".join(itertools.islice(rows, _ROWS_AT_ONCE)):
        yield chunk


def _without_indexes(connection: Connection, table: str) -> Sequence[str]:
    """Drop a table's keys and indexes; return the statements that make them again, as they were."""
    execute = connection.execute
    keys = execute(
        "select conname, pg_get_constraintdef(oid) from pg_constraint"
        " where conrelid = %s::regclass and contype in ('p', 'u')",
        [table],
    ).fetchall()
    for name, _ in keys:
        execute(f'alter table {table} drop constraint "{name}"')
    others = execute(
        "select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index where indrelid = %s::regclass",
        [table],
    )
    statements = [f'alter table {table} add constraint "{name}" {definition}' for name, definition in keys]
    for name, definition in others.fetchall():
        execute(f"drop index {name}")
        statements.append(definition)
    return statements
