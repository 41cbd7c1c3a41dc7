"""Where goods of the sample come from: coffee of Toraja from the farm to the bag, hand-drawn batik, chilled yoghurt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.demo.sample.people import everything
from kawasan.demo.sample.plan import Shop
from kawasan.platform.db import see_as
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.trace import api as trace

# Numbers of GS1's range for examples (952): no shop scans them for something else.
GREEN, COFFEE, BATIK, YOGHURT = "9521100000017", "9521100000024", "9521100000031", "9521100000048"
CHILLED_LOT = "YGH-1122"  # travels in the cold box of ``demo/devices.py``
ADDRESS = "http://localhost"  # never used: all of these have a GTIN
UNITS = 120

# (step, days before now, place, note, temperature)
Told = tuple[str, float, str, str, float | None]
_FARM: tuple[Told, ...] = (
    ("harvested", 41, "73.26", "Petik merah di kebun Sapan, 1.700 m di atas permukaan laut.", 18.5),
    ("sorted", 40.8, "73.26", "Hanya buah merah; yang mengapung dibuang.", None),
    ("washed", 40, "73.26", "Fermentasi 36 jam, dicuci dengan air sungai.", 19.0),
    ("dried", 33, "73.26", "Tujuh hari di para-para, kadar air 11,5 persen.", 24.5),
    ("shipped", 30, "73.26", "Truk ke Makassar, 60 karung.", None),
)
_ROASTER: tuple[Told, ...] = (
    ("received", 29, "73.71", "60 karung utuh.", 27.0),
    ("roasted", 12, "73.71", "Sangrai sedang, 11 menit.", 205.0),
    ("packed", 11, "73.71", "Kemasan 200 g berkatup.", 26.5),
    ("shipped", 10, "73.71", "Kapal ke Jawa.", 28.0),
    ("for-sale", 6, "32.73", "", 25.5),
)
_BATIK: tuple[Told, ...] = (
    ("drawn", 58, "33.75", "Motif buketan, dicanting empat minggu oleh Ibu Sri.", None),
    ("dyed", 30, "33.75", "Indigo alam, enam kali celup.", None),
    ("boiled", 27, "33.75", "Dilorod dua kali.", None),
    ("inspected", 20, "33.75", "Lebar 110 cm, tanpa cacat.", None),
    ("shipped", 15, "33.75", "", None),
    ("for-sale", 12, "32.73", "", None),
)
_COLD: tuple[Told, ...] = (
    ("made", 3, "32.73", "Susu segar dari Lembang, dipasteurisasi pagi itu juga.", 4.3),
    ("inspected", 2.9, "32.73", "Keasaman dan rasa diperiksa.", 4.0),
    ("packed", 2.8, "32.73", "Botol kaca 250 ml, kotak isi 12.", 3.8),
    ("stored", 2.7, "32.73", "Ruang dingin.", 3.6),
    ("shipped", 1.05, "32.73", "Kotak dingin van B.", 3.9),
    ("received", 0.15, "32.76", "Kotak dibuka, suhu diperiksa.", 4.6),
)


@dataclass(frozen=True, slots=True)
class _Goods:
    name: str
    gtin: str
    category: str
    price: int
    status: commerce.ProductStatus
    text: str


_GREEN = _Goods("Biji kopi hijau Toraja", GREEN, "makanan-minuman", 90_000, commerce.ProductStatus.DRAFT, "Biji hijau.")
_COFFEE = _Goods(
    "Kopi Arabika Toraja Sapan 200 g", COFFEE, "makanan-minuman", 85_000, commerce.ProductStatus.PUBLISHED,
    "Petik merah dari Sapan, Toraja Utara. Pindai kode di kemasan dan lihat perjalanannya.",
)  # fmt: skip
_CLOTH = _Goods(
    "Kain Batik Tulis Pekalongan Buketan", BATIK, "busana-wanita", 1_250_000, commerce.ProductStatus.PUBLISHED,
    "Batik tulis, pewarna alam. Setiap lembar punya paspor.",
)  # fmt: skip
_CHILLED = _Goods(
    "Yoghurt Susu Segar Lembang 250 ml", YOGHURT, "makanan-minuman", 24_000, commerce.ProductStatus.PUBLISHED,
    "Dijaga di bawah 8 °C. Suhu sepanjang jalan ada di paspornya.",
)  # fmt: skip


def tell(shops: Sequence[Shop], *, visitor: UUID, now: datetime) -> None:
    """Make products, batches and their journeys, and let the visiting buyer order of them."""
    rich, farm = shops[0], next(shop for shop in shops[1:] if shop.listings[0].category == "makanan-minuman")
    made_at = now - timedelta(days=7)
    with everything():
        _subscribe(rich, at=now - timedelta(days=8))
        green = _product(farm, _GREEN, at=made_at)
        coffee = _product(rich, _COFFEE, at=made_at)
        cloth = _product(rich, _CLOTH, at=made_at)
        beans = _batch(farm, green, "SAPAN-10", now - timedelta(days=41), None, "Kelompok tani di Sapan.", made_at)
        best_before = now + timedelta(days=300)
        bags = _batch(rich, coffee, "TRJ-2026-11", now - timedelta(days=12), best_before, _STORY, made_at)
        batik = _batch(rich, cloth, "PKL-0417", now - timedelta(days=60), None, _CLOTH_STORY, made_at)
        yoghurt = _product(rich, _CHILLED, at=made_at)
        week = now + timedelta(days=11)
        bottles = _batch(
            rich, yoghurt, CHILLED_LOT, now - timedelta(days=3), week, _COLD_STORY, now - timedelta(days=3)
        )
        _tell(farm, beans, _FARM, (), now)
        _tell(rich, bags, _ROASTER, (beans.uri,), now)
        _tell(rich, batik, _BATIK, (), now)
        _tell(rich, bottles, _COLD, (), now)
        _certificate(rich, bags, "Indikasi Geografis Kopi Arabika Toraja", now)
        _certificate(rich, batik, "Batik Tulis Pewarna Alam", now)
        _certificate(rich, bottles, "Sertifikat Halal", now)
        trace.report_doubt(
            batch_id=batik.id,
            doubt_id=ids.derived("demo.origins", "doubt"),
            text="Lebar kain saya hanya 105 cm, di paspor tertulis 110 cm. Apakah ini lembar yang sama?",
            contact="dewi@contoh.id",
            at=now - timedelta(hours=20),
        )
    with everything():
        see_as(Actor(person_id=visitor))
        lines = [commerce.Wanted(product.variants[0].id, units) for product, units in ((coffee, 3), (cloth, 1))]
        commerce.place_orders(
            actor=Actor(person_id=visitor),
            group_id=ids.derived("demo.origins", "order"),
            lines=lines,
            method=commerce.Method.WALLET,
            ship_to=commerce.ShipTo("Dewi Lestari", "0812 0000 0001", "Jl. Braga 12, Kota Bandung 40111"),
            at=now - timedelta(hours=4),
        )


def _subscribe(shop: Shop, *, at: datetime) -> None:
    """Let two partners of the shop be told of its events (``demo/subscriber.py`` answers for both)."""
    told: tuple[tuple[str, dict[str, list[str]], str, dict[str, str] | None], ...] = (
        ("semua-langkah", {}, "https://gudang.mitra.example/epcis", None),
        ("pengiriman", {"EQ_bizStep": ["shipping", "receiving"]}, "https://kurir.mitra.example/hooks", _MORNING),
    )
    for name, query, address, schedule in told:
        keeper: dict[str, Any] = {"actor": _keeper(shop), "business_id": shop.id, "name": name, "at": at}
        trace.name_query(parameters=query, **keeper)
        new = trace.NewSubscription(ids.derived("demo.origins", "subscription", name), address, schedule)
        trace.subscribe(new=new, **keeper)


_MORNING = {"hour": "7", "minute": "0"}
_STORY = (
    "Dari 34 keluarga petani di Sapan, Toraja Utara. Dipetik merah, difermentasi 36 jam, dijemur tujuh hari, dan "
    "disangrai di Makassar. Harga petani 20 persen di atas harga pasar."
)
_CLOTH_STORY = "Dicanting tangan oleh Ibu Sri di Pekalongan selama empat minggu, diwarnai dengan indigo."
_COLD_STORY = "Susu dari peternak di Lembang, dibuat di Bandung, dibawa dingin sampai ke toko."


def _product(shop: Shop, goods: _Goods, *, at: datetime) -> commerce.Product:
    variant = commerce.NewVariant(
        id=ids.derived("demo.origins", "variant", goods.gtin),
        sku=f"ASAL-{goods.gtin[-4:]}",
        price_minor=goods.price * 100,
        stock=UNITS,
    )
    new = commerce.NewProduct(
        id=ids.derived("demo.origins", "product", goods.gtin),
        business_id=shop.id,
        name=goods.name,
        category=goods.category,
        description=goods.text,
        gtin=goods.gtin,
        status=goods.status,
        variants=(variant,),
    )
    return commerce.create_product(actor=_keeper(shop), product=new, at=at)


def _batch(
    shop: Shop, product: commerce.Product, lot: str, made: datetime, best: datetime | None, story: str, at: datetime
) -> trace.Batch:
    new = trace.NewBatch(
        id=ids.derived("demo.origins", "batch", lot),
        product_id=product.id,
        lot=lot,
        quantity=UNITS,
        made_on=made.date(),
        expires_on=best.date() if best else None,
        story=story,
        origin=ADDRESS,
    )
    return trace.make_batch(actor=_keeper(shop), business_id=shop.id, new=new, at=at)


def _tell(shop: Shop, batch: trace.Batch, told: Sequence[Told], sources: tuple[str, ...], now: datetime) -> None:
    for number, (kind, days, region, note, celsius) in enumerate(told):
        happened = now - timedelta(days=days)
        step = trace.NewStep(
            id=ids.derived("demo.origins", "step", batch.lot, number),
            kind=kind,
            happened_at=happened,
            region=region,
            note=note,
            celsius=None if celsius is None or kind == "roasted" else Decimal(str(celsius)),
            sources=sources if kind == "roasted" else (),
            time_zone="Asia/Makassar" if region.startswith("73") else "Asia/Jakarta",
        )
        told_at = max(happened + timedelta(hours=3), batch.created_at)
        trace.note_step(actor=_keeper(shop), business_id=shop.id, batch_id=batch.id, step=step, at=min(told_at, now))


def _certificate(shop: Shop, batch: trace.Batch, name: str, now: datetime) -> None:
    trace.add_certificate(
        actor=_keeper(shop),
        business_id=shop.id,
        batch_id=batch.id,
        certificate_id=ids.derived("demo.origins", "certificate", batch.lot),
        name=name,
        issuer="Lembaga contoh",
        number=f"CONTOH-{batch.lot}",
        valid_from=(now - timedelta(days=200)).date(),
        valid_until=(now + timedelta(days=500)).date(),
        for_all_batches=True,
        file=_paper(name),
        at=now,
    )


def _paper(name: str) -> bytes:
    """Return a small picture of a paper that says it is an example."""
    import io

    from PIL import Image, ImageDraw

    image = Image.new("RGB", (420, 297), "#fbfaf6")
    draw = ImageDraw.Draw(image)
    draw.rectangle((10, 10, 410, 287), outline="#2b3a8f", width=4)
    draw.text((60, 120), f"CONTOH - EXAMPLE\n{name}", fill="#1b1c26")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _keeper(shop: Shop) -> Actor:
    return Actor(businesses={shop.id: BusinessRole.OWNER}, name=shop.owner)
