"""
The proof after a fault: what the journal says was answered, against what the database holds.

The journal is the driver's own, so nothing here trusts the product's word for what it has done. Between faults the
ledger is asked for the orders just answered; at the end everything is compared: orders, lines, facts, wallets, stock.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from kawasan.bench.faults_load import Order
from kawasan.bench.faults_place import Place
from kawasan.bench.faults_zone import Market
from kawasan.core import ids

PAID, HELD, SOLD = 101, 202, 203  # codes of transfers: wallet to escrow, units held, units sold
SHOWN_MAX = 10

_MOVED = """
select reference, code, sum(amount)::bigint, count(distinct entry_id)
from ledger_transfer where reference = any(%s::uuid[]) and kind in ('posted', 'pending') group by 1, 2
"""
# An unpaid order gives its units back when its time is over, by the clock of whoever sweeps; before that nobody may.
_GIVEN_BACK = """
select h.debit::text, sum(e.amount)::bigint, coalesce(bool_and(e.at >= h.expires_at), true)
from ledger_transfer e join ledger_transfer h on h.id = e.pending_of
where e.kind = 'expire' group by 1
"""
_AVAILABLE = """
select id::text, credits_posted - debits_posted - debits_pending from ledger_account where id = any(%s::uuid[])
"""


@dataclass
class Findings:
    """What does not agree: orders that were answered and are not there, and everything else, by kind."""

    lost: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything agrees."""
        return not (self.lost or self.duplicates or self.others)

    def shown(self) -> list[str]:
        """Return the first few of each kind, for a person."""
        kinds = {"lost": self.lost, "twice": self.duplicates, "wrong": self.others}
        return [f"{kind}: {text}" for kind, texts in kinds.items() for text in texts[:SHOWN_MAX]]


def group_of(order: Order) -> UUID:
    """Return the id of the group of orders that the answer names."""
    return ids.parse("grp", order.body["id"])


def check_answered(place: Place, orders: Iterable[Order], findings: Findings) -> None:
    """Every order that was answered sold is in the ledger with the content that was answered, once."""
    sold = [order for order in orders if order.is_sold]
    expected = {order.key: _expected(order) for order in sold}
    named = [order_id for parts in expected.values() for order_id in parts]
    moved: dict[UUID, dict[int, int]] = defaultdict(dict)
    for reference, code, amount, entries in place.admin().execute(_MOVED, [named]).fetchall():
        moved[reference][code] = amount
        if entries != 1:
            findings.duplicates.append(f"order {reference} is in {entries} entries of the ledger")
    for order in sold:
        _check_content(place.market, order, findings)
        found = {order_id: moved.get(order_id) for order_id in expected[order.key]}
        if found != expected[order.key]:
            findings.lost.append(f"{order.key} was answered {expected[order.key]}, the ledger holds {found}")


def _check_content(market: Market, order: Order, findings: Findings) -> None:
    """The answer is about what was asked for."""
    asked = Counter({market.wares[ware].variant_id: quantity for ware, quantity in order.lines})
    told: Counter[str] = Counter()
    for part in order.body["orders"]:
        for line in part["lines"]:
            told[str(ids.parse("var", line["variant_id"]))] += line["quantity"]
    total = sum(market.wares[ware].price_minor * quantity for ware, quantity in order.lines)
    if told != asked or order.body["total_minor"] != total:
        findings.others.append(f"{order.key} asked for {dict(asked)}, {total}; was told {order.body}")


def _expected(order: Order) -> dict[UUID, dict[int, int]]:
    """Return what the answer means in the ledger: for each seller's order what each code of transfer moved."""
    expected: dict[UUID, dict[int, int]] = {}
    for part in order.body["orders"]:
        units = sum(line["quantity"] for line in part["lines"])
        moved = {PAID: part["total_minor"], SOLD: units} if order.method == "wallet" else {HELD: units}
        expected[ids.parse("ord", part["id"])] = moved
    return expected


def check_everything(place: Place, orders: Sequence[Order], findings: Findings) -> None:
    """Compare the whole journal with the whole database. The worker must have caught up."""
    sold = [order for order in orders if order.is_sold]
    check_answered(place, sold, findings)
    _check_rows(place, sold, findings)
    _check_wallets(place, sold, findings)
    _check_stock(place, sold, findings)


def _check_rows(place: Place, sold: Sequence[Order], findings: Findings) -> None:
    """The tables of orders hold exactly the orders answered: none is missing, none is there that nobody was told of."""
    answered = {group_of(order): order for order in sold}
    if len(answered) != len(sold):
        findings.duplicates.append(f"{len(sold) - len(answered)} answers name a group that another answer names")
    rows = place.admin().execute("select id, total_minor from commerce_order_group").fetchall()
    stored = dict(rows)
    for group, order in answered.items():
        if stored.get(group) != order.body["total_minor"]:
            findings.lost.append(f"{order.key}: {group} of {order.body['total_minor']}, stored {stored.get(group)}")
    findings.duplicates += [f"{group} exists and was answered to nobody" for group in stored.keys() - answered.keys()]
    parts = {ids.parse("ord", part["id"]) for order in sold for part in order.body["orders"]}
    found = {key for (key,) in place.admin().execute("select id from commerce_order").fetchall()}
    findings.lost += [f"order {key} has no row" for key in parts - found]
    findings.duplicates += [f"order {key} was answered to nobody" for key in found - parts]
    _check_once(place, sold, findings)


def _check_once(place: Place, sold: Sequence[Order], findings: Findings) -> None:
    """Every order has its lines and its timeline once, and each fact about it was announced once."""
    paid = sum(len(order.body["orders"]) for order in sold if order.method == "wallet")
    every = sum(len(order.body["orders"]) for order in sold)
    expected = {
        "select count(*) from commerce_order_line": sum(len(order.lines) for order in sold),
        "select count(*) from commerce_order_event where step = 'placed'": every,
        "select count(*) from commerce_order_event where step = 'paid'": paid,
        "select count(*) from platform_fact where name = 'OrderPlaced'": every,
        "select count(*) from platform_fact where name = 'OrderPaid'": paid,
        "select count(distinct body ->> 'order_id') from platform_fact where name = 'OrderPlaced'": every,
    }
    for query, count in expected.items():
        (row,) = place.admin().execute(query).fetchall()
        if row[0] != count:
            findings.others.append(f"{query}: expected {count}, found {row[0]}")


def _check_wallets(place: Place, sold: Sequence[Order], findings: Findings) -> None:
    """Every wallet holds what it held, less what was answered paid."""
    left = [buyer.wallet_minor for buyer in place.market.buyers]
    for order in sold:
        if order.method == "wallet":
            left[order.buyer] -= order.body["total_minor"]
    _compare(place, "wallet", [buyer.wallet for buyer in place.market.buyers], left, findings)


def _check_stock(place: Place, sold: Sequence[Order], findings: Findings) -> None:
    """Every shelf holds what it held, less what was answered sold or held, and what unpaid orders gave back."""
    rows = place.admin().execute(_GIVEN_BACK).fetchall()
    given_back = {shelf: amount for shelf, amount, _ in rows}
    findings.others += [f"shelf {shelf}: a hold ended before its time" for shelf, _, is_due in rows if not is_due]
    left = [ware.stock + given_back.get(ware.shelf, 0) for ware in place.market.wares]
    for order in sold:
        for ware, quantity in order.lines:
            left[ware] -= quantity
    _compare(place, "shelf", [ware.shelf for ware in place.market.wares], left, findings)


def _compare(place: Place, what: str, accounts: Sequence[str], left: Sequence[int], findings: Findings) -> None:
    found = dict(place.admin().execute(_AVAILABLE, [list(accounts)]).fetchall())
    for number, (account, expected) in enumerate(zip(accounts, left, strict=True)):
        if found.get(account) != expected or expected < 0:
            findings.others.append(f"{what} {number}: by the answers {expected}, in the ledger {found.get(account)}")


# --- the worker ---


def backlog(place: Place) -> dict[str, int]:
    """Return how much work of each kind waits for the worker: orders to write out, jobs, numbers for the followers."""
    left = {name: int(count) for name, count in place.admin().execute(_BEHIND).fetchall()}
    left |= {name: _numbers_left(place, name, sequence) for name, sequence in place.market.followers.items()}
    return {name: count for name, count in left.items() if count}


def _numbers_left(place: Place, follower: str, sequence: str) -> int:
    numbers = f"""
    select case when is_called then last_value else 0 end
           - coalesce((select position from platform_cursor where name = %s), 0) from "{sequence}"
    """
    (row,) = place.admin().execute(numbers.encode(), [follower]).fetchall()
    return int(row[0])


def to_write_out(place: Place) -> int:
    """Return how many orders were taken and are not written out."""
    (row,) = place.admin().execute("select count(*) from commerce_intake_order").fetchall()
    return int(row[0])


def is_writing_out(place: Place) -> bool:
    """Return whether the worker is in the transaction that writes orders out."""
    return bool(place.admin().execute(_WRITING_OUT).fetchall())


def written_out(place: Place) -> int:
    """Return how many checkouts have their rows."""
    (row,) = place.admin().execute("select count(*) from commerce_order_group").fetchall()
    return int(row[0])


_WRITING_OUT = """
select from pg_stat_activity where application_name = 'kawasan-worker' and state <> 'idle'
   and (query like '%delete from commerce_intake_order%' or query like 'insert into commerce_order%')
"""
_BEHIND = """
select 'orders to write out', count(*) from commerce_intake_order
union all
select concat_ws(' ', status, task_name), count(*) from public.procrastinate_jobs
where status in ('todo', 'doing') and queue_name not like 'periodic%' group by 1
"""
