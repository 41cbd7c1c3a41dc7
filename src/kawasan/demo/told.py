"""What the demo says: steps, the table of addresses and sign-ins, and the figures at the end, in two languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kawasan.core.money import format_money, rupiah

if TYPE_CHECKING:
    from kawasan.demo.client import Tally
    from kawasan.demo.figures import Counted
    from kawasan.demo.sample.people import Visitor
    from kawasan.demo.state import Keys

DATABASE = "basis data · database"
TABLES = "tabel dan berkas halaman · tables and the files of pages"
DROPPING = "kawasan contoh yang lama dihapus · the earlier sample zone is removed"
STEPS = {
    "people": "orang · people",
    "businesses": "usaha · businesses",
    "shelves": "produk, stok, dan ulasan · products, stock and reviews",
    "wallets": "dompet · wallets",
    "history": "pesanan dua minggu terakhir · orders of the past two weeks",
    "campaign": "hari belanja · shopping day",
    "books": "pembukuan · books",
    "invoices": "faktur · invoices",
    "figures": "angka · figures",
}
KEYS = "kata sandi dan kunci · passwords and keys"
PROCESSES = "server web, pekerja, dan penerima pesanan · web server, worker and order intake"
DATABASE_AGAIN = "basis data sempat mati dan dinyalakan lagi · the database had died and was started again"
DRAINING = "menyelesaikan yang masih berjalan · finishing what is under way"
VERIFYING = "memeriksa semuanya · verifying everything"
STOPPED = "berhenti · stopped"
REAL_ZONES = (
    "{folder} holds real zones ({zones}). The demo lets everybody pay with play money, so it wants a folder of its "
    "own: kawasan --data OTHER-FOLDER demo"
)
OLDER_SAMPLE = (
    "Kawasan contoh di {folder} dibuat oleh versi lain dan tidak dapat dilengkapi ({reason}). Mulai dengan yang baru: "
    "kawasan demo --fresh\n"
    "The sample zone in {folder} was made by another version and cannot be completed ({reason}). Start with a new one: "
    "kawasan demo --fresh"
)
RUNS_ALREADY = "a demo runs in {folder} already; its addresses are in demo.json there"
PORT_TAKEN = "port {port} cannot be used ({reason}); choose another with --port, or let --port 0 find a free one"

BANK = "Bank latihan · Practice bank"
_ADDRESSES = {
    "shop": ("/", "Toko · Shop"),
    "seller": ("/jualan/{slug}/", "Meja penjual · Seller's desk"),
    "accountant": ("/akuntan", "Meja akuntan · Accountant's desk"),
    "zone": ("/kawasan/pendaftaran", "Meja kawasan · Zone staff's desk"),
    "authority": ("/layar", "Layar otoritas · Authority's screen"),
    "api": ("/v1/docs", "API"),
}
_INTAKE = "Pesanan lewat program · Orders by programs"
_PEOPLE = {
    "buyer": "Pembeli · Buyer",
    "seller": "Penjual · Seller",
    "accountant": "Akuntan · Accountant",
    "zone_staff": "Petugas kawasan · Zone staff",
    "authority": "Pengawas · Authority",
    "operator": "Pengelola · Operator",
}
_WIDTH = 44


def content(
    *,
    address: str,
    intake: str,
    bank: str,
    seller_slug: str,
    zone: str,
    schema: str,
    keys: Keys,
    visitors: Mapping[str, Visitor],
) -> dict[str, Any]:
    """Return what demo.json holds."""
    return {
        "zone": zone,
        "schema": schema,
        "addresses": {name: address + path.format(slug=seller_slug) for name, (path, _) in _ADDRESSES.items()}
        | {"orders": f"{intake}/v1/orders", "bank": bank + "/"},
        "people": {
            role: {
                "name": visitors[role].name,
                "email": visitors[role].email,
                "password": keys.passwords[role],
                "key": keys.people[role],
            }
            for role in _PEOPLE
        },
    }


def table(told: Mapping[str, Any], *, folder: Path, ready_seconds: float, seconds: float | None) -> str:
    """Return the addresses and sign-ins as people read them."""
    lines = ["", f"  {told['zone']}", ""]
    lines += [f"  {label:<{_WIDTH}}{told['addresses'][name]}" for name, (_, label) in _ADDRESSES.items()]
    lines.append(f"  {_INTAKE:<{_WIDTH}}{told['addresses']['orders']}")
    lines.append(f"  {BANK:<{_WIDTH}}{told['addresses']['bank']}")
    lines += ["", "  Masuk · Sign in"]
    for role, label in _PEOPLE.items():
        person = told["people"][role]
        lines.append(f"  {label:<{_WIDTH}}{person['email']:<28}{person['password']}")
    lines += ["", "  Kunci API · API keys"]
    lines += [f"  {label:<{_WIDTH}}{told['people'][role]['key']}" for role, label in _PEOPLE.items()]
    stop = "Ctrl-C" if seconds is None else f"{seconds:g} s"
    lines += [
        "",
        f"  Siap dalam · Ready in {ready_seconds:.0f} s.   Berhenti · Stops: {stop}.",
        f"  Semua ini juga ada di · All of this is also in {folder / 'demo.json'}",
        "",
    ]
    return "\n".join(lines)


def report(
    *,
    tally: Tally,
    counted: Counted,
    findings: Sequence[Mapping[str, Any]],
    seconds: float,
    ready_seconds: float,
    rss_bytes_max: int,
    restarts: int,
    is_drained: bool,
    jobs_failed: int,
) -> dict[str, Any]:
    """Return the figures of a run; the first seven are promised, the others are for the curious."""
    refused = tally.named("refused:")
    paid = tally.named("paid:")
    return {
        "orders": tally["orders"],
        "refused": sum(refused.values()),
        "gmv_idr": counted.gross_minor // 100,
        "oversold": counted.oversold,
        "verify": not findings,
        "ready_seconds": round(ready_seconds, 1),
        "rss_mib_max": round(rss_bytes_max / 2**20),
        "seconds": round(seconds, 1),
        "orders_per_second": round(tally["orders"] / seconds, 1) if seconds else 0.0,
        "checkouts": tally["checkouts"],
        "refunded_idr": counted.refunded_minor // 100,
        "paid_late": paid.get("late", 0),
        "paid_twice": paid.get("twice", 0),
        "payments_failed": paid.get("fail", 0),
        "payments_silent": paid.get("silent", 0),
        "returned_to_wallets": counted.returned_to_wallets,
        "cancelled": tally["cancelled"],
        "shipped": tally["shipped"],
        "completed": tally["completed"],
        "returns": tally["returns"],
        "refunds": tally["refunds"],
        "restocked": tally["restocked"],
        "top_ups": tally["top-ups"],
        "refusals": refused,
        "failed": tally.named("failed:"),
        "unanswered": tally["unanswered"],
        "repeated": tally["repeated"],
        "answer_ms_mean": round(tally["answer-milliseconds"] / max(1, tally["answers"])),
        "restarts": restarts,
        "drained": is_drained,
        "jobs_failed": jobs_failed,
        "findings": list(findings)[:20],
    }


def summary(figures: Mapping[str, Any]) -> str:
    """Return the figures of a run as people read them."""
    agree = "semua cocok · everything agrees" if figures["verify"] else f"{len(figures['findings'])} ✗"
    rows = (
        ("Pesanan · Orders", f"{figures['orders']} ({figures['orders_per_second']}/s)"),
        ("Ditolak · Refused", figures["refused"]),
        ("Dibayar · Paid", format_money(rupiah(figures["gmv_idr"]), language="id")),
        ("Terjual melebihi stok · Oversold", figures["oversold"]),
        ("Pemeriksaan · Verify", agree),
        ("Memori · Memory", f"{figures['rss_mib_max']} MiB"),
    )
    return "\n".join(["", *(f"  {label:<{_WIDTH}}{value}" for label, value in rows), ""])
