"""The main story in a browser: a buyer orders and pays, the seller ships, the money arrives, the screen counts it."""

from __future__ import annotations

import re
import time

import pytest


def _amounts(text: str) -> list[float]:
    """Read the amounts of a text: Rp1.234.567,50 -> 1234567.5."""
    found = re.findall(r"Rp([\d.]+)(?:,(\d+))?", text)
    return [int(whole.replace(".", "")) + int(cents or 0) / 100 for whole, cents in found]


def _rupiah(text: str) -> float:
    """Read the first amount of a text."""
    assert _amounts(text), text
    return _amounts(text)[0]


def _seller_of(demo) -> str:
    return demo["addresses"]["seller"].split("/jualan/")[1].strip("/")


def _until(read, wanted, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while not wanted(value := read()) and time.monotonic() < deadline:
        time.sleep(0.3)
    return value


@pytest.fixture
def shop_product(demo, open_as):
    """The address of something the demo's seller sells and has."""
    page = open_as(None, f"/toko/{_seller_of(demo)}", width=1440, height=900)
    links = page.locator("main a[href^='/produk/']").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    for link in links:  # the demo's buyers may have bought the last one of the first
        page.goto(page.url.split("/toko")[0].split("/produk")[0] + link)
        if page.locator("button[name=then][value=cart]:enabled").count():
            return link
    raise AssertionError(links)


def test_a_buyer_orders_and_pays_by_qris_the_seller_ships_and_the_money_arrives(demo, open_as, shop_product):
    slug = _seller_of(demo)
    screen = open_as("authority", "/layar", width=1920, height=1080)
    screen_before = _rupiah(screen.locator("main").inner_text())

    buyer = open_as("buyer", shop_product)
    price = _rupiah(buyer.locator("[data-price]").first.inner_text())
    buyer.click("button[name=then][value=cart]")
    assert "/keranjang" in buyer.url
    buyer.goto(buyer.url.split("/keranjang")[0] + "/keranjang/bayar")
    buyer.check("input[name=method][value=qris]", force=True)
    buyer.fill("[name=name]", "Rini Peramban")
    buyer.click("form.checkout aside button.big")
    buyer.wait_for_url("**/bayar/pay_*")

    with buyer.context.expect_page() as opened:
        buyer.click("a[data-practice]")
    bank = opened.value
    assert "NMID" in bank.locator("main").inner_text()
    bank.click("button[value=pay]")
    buyer.wait_for_url("**/pesanan**", timeout=20_000)

    buyer.goto(buyer.url.split("/pesanan")[0] + "/pesanan")
    order = buyer.locator("main a[href^='/pesanan/ord_']").first.get_attribute("href")
    order_id = order.rsplit("/", 1)[1]

    seller = open_as("seller", f"/jualan/{slug}/pesanan/{order_id}")
    assert "Rini Peramban" in seller.locator("main").inner_text()

    def may_ship() -> bool:  # the payment is told to the order by the worker, a moment later
        seller.reload()
        return bool(seller.locator("[name=courier]").count())

    assert _until(may_ship, bool)
    seller.fill("[name=courier]", "JNE")
    seller.fill("[name=tracking]", "JNE0123456789")
    seller.click("form[action$='/kirim'] button")
    fee = _rupiah(seller.locator("dl.money div:has-text('Biaya kawasan') dd").inner_text())
    seller.goto(seller.url.split("/jualan")[0] + f"/jualan/{slug}/saldo/laporan")
    of_this_order = seller.locator(f"main tr:has([title='{order_id}'])")
    assert of_this_order.count() == 0  # in escrow until the buyer has it

    buyer.goto(buyer.url.split("/pesanan")[0] + f"/pesanan/{order_id}/terima")
    buyer.click("main form button")
    assert buyer.locator("main").inner_text()

    def lines() -> int:
        seller.reload()
        return of_this_order.count()

    # Other orders of this seller come and go meanwhile: only the line of this order tells what it brought.
    assert _until(lines, lambda count: count > 0) == 1
    gross, *taken = _amounts(of_this_order.locator("th").inner_text())
    assert (gross, taken[0]) == (price, fee)
    assert 0 < sum(taken) <= 0.1 * price
    assert _rupiah(of_this_order.locator(".delta.up").inner_text()) == gross - sum(taken)

    def counted() -> float:
        screen.reload()
        return _rupiah(screen.locator("main").inner_text())

    assert _until(counted, lambda now: now >= screen_before + price) >= screen_before + price


def test_a_wrong_input_is_explained_beside_the_field_and_nothing_is_lost(open_as):
    page = open_as("buyer", "/gabung")
    page.fill("[name=name]", "Warung Coba")
    page.fill("[name=nib]", "12345")
    page.fill("[name=size_amount]", "Rp100.000.000")
    page.click("main form.join button.big")
    page.locator("[name=nib][aria-invalid=true]").wait_for(timeout=10_000)
    assert page.input_value("[name=name]") == "Warung Coba"


def test_the_shop_can_be_read_and_searched_without_javascript(open_as):
    page = open_as(None, "/", javascript=False)
    page.fill("input[type=search]", "kripik")
    page.press("input[type=search]", "Enter")
    assert page.locator("main a[href^='/produk/']").count() >= 1
    page.locator("main a[href^='/produk/']").first.click()
    assert _rupiah(page.locator("main").inner_text()) > 0
