"""A zone where orders can be placed over HTTP: the sample's businesses and products, and buyers with keys and money."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from kawasan.bench import market as markets
from kawasan.bench.population import ACCOUNTS, Market
from kawasan.bench.site import SCHEMA, Site
from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.demo.sample import businesses, keys, people, plan, shelves
from kawasan.demo.sample.people import everything
from kawasan.platform.schemas import in_zone
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments
from kawasan.rooms.zone import api as zone

BUYERS = 2_000
STOCK = 1_000_000_000  # the most a shelf may hold: nothing sells out unless a bench wants it to
MONEY_MINOR = 10**13
FUNDING = 900  # the code of the transfers that bring money into the wallets
CHUNK = 200
SHIP_TO = {"name": "Siti Aminah", "phone": "0812-3456-7890", "address": "Jl. Merdeka 17, Pekalongan 51111"}


@dataclass(frozen=True, slots=True)
class Shop:
    """What a load generator needs to know: who buys (by key), and what can be bought."""

    buyers: tuple[str, ...]
    people: tuple[UUID, ...]
    variants: tuple[UUID, ...]
    businesses: int
    accounts: int


def open_shop(here: Site, *, buyers: int = BUYERS, shops: int | None = None, accounts: int = ACCOUNTS) -> Shop:
    """Fill the zone through the rooms' own doors, in a ledger that holds ``accounts`` accounts already."""
    markets.load(here, Market.of(accounts))
    with in_zone(SCHEMA):
        now = clock.now()
        opened = now - timedelta(days=2)
        chosen = plan.shops()[:shops]
        owners = people.add_people([(shop.owner, shop.email) for shop in chosen], at=opened)
        businesses.join_all(chosen, owners, first_orders_at=opened)
        variants = _fill_shelves(chosen, at=opened)
        known = people.add_people([(f"Pembeli {n}", f"pembeli{n}@bench.example") for n in range(buyers)], at=opened)
        _fill_wallets(list(known.values()), [shop.id for shop in chosen], at=opened)
        secrets = _give_keys(list(known.values()), at=now)
    markets.settle(here)
    return Shop(tuple(secrets), tuple(known.values()), tuple(variants), len(chosen), _count_accounts(here))


def order_body(lines: Sequence[UUID], *, method: str = "wallet") -> bytes:
    """Return the JSON of an order: one unit of each variant."""
    wanted = [{"variant_id": ids.public("var", variant), "quantity": 1} for variant in lines]
    return json.dumps({"lines": wanted, "method": method, "ship_to": SHIP_TO}).encode()


def write_requests(file: Path, wanted: Sequence[tuple[str, bytes]]) -> Path:
    """Write requests for the load generator, one a line: the caller's key and the body."""
    file.write_bytes(b"".join(key.encode() + b"\t" + body + b"\n" for key, body in wanted))
    return file


def _fill_shelves(chosen: Sequence[plan.Shop], *, at: datetime) -> list[UUID]:
    products = [_in_plenty(shelves.product_of(shop, listing, at=at)) for shop in chosen for listing in shop.listings]
    for start in range(0, len(products), CHUNK):
        with everything():
            commerce.bulk_create_products(actor=SYSTEM, products=products[start : start + CHUNK], at=at)
    return [product.variants[0].id for product in products]


def _in_plenty(product: commerce.NewProduct) -> commerce.NewProduct:
    return replace(product, variants=tuple(replace(variant, stock=STOCK) for variant in product.variants), reviews=())


def _fill_wallets(person_ids: Sequence[UUID], business_ids: Sequence[UUID], *, at: datetime) -> None:
    """Open everybody's accounts and move money into the wallets from an account that may be overdrawn."""
    owner = markets.number("bank", 0)
    bank = ledger.account_id(owner, ledger.IDR, 90)
    with everything():
        ledger.open_accounts([ledger.NewAccount(bank, owner, ledger.IDR, 90)])
        for business_id in business_ids:
            payments.ensure_business_accounts(business_id=business_id)
    for start in range(0, len(person_ids), CHUNK):
        with everything():
            for person_id in person_ids[start : start + CHUNK]:
                payments.ensure_wallet(person_id=person_id)
            ledger.post_many([_funding(bank, person_id, at) for person_id in person_ids[start : start + CHUNK]])


def _funding(bank: UUID, person_id: UUID, at: datetime) -> ledger.Entry:
    transfer = ledger.NewTransfer(ids.uuid7(), bank, payments.wallet(person_id), MONEY_MINOR, FUNDING)
    return ledger.Entry(ids.uuid7(), at, (transfer,))


def _give_keys(person_ids: Sequence[UUID], *, at: datetime) -> list[str]:
    secrets = []
    for start in range(0, len(person_ids), CHUNK):
        with everything():
            for person_id in person_ids[start : start + CHUNK]:
                actor = Actor(person_id=person_id)
                secrets.append(zone.create_key(actor=actor, name="Bench", scopes=keys.BUYER_SCOPES, at=at).secret)
    return secrets


def _count_accounts(here: Site) -> int:
    with here.connect() as connection:
        row = connection.execute("select count(*) from ledger_account").fetchone()
    return int(row[0]) if row else 0
