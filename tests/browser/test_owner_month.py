"""An owner's month on a phone of 360 px: from the first sale to the tax slip with its NTPN."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import pytest

# One pixel of a receipt, as PNG.
PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)
PICTURES = os.environ.get("KAWASAN_PICTURES")  # a folder: keep a picture of each step


def _minor(text: str) -> int:
    return int("".join(letter for letter in text if letter.isdecimal() or letter == "-") or 0)


def _tiles(page) -> list[int]:
    """In, out, left, tax of the month on the screen, in rupiah."""
    return [_minor(text) for text in page.locator("main .tiles .stat-value").all_inner_texts()]


def _keep(page, name: str) -> None:
    """No step is wider than the phone; with KAWASAN_PICTURES it is kept as a picture."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"month-{name}.png"))


@pytest.fixture
def books(demo, open_as):
    """The books of the demo's seller on a phone."""
    slug = demo["addresses"]["seller"].split("/jualan/")[1].strip("/")
    page = open_as("seller", f"/jualan/{slug}/buku")
    page.root = page.url
    return page


def test_from_the_first_sale_to_the_tax_slip(books):
    today = date.today()
    last = today.replace(day=1) - timedelta(days=1)
    month = f"{last:%Y-%m}"

    # A sale outside the zone in the month that is over, and the expense that went with it, with its photo.
    books.goto(f"{books.root}?bulan={month}")
    before = _tiles(books)
    books.goto(f"{books.root}/catat?arah=masuk")
    books.fill("[name=amount]", "10.000.000")
    books.select_option("[name=category]", "4101")
    books.fill("[name=day]", last.isoformat())
    books.fill("[name=memo]", "Bazar alun-alun")
    _keep(books, "1-sale")
    books.click("main form .form-actions button")
    books.goto(f"{books.root}?bulan={month}")
    assert _tiles(books)[0] == before[0] + 10_000_000

    books.goto(books.root)
    this_month = _tiles(books)
    books.click("main a[href$='/nota']")
    books.set_input_files("[name=picture]", {"name": "nota.png", "mimeType": "image/png", "buffer": PHOTO})
    books.fill("[name=amount]", "75.000")
    _keep(books, "2-receipt")
    books.click("main button[name=category][value='6103']")
    books.goto(books.root)
    assert _tiles(books)[1] == this_month[1] + 75_000

    # A line of the bank statement, one tap.
    books.goto(f"{books.root}/bank")
    books.locator("main th a[href*='/bank/']").first.click()
    waiting = books.locator("main article form[action$='/catat'] button").first
    lines = books.locator("main article").count()
    _keep(books, "3-bank")
    waiting.click()
    assert books.locator("main article").count() == lines - 1

    # How she pays taxes: a one-person company has no allowance.
    books.goto(f"{books.root}/pajak")
    books.select_option("[name=taxpayer]", "sole_person_company")
    books.fill("[name=registered_year]", str(last.year))
    books.click("main form .form-actions button")

    # The month that is over: in, out, left, tax; closed in three taps.
    books.goto(f"{books.root}?bulan={month}")
    income, out, left, tax = _tiles(books)
    assert left == income - out
    assert tax == income * 5 // 1000
    _keep(books, "4-month")
    books.click("main a[href*='/tutup']")
    _keep(books, "5-close")
    books.click("main form .form-actions button")
    books.wait_for_selector("#closed")

    # The deposit slip, and its NTPN.
    books.goto(f"{books.root}/pajak?tahun={last.year}")
    _keep(books, "6-tax")
    books.click(f"main a[href$='/pajak/final-deposit/{month}']")
    text = books.locator("main").inner_text()
    assert "411128" in text
    assert "420" in text
    assert f"{tax:,}".replace(",", ".") in text
    _keep(books, "7-slip")
    books.fill("[name=reference]", "0A1B 2C3D 4E5F 6G7H")
    books.click("#paid ~ form .form-actions button")
    books.wait_for_selector("#done")
    assert "0A1B2C3D4E5F6G7H" in books.locator("main").inner_text()
    _keep(books, "8-paid")
    assert not books.errors
