"""
A zone to be broken: buyers with wallets and keys, wares with stock. Run as a program, it fills a database.

``python -m kawasan.bench.faults_zone FILE --buyers 200 --wares 40`` makes the zone in DATABASE_URL through the rooms'
own doors and writes what the driver must know into FILE. A program of its own, so that the driver needs no Django.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click

from kawasan.core.access import SYSTEM, Actor

SCHEMA = "zone_bench"
SELLERS = 10
CHUNK = 200
OPENING_MINOR = 5_000_000_00  # what a wallet holds before the first order
POOR_MINOR = 30_000_00  # what every tenth wallet holds, so that money runs out under fire as well
POOR_EACH = 10
FUNDS, FUNDING = 90, 900  # codes of the account that the first money comes from, and of its transfers
PRICES_MINOR = (1_000_00, 2_500_00, 7_900_00, 12_000_00)
SHIP_TO = {"name": "Siti Aminah", "phone": "0812-3456-7890", "address": "Jl. Merdeka 17, Pekalongan 51111"}


@dataclass(frozen=True, slots=True)
class Buyer:
    """A person who buys through the API."""

    person_id: str
    key: str
    wallet: str  # its account in the ledger
    wallet_minor: int


@dataclass(frozen=True, slots=True)
class Ware:
    """One variant on a shelf."""

    variant_id: str
    business_id: str
    shelf: str  # the account of its units
    price_minor: int
    stock: int


@dataclass(frozen=True, slots=True)
class Market:
    """Everybody and everything that the driver deals with."""

    buyers: list[Buyer] = field(default_factory=list)
    wares: list[Ware] = field(default_factory=list)
    followers: dict[str, str] = field(default_factory=dict)  # each with the sequence that it follows

    @classmethod
    def read(cls, file: Path) -> Market:
        """Read what the program wrote."""
        told = json.loads(file.read_text())
        return cls(
            [Buyer(**buyer) for buyer in told["buyers"]], [Ware(**ware) for ware in told["wares"]], told["followers"]
        )


def stocks_of(wares: int, plenty: int, scarce: int) -> list[int]:
    """Return the stock of each ware: the first few are scarce and sell out, the others have plenty."""
    few = min(wares // 4, 10)
    return [scarce] * few + [plenty] * (wares - few)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--buyers", default=200)
@click.option("--wares", default=40)
@click.option("--plenty", default=100_000)
@click.option("--scarce", default=100)
@click.option("--poor", default=POOR_EACH, help="Every so manieth buyer has little money; 0: nobody.")
def main(file: Path, buyers: int, wares: int, plenty: int, scarce: int, poor: int) -> None:
    """Make the zone and everything in it."""
    from kawasan.server import runtime

    runtime.data_folder(file.parent)
    runtime.set_up_django()
    from django.core.management import call_command

    from kawasan.core import clock
    from kawasan.platform.roles import prepare_database, prepare_zone
    from kawasan.platform.schemas import in_zone

    prepare_database()
    prepare_zone(schema=SCHEMA, name="Kawasan Uji Gangguan", hosts=[], at=clock.now())
    call_command("collectstatic", interactive=False, verbosity=0)
    with in_zone(SCHEMA):
        connect_a_bank(at=clock.now())
        shelves = _shelves(stocks_of(wares, plenty, scarce), at=clock.now())
        market = Market(_buyers(buyers, poor, at=clock.now()), shelves, _followers())
        _forget_jobs()
    file.write_text(json.dumps(asdict(market)))


def connect_a_bank(*, at: datetime) -> None:
    """Connect the zone to a bank that answers nothing: what is broken here is ours, and QRIS orders stay unpaid."""
    from kawasan.rooms.payments import api as payments

    with _edge():
        payments.connect_provider(
            actor=SYSTEM,
            name="sandbox",
            profile="sandbox",
            base_url="http://127.0.0.1:1",
            client_id="uji",
            client_secret="nobody answers here",  # noqa: S106 - there is nobody
            their_keys=(),
            va_prefix="77777",
            at=at,
        )


def _followers() -> dict[str, str]:
    from kawasan.platform import followers

    return {item.name: item.sequence for item in followers.followers()}


def _forget_jobs() -> None:
    """Leave out what the making of the zone would have the worker do before the first order."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("delete from public.procrastinate_jobs")


@contextmanager
def _edge() -> Iterator[None]:
    from kawasan.platform.db import transaction

    with transaction(SYSTEM, statement_timeout_ms=120_000):
        yield


def _buyers(count: int, poor: int, *, at: datetime) -> list[Buyer]:
    """Make people with a key and money each, many at once: thousands of top-ups take longer than the rushes."""
    from kawasan.demo.sample import people

    known = people.add_people([(f"Pembeli {n}", f"pembeli{n}@uji.example") for n in range(count)], at=at)
    wanted = [
        (person_id, POOR_MINOR if poor and number % poor == poor - 1 else OPENING_MINOR)
        for number, person_id in enumerate(known.values())
    ]
    made: list[Buyer] = []
    for start in range(0, count, CHUNK):
        with _edge():
            some = wanted[start : start + CHUNK]
            _fill_wallets(some, at=at)
            made += [_buyer(person_id, amount, at=at) for person_id, amount in some]
    return made


def _fill_wallets(wanted: list[tuple[UUID, int]], *, at: datetime) -> None:
    """Open these people's wallets and move money into them from an account that may be overdrawn."""
    from kawasan.core import ids
    from kawasan.rooms.ledger import api as ledger
    from kawasan.rooms.payments import api as payments

    owner = ids.derived("bench.faults", "funds")
    funds = ledger.account_id(owner, ledger.IDR, FUNDS)
    ledger.open_accounts([ledger.NewAccount(funds, owner, ledger.IDR, FUNDS)])
    entries = []
    for person_id, amount in wanted:
        payments.ensure_wallet(person_id=person_id)
        transfer = ledger.NewTransfer(ids.uuid7(), funds, payments.wallet(person_id), amount, FUNDING)
        entries.append(ledger.Entry(ids.uuid7(), at, (transfer,)))
    if not all(isinstance(answer, ledger.Applied) for answer in ledger.post_many(entries)):
        raise RuntimeError("a wallet was not filled")


def _buyer(person_id: UUID, amount: int, *, at: datetime) -> Buyer:
    from kawasan.platform.db import see_as
    from kawasan.rooms.payments import api as payments
    from kawasan.rooms.zone import api as zone

    actor = Actor(person_id=person_id)
    see_as(actor)
    key = zone.create_key(actor=actor, name="Uji", scopes=("orders:read", "orders:write"), at=at).secret
    see_as(SYSTEM)
    return Buyer(str(person_id), key, str(payments.wallet(person_id)), amount)


def _shelves(stocks: list[int], *, at: datetime) -> list[Ware]:
    from kawasan.core import ids
    from kawasan.rooms.commerce import api as commerce

    with _edge():
        sellers = [_seller(number, at=at) for number in range(SELLERS)]
    made: list[Ware] = []
    products: list[commerce.NewProduct] = []
    for number, stock in enumerate(stocks):
        business, price = sellers[number % SELLERS], PRICES_MINOR[number % len(PRICES_MINOR)]
        variant = commerce.NewVariant(id=ids.uuid7(), sku=f"UJI-{number}", price_minor=price, name="", stock=stock)
        products.append(
            commerce.NewProduct(
                id=ids.uuid7(),
                business_id=business,
                name=f"Barang {number}",
                category="makanan-minuman",
                variants=(variant,),
                status=commerce.ProductStatus.PUBLISHED,
            )
        )
        shelf = commerce.unit_account(business, variant.id, commerce.AccountCode.STOCK)
        made.append(Ware(str(variant.id), str(business), str(shelf), price, stock))
    with _edge():
        commerce.bulk_create_products(actor=SYSTEM, products=products, at=at)
    return made


def _seller(number: int, *, at: datetime) -> UUID:
    from kawasan.platform.db import see_as
    from kawasan.rooms.zone import api as zone

    owner = zone.add_person(actor=SYSTEM, email=f"penjual{number}@uji.example", name=f"Penjual {number}", at=at)
    application = zone.Application(
        name=f"Toko Uji {number}",
        legal_form="individual",
        nib=f"{9120000000000 + number}",
        npwp="012345678901000",
        nik="",
        kbli_code="47711",
        regency_code="33.75",
        district_code="",
        address="Jl. Hayam Wuruk 5",
        phone="0812 3456 7890",
        size_basis="annual_sales",
        size_amount_minor=300_000_000_00,
        description="Toko untuk uji gangguan.",
    )
    business = zone.join(actor=Actor(person_id=owner.id), application=application, at=at)
    see_as(SYSTEM)  # joining has narrowed the view to the owner
    zone.admit(actor=SYSTEM, business_id=business.id, at=at)
    return business.id


if __name__ == "__main__":
    main()
