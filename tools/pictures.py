"""
Take the pictures of README and docs from a running demo.

python tools/pictures.py [kawasan-data/demo.json [NAME ...]]    # all of them, or those that are named
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, DESK, WALL = (360, 800), (1440, 900), (1920, 1080)

# name, person, path, size, theme, language
PICTURES = [
    ("home", None, "/", DESK, "light", "id"),
    ("home-phone-dark-zh", None, "/", PHONE, "dark", "zh-hans"),
    ("search", None, "/cari?q=kripik", DESK, "light", "id"),
    ("product-phone", None, "{product}", PHONE, "light", "id"),
    ("seller-home", "seller", "/jualan/{seller}/", DESK, "light", "id"),
    ("seller-orders", "seller", "/jualan/{seller}/pesanan", DESK, "light", "id"),
    ("seller-products", "seller", "/jualan/{seller}/produk", DESK, "light", "id"),
    ("seller-money-phone", "seller", "/jualan/{seller}/saldo", PHONE, "light", "id"),
    ("shop-screen-phone", "seller", "/jualan/{seller}/qris/layar", PHONE, "light", "id"),
    ("books-phone", "seller", "/jualan/{seller}/buku", PHONE, "light", "id"),
    ("invoices", "seller", "/jualan/{seller}/faktur", DESK, "light", "id"),
    ("invoices-phone", "seller", "/jualan/{seller}/faktur", PHONE, "light", "id"),
    ("devices", "seller", "{device}", DESK, "light", "id"),
    ("clean-city", None, "/kota-bersih", DESK, "light", "id"),
    ("passport", None, "{passport}", DESK, "light", "id"),
    ("proof", "seller", "{proof}", DESK, "light", "id"),
    ("verify-phone", "seller", "{proof}", PHONE, "light", "id"),
    ("wallet-phone", "buyer", "/dompet", PHONE, "light", "id"),
    ("orders-phone", "buyer", "/pesanan", PHONE, "light", "id"),
    ("campaign", None, "{campaign}", DESK, "light", "id"),
    ("vouchers", "seller", "/jualan/{seller}/voucher", DESK, "light", "id"),
    ("promotion", "zone_staff", "/kawasan/promosi", DESK, "light", "id"),
    ("currencies", "zone_staff", "/kawasan/valas", DESK, "light", "id"),
    ("join", "buyer", "/gabung", DESK, "light", "id"),
    ("applications", "zone_staff", "/kawasan/pendaftaran", DESK, "light", "id"),
    ("authority-screen", "authority", "/layar", WALL, "dark", "id"),
    ("authority-report", "authority", "/layar/laporan", DESK, "light", "id"),
]


def main(told: Path, *names: str) -> None:
    """Take every picture, or those that are named, and write it as WebP."""
    demo: dict[str, Any] = json.loads(told.read_text())
    home = demo["addresses"]["shop"].rstrip("/")
    seller = demo["addresses"]["seller"].split("/jualan/")[1].strip("/")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.goto(f"{home}/toko/{seller}")
        product = page.locator("main a[href^='/produk/']").first.get_attribute("href")
        page.goto(home)
        campaign = page.locator("main a[href^='/kampanye/']").first.get_attribute("href")
        page.goto(f"{home}/cari?q=toraja+sapan")
        page.goto(home + str(page.locator("main a[href^='/produk/']").first.get_attribute("href")))
        passport = page.locator("main a[href*='/asal/']").first.get_attribute("href")
        desk = signed_in(browser, demo, home, "seller")
        desk.goto(f"{home}/jualan/{seller}/perangkat")
        device = desk.locator("main .table a[href*='/perangkat/dev_']").first.get_attribute("href")
        desk.goto(f"{home}/jualan/{seller}/saldo")
        proof = desk.locator("main a[href*='/log/bukti/']").first.get_attribute("href")
        desk.context.close()
        places = {
            "seller": seller,
            "product": product,
            "campaign": campaign,
            "device": device,
            "proof": proof,
            "passport": passport,
        }
        for name, person, path, size, theme, language in PICTURES:
            if names and name not in names:
                continue
            there = path.format(**places)
            shot = take(browser, demo, home, person, there, size, theme, language)
            picture = Image.open(io.BytesIO(shot)).convert("RGB")
            picture.save(FOLDER / f"{name}.webp", quality=82, method=6)
            print(name)
        browser.close()


def take(
    browser: Browser,
    demo: dict[str, Any],
    home: str,
    person: str | None,
    path: str,
    size: tuple[int, int],
    theme: str,
    language: str,
) -> bytes:
    """Open one page as one person and return the picture."""
    page = signed_in(browser, demo, home, person, size=size, theme=theme, language=language)
    page.goto(home + path, wait_until="load")
    page.wait_for_timeout(700)
    shot = page.screenshot()
    page.context.close()
    return shot


def signed_in(
    browser: Browser,
    demo: dict[str, Any],
    home: str,
    person: str | None,
    *,
    size: tuple[int, int] = DESK,
    theme: str = "light",
    language: str = "id",
) -> Page:
    """Return a page of one of the demo's people, or of a stranger."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme)  # type: ignore[arg-type]
    context.add_cookies([{"name": "kawasan_language", "value": language, "url": home}])
    page = context.new_page()
    if person:
        page.goto(f"{home}/akun/login/")
        page.fill("input[name=login]", demo["people"][person]["email"])
        page.fill("input[name=password]", demo["people"][person]["password"])
        page.click("main form[method=post] button[type=submit]")
        page.wait_for_url(lambda url: "/akun/login" not in url)
    return page


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "kawasan-data/demo.json"), *sys.argv[2:])
