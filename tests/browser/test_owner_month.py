"""An owner's month on a phone of 360 px: from the first sale to the tax slip with its NTPN."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from kawasan.core import clock

PICTURES = os.environ.get("KAWASAN_PICTURES")  # a folder: keep a picture of each step
SALE, RECEIPT = 10_000_000, 75_000
NTPN = "4K7M2P9R1T5V8X3Z"


def _rupiah(text: str) -> int:
    """Read what the page shows; figures of a month by hand and by the zone are whole rupiah."""
    assert "," not in text, text
    figure = int("".join(letter for letter in text if letter.isdecimal()) or 0)
    return -figure if text.startswith("−") else figure


def _written(amount: int) -> str:
    return f"Rp{amount:,}".replace(",", ".")


def _tiles(page) -> list[int]:
    """In, out, left, tax of the month on the screen, in rupiah."""
    return [_rupiah(text) for text in page.locator("main .tiles .stat-value").all_inner_texts()]


def _keep(page, name: str, *, at: str = "main h1") -> None:
    """No step is wider than the phone; with KAWASAN_PICTURES it is kept as a picture."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
    if not PICTURES:
        return
    page.locator(at).first.evaluate("node => scrollTo(0, node.getBoundingClientRect().top + scrollY - 88)")
    page.wait_for_timeout(300)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.save(Path(PICTURES) / f"month-{name}-phone.webp", quality=82, method=6)


def _photo() -> bytes:
    image = Image.new("RGB", (300, 400), "#f6f2e7")
    ImageDraw.Draw(image).text((40, 60), "TOKO LISTRIK\n\nTOKEN 75.000", fill="#22242f", font_size=26)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _send(page, button) -> None:
    """Press a button of a form, and wait for the page that answers it."""
    with page.expect_navigation():
        button.click()


def _start_over(page, month: str) -> None:
    """Undo what an earlier run on the same demo did: the payment it noted, and the month it closed."""
    page.goto(f"{page.root}/pajak/final-deposit/{month}")
    if page.locator("#done").count():
        page.click("main #done ~ details summary")
        _send(page, page.locator("#done ~ details form button"))
    page.goto(f"{page.root}?bulan={month}")
    if page.locator("#closed").count():
        page.click("#closed ~ details summary")
        page.fill("[name=reason]", "Sekali lagi")
        _send(page, page.locator("#closed ~ details form button"))
    page.errors.clear()  # where nothing was due yet, its slip is not found


@pytest.fixture
def books(demo, open_as):
    """The books of the demo's seller on a phone."""
    slug = demo["addresses"]["seller"].split("/jualan/")[1].strip("/")
    page = open_as("seller", f"/jualan/{slug}/buku")
    page.root = page.url
    return page


def test_from_the_first_sale_to_the_tax_slip(books):
    # The figures compared are those of the month that is over: the demo's orders come in today.
    last = clock.business_day(clock.now()).replace(day=1) - timedelta(days=1)
    month = f"{last:%Y-%m}"
    _start_over(books, month)
    _sells_at_a_market(books, month, last.isoformat())
    _photographs_a_receipt(books)
    _confirms_a_line_of_the_bank(books)
    _says_how_she_pays_taxes(books, last.year)
    tax = _closes(books, month)
    _pays(books, month, last.year, tax)
    assert not books.errors


def _sells_at_a_market(page, month: str, day: str) -> None:
    page.goto(f"{page.root}?bulan={month}")
    before = _tiles(page)
    page.click("main a[href$='?arah=masuk']")
    page.fill("main [name=amount]", f"{SALE:,}".replace(",", "."))
    page.select_option("main [name=category]", "4101")
    page.fill("main [name=day]", day)
    page.fill("main [name=memo]", "Bazar alun-alun")
    _keep(page, "sale")
    _send(page, page.locator("main form .form-actions button"))
    page.goto(f"{page.root}?bulan={month}")
    assert _tiles(page)[0] == before[0] + SALE


def _photographs_a_receipt(page) -> None:
    page.goto(page.root)
    page.click("main a[href$='/nota']")
    page.set_input_files("[name=picture]", {"name": "nota.png", "mimeType": "image/png", "buffer": _photo()})
    page.fill("main [name=amount]", _written(RECEIPT))
    _keep(page, "receipt")
    _send(page, page.locator("main button[name=category][value='6103']"))
    written = page.locator("main .table tbody tr", has_text=f"−{_written(RECEIPT)}")  # by hand: that is hers alone
    written.first.locator("a").click()
    photo = page.locator("main img[src$='/nota.webp']")
    photo.scroll_into_view_if_needed()
    expect(photo).to_have_js_property("naturalWidth", 300)


def _confirms_a_line_of_the_bank(page) -> None:
    page.goto(f"{page.root}/bank")
    page.locator("main th a[href*='/bank/']").first.click()
    lines = page.locator("main article")
    if not lines.count():  # earlier runs on the same demo have confirmed them all
        page.click("main .chips a[href='?lihat=semua']")
        _send(page, page.locator("main article form[action$='/batal'] button").first)
        page.click("main .chips a[href='?lihat=terbuka']")
    expect(lines).not_to_have_count(0)
    open_ones = lines.count()
    # What it most likely is, in one tap; where every suggestion is confirmed already, she says it herself.
    likely = page.locator("main article form[action$='/catat']:has([name=kind])")
    _keep(page, "bank", at="#lines")
    if likely.count():
        _send(page, likely.first.locator("button"))
    else:
        page.locator("main article details summary").first.click()
        _send(page, page.locator("main article details form[action$='/catat'] button").first)
    expect(lines).to_have_count(open_ones - 1)


def _says_how_she_pays_taxes(page, year: int) -> None:
    """A one-person company: it has no allowance, so that there is a tax to pay."""
    page.goto(f"{page.root}/pajak")
    page.select_option("main [name=taxpayer]", "sole_person_company")
    page.fill("main [name=registered_year]", str(year))
    _send(page, page.locator("main form .form-actions button"))
    expect(page.locator("main [name=taxpayer]")).to_have_value("sole_person_company")


def _closes(page, month: str) -> int:
    """Close the month that is over in three taps; return its tax in rupiah."""
    page.goto(f"{page.root}?bulan={month}")
    income, out, left, tax = _tiles(page)
    assert (left, tax) == (income - out, income * 5 // 1000)
    _keep(page, "month")
    page.click("main a[href*='/tutup']")
    assert _written(tax) in page.locator("main .pairs").inner_text()
    _keep(page, "close")
    _send(page, page.locator("main form .form-actions button"))
    expect(page.locator("#closed")).to_be_visible()
    assert _tiles(page)[0] == income
    return tax


def _pays(page, month: str, year: int, tax: int) -> None:
    """Take what the deposit slip says, pay it, and note the NTPN: the books have the payment."""
    page.goto(f"{page.root}/pajak?tahun={year}")
    _keep(page, "tax", at="#due")
    page.click(f"main a[href$='/pajak/final-deposit/{month}']")
    slip = page.locator("#slip ~ dl").inner_text()
    assert all(figure in slip for figure in ("411128", "420", _written(tax))), slip
    _keep(page, "slip", at="#slip")
    page.fill("main [name=reference]", "4k7m 2p9r 1t5v 8x3z")
    _send(page, page.locator("#paid ~ form .form-actions button"))
    noted = page.locator("#done ~ dl")
    expect(noted).to_contain_text(NTPN)
    expect(noted).to_contain_text(_written(tax))
    _keep(page, "paid")
    page.goto(f"{page.root}/jurnal")
    booked = page.locator("main .table tbody tr", has_text=NTPN).filter(has_text=f"−{_written(tax)}")
    expect(booked).not_to_have_count(0)
