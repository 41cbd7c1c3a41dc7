"""``kawasan bench pages``: the storefront's home, search and product pages under load, with the sample's products."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus
from urllib.request import urlopen

from kawasan.bench import front
from kawasan.bench.running import Bench
from kawasan.bench.site import SCHEMA
from kawasan.core import clock
from kawasan.platform.schemas import in_zone

SECONDS = 3.0
CONNECTIONS = 32
REQUESTS = 2_000
SHARES = {"home": 2, "search": 4, "product": 4}  # of the mix, in tenths
WORDS = (  # some of them mistyped, as people type
    *("batik", "kopi", "keripik", "sepatu", "tas", "meja", "kaos", "hijab", "madu", "gelas", "lampu", "sambal"),
    *("rotan", "bambu", "kain", "kripik", "spatu", "buku", "mainan", "bedak"),
)
QUICK_SHOPS = 8


def run(bench: Bench) -> None:
    """Fill the shop, start the web server, and measure each kind of page and the mix, at full speed and at half."""
    _fill(bench)
    with front.zone(bench.site) as answering:
        paths = _paths(answering.port)
        load = front.Load(
            bench, answering, {name: [("", path.encode()) for path in found] for name, found in paths.items()}
        )
        for name in paths:
            load.send(name, connections=CONNECTIONS, seconds=bench.seconds(2.0), method="GET")
        bench.interleave(_parts(bench, load, list(paths)))
    bench.settings |= {
        "products": len(set(paths["product"])),
        "connections": CONNECTIONS,
        "mix": "20 % home, 40 % search and categories, 40 % products",
        "statuses": load.statuses,
    }


def _fill(bench: Bench) -> None:
    """Put the sample's businesses, products and reviews into the zone, and collect the files that pages load."""
    from datetime import timedelta

    from django.core.management import call_command

    from kawasan.demo.sample import businesses, people, plan, shelves
    from kawasan.platform import followers

    opened = clock.now() - timedelta(days=2)
    with in_zone(SCHEMA):
        shops = plan.shops()[: QUICK_SHOPS if bench.options.quick else None]
        owners = people.add_people([(shop.owner, shop.email) for shop in shops], at=opened)
        businesses.join_all(shops, owners, first_orders_at=opened)
        count = shelves.fill(shops, at=opened)
        followers.catch_up()
    with bench.site.connect(admin=True) as connection:
        connection.autocommit = True
        connection.execute("vacuum analyze")
    call_command("collectstatic", interactive=False, verbosity=0)
    bench.say(f"{count:,} products of {len(shops)} sellers on their shelves")


def _paths(port: int) -> Mapping[str, Sequence[str]]:
    """Find the pages to ask for by walking through the shop as a visitor does."""
    home = _read(port, "/")
    categories = sorted(set(re.findall(r'"(/kategori/[a-z0-9-]+)"', home)))
    products = sorted(set(_products(port)))
    searches = [f"/cari?q={quote_plus(word)}" for word in WORDS] + categories + ["/cari", "/cari?urut=newest"]
    kinds = {"home": ["/"], "search": searches, "product": products}
    drawn = random.choices(list(SHARES), weights=list(SHARES.values()), k=REQUESTS)
    return kinds | {"mix": [random.choice(kinds[kind]) for kind in drawn]}


def _products(port: int) -> Iterator[str]:
    path: str | None = "/cari?urut=newest"
    while path:
        page = _read(port, path)
        yield from re.findall(r'"(/produk/[a-z0-9-]+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = "/cari" + following[1].replace("&amp;", "&").removeprefix("/cari") if following else None


def _read(port: int, path: str) -> str:
    with urlopen(f"http://{front.HOST}:{port}{path}", timeout=30) as response:
        return str(response.read().decode())


def _parts(bench: Bench, load: front.Load, kinds: Sequence[str]) -> dict[str, Callable[[], Mapping[str, float]]]:
    return {name: (lambda name=name: _one(bench, load, name)) for name in kinds}  # type: ignore[misc]


def _one(bench: Bench, load: front.Load, kind: str) -> Mapping[str, float]:
    """Return pages a second at full speed, and the latency when half as many are asked for."""
    prefix = "" if kind == "mix" else f"{kind}_"
    full = load.send(kind, connections=CONNECTIONS, seconds=bench.seconds(SECONDS), method="GET")
    rate = max(1.0, full["accepted_per_second"] / 2)
    half = load.send(kind, connections=CONNECTIONS, seconds=bench.seconds(SECONDS), method="GET", rate=rate)
    return {f"{prefix}pages_per_second": full["accepted_per_second"], **_told(prefix, full, half)}


def _told(prefix: str, full: Mapping[str, Any], half: Mapping[str, Any]) -> dict[str, float]:
    found = {f"{prefix}pages_full_p95_ms": full["accepted_ms"].get("p95", 0.0)}
    found |= {f"{prefix}pages_half_{name}_ms": half["accepted_ms"].get(name, 0.0) for name in ("p50", "p95", "p99")}
    answered = sum(full["statuses"].values()) or 1
    found[f"{prefix}pages_kilobytes"] = full["bytes_in"] / answered / 1_000
    found |= {f"{prefix}pages_{name}_cores": share for name, share in full["cpu"].items()}
    return found
