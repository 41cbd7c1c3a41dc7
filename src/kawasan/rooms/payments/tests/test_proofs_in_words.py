"""A proof's page says values as people do, and keeps what is hashed one click away."""

from __future__ import annotations

import pytest
from tests.builders.zone import a_business

from kawasan.core import ids
from kawasan.platform import wording
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.log import api as log
from kawasan.rooms.log.tests.verifying import AT, published
from kawasan.rooms.payments import api as payments

pytestmark = pytest.mark.django_db


def _page(client, token: str, suffix: str = "") -> str:
    return client.get(f"/log/bukti/{token}{suffix}", headers={"accept-language": "id"}).content.decode()


def test_a_transfer_is_said_in_rupiah_with_names_of_businesses_and_public_ids(client):
    business, order = a_business(name="Kopi Sapan").id, ids.uuid7()
    payments.ensure_business_accounts(business_id=business)
    given, taken = payments.escrow(business), payments.balance(business)
    provider = ledger.account_id(business, ledger.IDR, 5)
    ledger.open_accounts([ledger.NewAccount(provider, business, ledger.IDR, 5, ledger.Flag.NONE)])
    made = [
        ledger.NewTransfer(ids.uuid7(), provider, given, 150_500_000, 102, reference=order),
        ledger.NewTransfer(ids.uuid7(), given, taken, 150_500_000, 105, reference=order),
    ]
    entry = ledger.Entry(ids.uuid7(), AT, tuple(made))
    ledger.post(entry)
    published()
    token = log.token_of_transfer(made[1].id)
    page = _page(client, token)
    for heading, said in (
        ("Jumlah", "Rp1.505.000"),
        ("Jenis transfer", "Pesanan selesai"),
        ("Akun penerima", "Saldo · Kopi Sapan"),
        ("Bagian dari", ids.public("ord", order)),
        ("Nomor", ids.public("trf", made[1].id)),
        ("Cara berpindah", "Seketika"),
        ("Entri buku besar", "Satu dari 2 transfer yang berlaku bersama atau tidak sama sekali"),
    ):
        assert f"<dt>{heading}</dt><dd>{said}</dd>" in page, heading
    assert str(entry.id) not in page.partition("<dl")[2].partition("</dl>")[0]
    assert "&quot;amount&quot;:&quot;150500000&quot;" in page.partition("data-proof")[2].partition("proof-data")[0]
    offline = _page(client, token, ".html")
    assert "Rp1.505.000" in offline
    assert str(order) in offline


def test_an_event_is_said_with_moments_places_and_goods_and_not_with_codes(client):
    body = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "ObjectEvent",
        "bizStep": "commissioning",
        "kawasan:step": "harvested",
        "eventTime": "2026-10-13T06:39:55.617+08:00",
        "readPoint": {"id": "urn:x-kawasan:region:73.26"},
        "sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 18.5, "uom": "CEL"}]}],
        "quantityList": [{"epcClass": "https://id.gs1.org/01/09521100000017/10/SAPAN-10", "quantity": 120}],
        "total_minor": 1_110_000,
        "valid_until": "2028-04-05",
        "unheard": "2026-99-99T99:99:99Z",
        "business": "not a number",
    }
    leaf = log.submit(kind="test.note", subject="n", body=body, at=AT, is_public=True)
    published()
    page = _page(client, log.token_of_leaf(leaf)).partition("data-proof")[2]
    lines = page.partition("<dl")[2].partition("</dl>")[0]
    for said in ("Kabupaten Toraja Utara", "GTIN 09521100000017 · SAPAN-10", "Dipanen", "Rp11.100", "5 Apr 2028"):
        assert f"<dd>{said}</dd>" in lines, said
    assert "13 Okt 2026" in lines
    for name, said in (("Tempat", "Kabupaten Toraja Utara"), ("Yang diukur", "Suhu")):
        assert f"<dt>{name}</dt><dd>{said}</dd>" in lines
    assert "<dd>18,5</dd>" in lines
    for raw in ("ObjectEvent", "commissioning", "urn:x-kawasan", "@context", "T06:39"):
        assert raw not in lines
    assert "<dd>2026-99-99T99:99:99Z</dd>" in lines  # what cannot be read is shown as it stands
    assert "<dd>not a number</dd>" in lines


def test_every_movement_of_money_has_a_name_and_every_account_too():
    assert set(payments.MOVEMENTS) == set(payments.PaymentCode)
    assert set(payments.ACCOUNTS) == set(payments.AccountCode)
    assert wording.rupiah(150_500_000) == "Rp1.505.000"
