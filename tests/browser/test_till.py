"""The till in a browser: sells with the network cut, survives kill -9, brings each sale into the books once."""

from __future__ import annotations

import base64
import json
import os
import signal
import time
import urllib.request

import pytest

EACH = 25


def _seller(demo) -> str:
    return demo["addresses"]["seller"].split("/jualan/")[1].strip("/")


def _open_till(open_as, demo, **look):
    page = open_as("seller", f"/jualan/{_seller(demo)}/kasir/", **look)
    page.wait_for_selector(".till-item", state="attached", timeout=20_000)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def _begin(page, name: str) -> None:
    page.fill("[name=till]", name)
    page.fill("[name=opening]", "200.000")
    page.click("[data-part=opening-form] button")
    page.wait_for_selector("[data-part=counter]:not([hidden])")


def _sell(page, times: int) -> None:
    for _ in range(times):
        page.locator(".till-item").first.click()
        page.locator("[data-do=pay]:visible").first.click()
        page.click("[data-part=done]")
        page.wait_for_selector("[data-part=receipt][open]")
        page.click("[data-part=receipt] .wide[data-close]")


def _waiting(page) -> int:
    return page.evaluate(
        """() => new Promise((resolve) => {
          const opening = indexedDB.open(`kawasan-till-${document.body.dataset.business}`);
          opening.onsuccess = () => {
            const asked = opening.result.transaction("documents").objectStore("documents").getAll();
            asked.onsuccess = () => resolve(asked.result.filter((one) => one.state === "waiting").length);
          };
        })"""
    )


def _numbers(page) -> list[str]:
    """Return the numbers of all receipts that the server has, from the newest back."""
    found = page.evaluate(
        """async () => {
          const all = [];
          let cursor = "";
          do {
            const answer = await (await fetch(`${document.body.dataset.api}/sales?limit=100&cursor=${cursor}`)).json();
            all.push(...answer.items.map((item) => item.number));
            cursor = answer.next_cursor;
          } while (cursor);
          return all;
        }"""
    )
    return list(found)


def _until_sent(page) -> None:
    deadline = time.monotonic() + 30
    while _waiting(page):
        assert time.monotonic() < deadline, page.locator("[data-part=status]").inner_text()
        page.evaluate("document.querySelector('[data-do=bring]').click()")
        page.wait_for_timeout(300)


def _kill(chromium, page) -> None:
    """Kill -9 the process that runs a page: the one that was busy when the page was told to be."""
    session = chromium.new_browser_cdp_session()

    def cpu() -> dict[int, float]:
        found = session.send("SystemInfo.getProcessInfo")["processInfo"]
        return {item["id"]: item["cpuTime"] for item in found if item["type"] == "renderer"}

    before = cpu()
    page.evaluate("() => { const end = Date.now() + 600; while (Date.now() < end); }")
    after = cpu()
    os.kill(max(after, key=lambda number: after[number] - before.get(number, 0)), signal.SIGKILL)
    page.wait_for_event("crash", timeout=10_000)
    page.close()


def test_two_devices_sell_fifty_without_a_network_one_is_killed_and_all_come_in_once(demo, open_as, chromium):
    first, second = _open_till(open_as, demo), _open_till(open_as, demo, width=1440, height=900)
    before = _numbers(first)
    for page, name in ((first, "Kasir depan"), (second, "Kasir belakang")):
        _begin(page, name)
        page.context.set_offline(True)
        _sell(page, EACH)
        assert _waiting(page) == EACH

    # The tab dies and the device has still no network: the till opens from what it keeps, with every sale.
    address = first.url
    _kill(chromium, first)
    again = first.context.new_page()
    again.goto(address)
    again.wait_for_selector("[data-part=counter]:not([hidden])")
    assert _waiting(again) == EACH

    for page in (again, second):
        page.context.set_offline(False)
    for page in (again, second, again):  # the first sends everything a second time, as after a lost answer
        _until_sent(page)
    again.evaluate(
        """() => new Promise((resolve) => {
          const opening = indexedDB.open(`kawasan-till-${document.body.dataset.business}`);
          opening.onsuccess = () => {
            const store = opening.result.transaction("documents", "readwrite").objectStore("documents");
            store.getAll().onsuccess = (event) => {
              for (const one of event.target.result) store.put({ ...one, state: "waiting" });
            };
            store.transaction.oncomplete = () => resolve();
          };
        })"""
    )
    _until_sent(again)

    came = [number for number in _numbers(again) if number not in before]
    assert (len(came), len(set(came))) == (2 * EACH, 2 * EACH)


def test_a_scanner_finds_a_product_wherever_the_cursor_is(demo, open_as):
    page = _open_till(open_as, demo, width=1440, height=900)
    _begin(page, "Kasir")
    sku = page.evaluate(
        """async () => (await (await fetch(`${document.body.dataset.api}/items`)).json()).items[0].sku"""
    )
    page.evaluate("document.activeElement.blur()")
    for _ in range(10):  # on a busy machine these keys come as slowly as a person's: then it is scanned again
        page.keyboard.type(sku)
        page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        if page.locator(".till-lines li").count():
            break
    assert page.locator(".till-lines li").count() == 1
    assert page.errors == []


PAYER = "hQVDUFYwMWERWgqTYAAUF0URgIWfUANBcHA="  # a payer's code: BCA's number, a label


def test_without_a_camera_or_a_reader_the_till_says_why_and_typing_goes_on(demo, open_as):
    page = _open_till(open_as, demo)
    _begin(page, "Kasir kamera")
    toast = page.locator("[data-part=toast]")
    with_reader = "globalThis.BarcodeDetector = class { static async getSupportedFormats() { return ['ean_13']; } }"
    refusing = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', '%s'); }"
    cases = [("globalThis.BarcodeDetector = undefined", "tidak dapat membaca barcode")]
    reasons = (
        ("NotAllowedError", "tidak diizinkan"),
        ("NotFoundError", "tidak ditemukan"),
        ("AbortError", "merespons"),
    )
    cases += [(f"{with_reader}; {refusing % name}", told) for name, told in reasons]
    for stage, told in cases:
        page.evaluate(f"() => {{ {stage} }}")
        page.click("[data-do=scan]")
        page.wait_for_selector(f"[data-part=toast]:has-text('{told}')")
        assert toast.is_visible()
        assert page.evaluate("document.activeElement.dataset.part") == "search"
    sku = page.evaluate(
        """async () => (await (await fetch(`${document.body.dataset.api}/items`)).json()).items[0].sku"""
    )
    page.keyboard.type(sku)
    page.keyboard.press("Enter")
    page.wait_for_selector(".till-lines li", state="attached")
    assert page.errors == []


def test_the_camera_puts_what_it_sees_on_the_counter(demo, open_as):
    page = _open_till(open_as, demo)
    _begin(page, "Kasir kamera 2")
    page.evaluate(
        """async () => {
          const { sku } = (await (await fetch(`${document.body.dataset.api}/items`)).json()).items[0];
          const canvas = document.createElement("canvas");
          setInterval(() => canvas.getContext("2d").fillRect(0, 0, Math.random() * 9, 9), 50);
          navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
          globalThis.BarcodeDetector = class {
            static async getSupportedFormats() { return ["ean_13", "qr_code"]; }
            async detect() { return [{ rawValue: sku }]; }
          };
        }"""
    )
    page.click("[data-do=scan]")
    page.wait_for_selector("[data-part=scanner][open]")
    page.wait_for_selector(".till-lines li", state="attached")
    page.click("[data-part=scanner] [data-close]")
    assert page.locator(".till-lines li").count() == 1
    assert page.errors == []


def test_a_buyers_own_code_is_read_and_told_that_it_cannot_be_charged(demo, open_as):
    page = _open_till(open_as, demo)
    _begin(page, "Kasir CPM")
    page.fill("[data-part=search]", PAYER)
    page.press("[data-part=search]", "Enter")
    page.wait_for_selector("[data-part=payer-issuer]:has-text('BCA')")
    assert "••••" in page.locator("[data-part=payer-account]").inner_text()
    assert "Tidak ada uang yang berpindah" in page.locator("[data-part=payer]").inner_text()
    page.click("[data-part=payer] .wide[data-close]")
    page.locator(".till-item").first.click()
    page.locator("[data-do=pay]:visible").first.click()
    page.locator("[data-part=pay] label:has([value=wallet])").click()
    page.fill("[name=code]", PAYER[:-6])
    page.wait_for_selector("[data-part=payer-issuer]:has-text('tidak terbaca')")
    assert page.locator("[name=code]").input_value() == ""
    assert page.locator("[data-part=done]").is_disabled()


def test_a_shift_is_counted_and_the_difference_is_on_the_desk(demo, open_as):
    page = _open_till(open_as, demo)
    _begin(page, "Kasir hitung")
    _sell(page, 1)
    page.click("[data-do=closing]")
    expected = page.locator("[data-part=expected]").inner_text()
    page.fill("[name=counted]", "1.000")
    assert page.locator("[data-part=difference]").inner_text().startswith("−Rp")
    page.click("[data-part=close-shift]")
    page.wait_for_selector("[data-part=closed]:not([hidden])")
    _until_sent(page)
    page.wait_for_selector("body[data-waiting='0']")  # a function would be evaluated, which the page's policy forbids
    page.goto(page.url.replace("/kasir/", "/penjualan/giliran"))
    row = page.locator("tbody tr", has_text="Kasir hitung").first
    assert expected in row.inner_text()


def test_taking_back_gives_the_money_of_what_came_back(demo, open_as):
    page = _open_till(open_as, demo)
    _begin(page, "Kasir retur")
    _sell(page, 1)
    page.locator("[data-do=history]:visible").click()
    page.locator(".till-history button").first.click()
    page.click("[data-part=receipt-return]")
    page.fill("[data-part=return] input[name=line-0]", "1")
    page.fill("[data-part=return] [name=reason]", "Salah ukuran")
    refund = page.locator("[data-part=refund]").inner_text()
    page.click("[data-part=take-back]")
    page.wait_for_selector("[data-part=receipt][open]")
    assert refund in page.locator("[data-part=receipt-text]").inner_text()
    _until_sent(page)
    printed = page.evaluate(
        """async () => {
          const model = await import("/static/commerce/till/model.mjs");
          const sums = [["Diskon", -150000]];
          const lines = [{ name: "Batik “Mega” – 2 m", quantity: 2, unit_price_minor: 500000 }];
          const bytes = model.escpos({ shop: "Busana", number: "K-1", when: "", lines, sums, thanks: "" });
          return model.printApp(bytes);
        }"""
    )
    assert printed.startswith("intent:base64,")
    assert printed.endswith("#Intent;scheme=rawbt;package=ru.a402d.rawbtprinter;end;")
    receipt = base64.b64decode(printed.removeprefix("intent:base64,").partition("#")[0])
    assert receipt.startswith(b"\x1b@")
    assert receipt.endswith(b"\x1dVB\x00")
    assert b"Diskon                  -Rp1.500\n" in receipt
    assert b"Batik Mega - 2 m\n" in receipt


@pytest.mark.parametrize("look", [(360, 800, "light"), (360, 800, "dark"), (1440, 900, "light"), (1440, 900, "dark")])
def test_the_till_fits_the_screen_and_is_accessible(demo, open_as, look):
    from axe_playwright_python.sync_playwright import Axe

    width, height, theme = look
    page = _open_till(open_as, demo, width=width, height=height, theme=theme)
    wcag = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
    assert Axe().run(page, options=wcag).response["violations"] == []
    _begin(page, "Kasir")
    page.locator(".till-item").first.click()
    page.locator("[data-do=pay]:visible").first.click()
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), "scrolls sideways"
    found = Axe().run(page, options=wcag).response["violations"]
    assert [(item["id"], [node["html"][:160] for node in item["nodes"]][:3]) for item in found] == []
    assert page.errors == []


def _pay_at_the_bank(demo, payload: str, amount_minor: int | None = None) -> None:
    told = {"code": payload, "visit": str(time.monotonic_ns()), "amountMinor": amount_minor}
    request = urllib.request.Request(
        demo["addresses"]["bank"] + "sandbox/payments", json.dumps(told).encode(), method="POST"
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert "moved" in json.load(answer)


def _last_sale(page) -> dict:
    return dict(
        page.evaluate("async () => (await (await fetch(`${document.body.dataset.api}/sales?limit=1`)).json()).items[0]")
    )


def _payload(page) -> str:
    source = page.locator("[data-part=counter-code]").get_attribute("src")
    return str(
        page.evaluate("async (path) => (await (await fetch(path)).json()).qris", source.replace("/code.svg", ""))
    )


def test_a_qris_code_for_the_sum_is_paid_and_the_till_goes_on_by_itself_even_when_killed(demo, open_as, chromium):
    page = _open_till(open_as, demo)
    _begin(page, "Kasir QRIS")
    for is_killed in (False, True):
        page.locator(".till-item").first.click()
        page.locator("[data-do=pay]:visible").first.click()
        page.locator("[data-part=pay] label:has([value=qris])").click()
        page.click("[data-part=done]")
        page.wait_for_selector("[data-part=counter-code][src]", timeout=20_000)
        payload = _payload(page)
        if is_killed:
            address, context = page.url, page.context
            _kill(chromium, page)
            page = context.new_page()
            page.goto(address)
            page.wait_for_selector("[data-part=counter-dialog][open]", timeout=20_000)
        _pay_at_the_bank(demo, payload)
        page.wait_for_selector("[data-part=receipt][open]", timeout=20_000)
        page.click("[data-part=receipt] .wide[data-close]")
        _until_sent(page)
        sale = _last_sale(page)
        assert (sale["method"], sale["conflicts"]) == ("qris", [])


def test_a_buyers_wallet_pays_by_the_digits_it_shows_and_wrong_ones_are_told(demo, open_as):
    buyer = open_as("buyer", "/dompet")
    buyer.click("form[action='/dompet/kasir'] button")
    digits = buyer.locator(".wallet-digits").inner_text()
    page = _open_till(open_as, demo)
    _begin(page, "Kasir dompet")
    page.locator(".till-item").first.click()
    page.locator("[data-do=pay]:visible").first.click()
    page.locator("[data-part=pay] label:has([value=wallet])").click()
    page.fill("[name=code]", "0000 0000 0000")
    page.click("[data-part=done]")
    page.wait_for_selector("[data-part=wallet-why]:not([hidden])")
    page.fill("[name=code]", digits)
    page.click("[data-part=done]")
    page.wait_for_selector("[data-part=receipt][open]", timeout=20_000)
    _until_sent(page)
    sale = _last_sale(page)
    assert (sale["method"], sale["conflicts"]) == ("wallet", [])
    buyer.wait_for_selector("#wallet-code .status.good", timeout=10_000)


def test_the_screen_shows_and_rings_for_a_new_payment(demo, open_as):
    page = open_as("seller", f"/jualan/{_seller(demo)}/qris/layar")
    page.click("[data-sound-on]")
    page.wait_for_selector("[data-shop-screen][data-sound=on]")
    till = open_as("seller", f"/jualan/{_seller(demo)}/kasir/")
    code = till.evaluate(
        "async () => (await (await fetch(`/v1/businesses/${document.body.dataset.business}/qris`)).json()).payload"
    )
    _pay_at_the_bank(demo, code, 31_313_00)
    page.wait_for_selector(".is-new:has-text('31.313')", timeout=15_000)
