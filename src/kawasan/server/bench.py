"""``kawasan bench engine``: how many orders of three linked transfers the ledger applies a second, by size of batch."""

from __future__ import annotations

import os
import platform
import random
import statistics
import time
from typing import Any

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.rooms.ledger import api as ledger

BATCHES = (1, 100, 1_000)
ROUNDS = 3
BUYERS = 5_000
SECONDS_EACH = 2.0
MONEY = 10**12


def engine() -> dict[str, Any]:
    """
    Measure on a database of its own, with fsync and synchronous_commit on, and return one object for ``--json``.

    ``figures``: the median over the rounds, and the ratio of each batch to orders committed one by one in the same run.
    """
    rates: dict[int, list[float]] = {size: [] for size in BATCHES}
    buyers, sellers, zone = _accounts()
    for _ in range(ROUNDS):
        for size in BATCHES:
            rates[size].append(_rate(size, buyers, sellers, zone))
    medians = {size: statistics.median(found) for size, found in rates.items()}
    figures = {f"batch_{size}_orders_per_second": round(rate, 1) for size, rate in medians.items()}
    figures |= {f"batch_{size}_ratio": round(rate / medians[1], 2) for size, rate in medians.items() if size > 1}
    return {
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "settings": {"buyers": BUYERS, "rounds": ROUNDS, "seconds_each": SECONDS_EACH, "transfers_an_order": 3},
        "figures": figures,
    }


def _accounts() -> tuple[list[ledger.NewAccount], list[ledger.NewAccount], ledger.NewAccount]:
    """Open and fund buyers, and open sellers and the zone."""

    def account(code: int, flags: ledger.Flag) -> ledger.NewAccount:
        owner = ids.uuid7()
        number = ledger.account_id(owner, ledger.IDR, code)
        return ledger.NewAccount(id=number, owner=owner, asset=ledger.IDR, code=code, flags=flags)

    bank, zone = account(90, ledger.Flag(0)), account(91, ledger.Flag(0))
    buyers = [account(92, ledger.Flag.NO_OVERDRAW) for _ in range(BUYERS)]
    sellers = [account(93, ledger.Flag(0)) for _ in range(BUYERS // 10)]
    at = clock.now()
    with transaction(SYSTEM, statement_timeout_ms=120_000):
        ledger.open_accounts([bank, zone, *buyers, *sellers])
        funding = [
            ledger.Entry(
                id=ids.uuid7(),
                at=at,
                transfers=(ledger.NewTransfer(id=ids.uuid7(), debit=bank.id, credit=buyer.id, amount=MONEY, code=900),),
            )
            for buyer in buyers
        ]
        ledger.post_many(funding)
    return buyers, sellers, zone


def _rate(
    size: int,
    buyers: list[ledger.NewAccount],
    sellers: list[ledger.NewAccount],
    zone: ledger.NewAccount,
) -> float:
    """Return orders a second in batches of ``size``, one transaction a batch, for about SECONDS_EACH."""
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < SECONDS_EACH:
        at = clock.now()
        entries = []
        for _ in range(size):
            buyer, seller = random.choice(buyers), random.choice(sellers)
            legs = ((seller.id, 900), (seller.id, 90), (zone.id, 10))
            entries.append(
                ledger.Entry(
                    id=ids.uuid7(),
                    at=at,
                    transfers=tuple(
                        ledger.NewTransfer(id=ids.uuid7(), debit=buyer.id, credit=to, amount=amount, code=901)
                        for to, amount in legs
                    ),
                )
            )
        with transaction(SYSTEM):
            answers = ledger.post_many(entries)
        done += sum(isinstance(answer, ledger.Applied) for answer in answers)
    return done / spent
