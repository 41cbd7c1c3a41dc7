"""Books that are lived in: an accountant of several businesses, a statement half matched, stock cards, a tax paid."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM, Actor, BusinessRole, ZoneRole
from kawasan.demo.sample.people import VISITORS, everything
from kawasan.demo.sample.plan import Shop, stock_of, variant_id
from kawasan.platform.db import see_as
from kawasan.rooms.books import api as books
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.zone import api as zone


def _id(name: str) -> UUID:
    return ids.derived("demo.books", name)


DAYS = 75  # of books: in the month before the last one, too, something was sold and its tax is paid
CLIENTS = 4  # businesses that the accountant keeps the books of
BANK, NUMBER, BANK_ID = "Bank Latihan", "8800123456", _id("bank")
OPENING = {"1101": 2_500_000_00, "1102": 40_000_000_00, "1301": 18_000_000_00, "2101": 6_000_000_00}
# What the bank's statement says, days before today: text, who, amount in rupiah, and where the first lines went.
LINES = (
    (24, "SEWA KIOS OKTOBER", "PT PASAR BARU", -3_500_000, "6102"),
    (21, "BYR LISTRIK", "PLN", -640_000, "6103"),
    (18, "SETORAN TUNAI PASAR MINGGU", "", 1_850_000, "4101"),
    (15, "BIAYA ADM", "", -15_000, ""),
    (9, "PELUNASAN NOTA 118", "TOKO BERKAH", 2_400_000, ""),
    (6, "BYR LISTRIK", "PLN", -655_000, ""),
    (3, "TRF GAJI", "RINA MARLINA", -2_200_000, ""),
)


def keep(shops: Sequence[Shop], people: Mapping[str, UUID], *, now: datetime) -> None:
    """Invite the accountant, and give the first business a month of books. A repeat adds nothing."""
    accountant = people[VISITORS["accountant"].email]
    with everything():
        known = zone.actor_of_person(person_id=accountant).businesses
    for shop in shops[:CLIENTS]:
        if shop.id not in known:
            _invite(shop, people[shop.email], accountant, now)
    with everything():
        if _is_kept(shops[0].id):
            return
        _write(shops[0], people[shops[0].email], now)
    staff = people.get(VISITORS["zone_staff"].email)
    if staff:
        with everything():
            _propose(staff, now)


def _invite(shop: Shop, owner_id: UUID, accountant: UUID, now: datetime) -> None:
    owner = Actor(person_id=owner_id, businesses={shop.id: BusinessRole.OWNER})
    invited, email = ids.derived("demo.accountant", shop.number), VISITORS["accountant"].email
    with everything():
        zone.invite(actor=owner, email=email, role="accountant", at=now, business_id=shop.id, invitation_id=invited)
        see_as(SYSTEM)
        token = zone.invitation_token(invitation_id=invited)
        zone.accept_invitation(actor=Actor(person_id=accountant), token=token, at=now)


def _is_kept(shop: UUID) -> bool:
    """Whether there are books already: ours, or what a visitor of an earlier version's demo wrote himself."""
    who: dict[str, Any] = {"actor": SYSTEM, "business_id": shop}
    return bool(books.banks(**who) or books.entries(**who, limit=1).items)


def _write(shop: Shop, owner: UUID, now: datetime) -> None:
    actor = Actor(person_id=owner, businesses={shop.id: BusinessRole.OWNER})
    who: dict[str, Any] = {"actor": actor, "business_id": shop.id}
    today = clock.business_day(now)
    start = today - timedelta(days=DAYS)
    books.open_balances(**who, entry_id=_id("opening"), day=start, amounts=_opening(shop), memo="Saldo awal", at=now)
    oven = books.NewAsset("Mesin jahit industri", "1504", "non_building_1", 9_600_000_00, start)
    books.acquire_asset(
        **who,
        entry_id=_id("asset"),
        day=start,
        asset=oven,
        paid_from="1102",
        picture=_receipt("MESIN JAHIT", 9_600_000),
        at=now,
    )
    books.add_expense(
        **who,
        entry_id=_id("photo"),
        day=today - timedelta(days=2),
        amount_minor=187_500_00,
        category="6199",
        paid_from="1101",
        memo="Lakban dan kardus",
        picture=_receipt("LAKBAN, KARDUS", 187_500),
        at=now,
    )
    books.add_income(
        **who,
        entry_id=_id("credit"),
        day=today - timedelta(days=35),
        amount_minor=2_400_000_00,
        category="4101",
        paid_to="1201",
        memo="Nota 118",
        due=books.NewDue("Toko Berkah", today - timedelta(days=5), "118"),
        at=now,
    )
    _bank(who, today, now)
    _pay_tax(who, today, now)
    _keep_cards(who, shop, today, now)


def _cost(price: int, units: int) -> int:
    """Return what goods cost that are sold at a price in rupiah."""
    return price * 55 // 100 * units * 100


def _opening(shop: Shop) -> dict[str, int]:
    """Return what there was at first: what was sold since shows as cost when the stock cards begin."""
    return OPENING | {"1301": sum(_cost(listing.price, stock_of(listing)) for listing in shop.listings)}


def _keep_cards(who: dict[str, Any], shop: Shop, today: date, now: datetime) -> None:
    """Begin stock cards with what is on the shelf, and buy some more of one product; a shop without goods has none."""
    rows = commerce.stock_rows(**who, limit=100).items
    shelf = {row.variant_id: row.stock.on_shelf for row in rows}
    found = [(variant_id(listing), listing.price) for listing in shop.listings if variant_id(listing) in shelf]
    if not found:
        return
    lines = [books.StockLine(variant, shelf[variant], _cost(price, shelf[variant])) for variant, price in found]
    books.begin_stock_cards(**who, method=books.StockMethod.AVERAGE, lines=lines, at=now)
    (variant, price), units = found[0], 24
    books.buy_stock(
        **who,
        entry_id=_id("goods"),
        day=today,
        lines=[books.StockLine(variant, units, _cost(price + 2_000, units))],
        paid_from="1101",
        memo="Belanja di Pasar Baru",
        onto_shelf=True,
        at=now,
    )


def _pay_tax(who: dict[str, Any], today: date, now: datetime) -> None:
    """Sell at a market in the month before the last one, and pay its tax; that of the last one is due."""
    books.say_profile(**who, taxpayer=books.Taxpayer.SOLE_COMPANY, registered_year=today.year - 1, is_pkp=False)
    last = books.month_of(today).prior.first
    sold = last - timedelta(days=5)
    books.add_income(
        **who,
        entry_id=_id("market"),
        day=sold,
        amount_minor=12_450_000_00,
        category="4101",
        paid_to="1101",
        memo="Bazar alun-alun",
        at=now,
    )
    books.note_duty(
        **who,
        done_id=_id("tax"),
        kind=books.DutyKind.FINAL_DEPOSIT,
        month=sold.replace(day=1),
        day=last + timedelta(days=8),
        reference="0A1B2C3D4E5F6G7H",
        paid_from="1101",
        at=now,
    )


def _propose(staff: UUID, now: datetime) -> None:
    """Let staff propose a dated row of a tax, so that there is one to look at; it holds only once it is confirmed."""
    figures = {"amount": "4800000000"}
    day = date(clock.business_day(now).year + 1, 1, 1)
    row = books.NewTaxRow(books.RateKind.PKP, day, "Latihan: contoh usulan, bukan peraturan", figures)
    actor = Actor(person_id=staff, zone_role=ZoneRole.STAFF)
    books.propose_tax_row(actor=actor, row_id=_id("tax-row"), row=row, at=now)


def _bank(who: dict[str, Any], today: date, now: datetime) -> None:
    bank = books.add_bank(**who, bank_id=BANK_ID, name=BANK, number=NUMBER, at=now)
    balance = (OPENING["1102"] - 9_600_000_00) // 100
    rows = ["Tanggal;Keterangan;Nama;Jumlah;Saldo"]
    for days, text, party, amount, _ in LINES:
        balance += amount
        rows.append(f"{today - timedelta(days=days):%d/%m/%Y};{text};{party};{amount};{balance}")
    content = "\n".join(rows).encode()
    columns = books.preview_csv(content=content, columns=None).columns
    books.import_statement(
        **who,
        bank_id=bank.id,
        statement_id=_id("statement"),
        name="mutasi.csv",
        content=content,
        columns=columns,
        at=now,
    )
    accounts = {(text, amount * 100): account for _, text, _, amount, account in LINES if account}
    for line in books.bank_lines(**who, bank_id=bank.id).items:
        if account := accounts.get((line.text, line.amount_minor)):
            choice = books.Choice("account", account=account)
            books.confirm_line(**who, line_id=line.id, choice=choice, at=now)
    rule = books.Rule(_id("rule"), "biaya adm", "out", "6199", upto_minor=50_000_00)
    books.add_bank_rule(**who, rule=rule, at=now)


def _receipt(what: str, amount: int) -> bytes:
    """Draw a receipt as a phone would have photographed it."""
    image = Image.new("RGB", (600, 800), "#f6f2e7")
    draw = ImageDraw.Draw(image)
    lines = ("TOKO SUMBER REZEKI", "BANDUNG", "", what, f"Rp{amount:,}".replace(",", "."), "", "TERIMA KASIH")
    for number, text in enumerate(lines):
        draw.text((90, 120 + 70 * number), text, fill="#22242f", font_size=38)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return file.getvalue()
