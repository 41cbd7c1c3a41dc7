"""Every kind of page: no sideways scrolling, no console error, WCAG 2.2 AA; phone and desk, light and dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

SIZES = [(360, 800, "light", "id"), (1440, 900, "dark", "zh-hans")]
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # what is well is looked at as before, and not told in thousands of lines
}
FIRST_PAGE_BYTES_MAX = 150_000
# On a phone the rows of a table are cards, which have nothing to scroll to.
CUT_OFF = """() => innerWidth < 560 ? [...document.querySelectorAll(".table-wrap:has(> .table:not(.compact))")]
    .filter(wrap => wrap.scrollWidth > wrap.clientWidth).map(wrap => wrap.textContent.slice(0, 80)) : []"""

PAGES = [
    (None, "/"),
    (None, "/cari?q=kripik"),
    (None, "/cari?q=zzzzzz"),
    (None, "{product}"),
    (None, "/toko/{seller}"),
    (None, "/akun/login/"),
    (None, "/akun/signup/"),
    (None, "/tidak-ada"),
    (None, "/gallery"),
    (None, "/v1/docs"),
    (None, "/log"),
    (None, "/kota-bersih"),
    (None, "{passport}"),
    ("buyer", "/keranjang"),
    ("buyer", "/pesanan"),
    ("buyer", "/dompet"),
    ("buyer", "/gabung"),
    ("buyer", "/akun/saya"),
    ("seller", "/jualan/{seller}/"),
    ("seller", "/jualan/{seller}/pesanan"),
    ("seller", "/jualan/{seller}/produk"),
    ("seller", "/jualan/{seller}/stok"),
    ("seller", "/jualan/{seller}/saldo"),
    ("seller", "/jualan/{seller}/faktur"),
    ("seller", "/jualan/{seller}/buku/bank"),
    ("seller", "/jualan/{seller}/perangkat"),
    ("seller", "{device}"),
    ("seller", "/jualan/{seller}/bank-sampah"),
    ("seller", "/usaha/{seller}/tim"),
    ("seller", "/usaha/{seller}/kunci"),
    ("zone_staff", "/kawasan/pendaftaran"),
    ("operator", "/kawasan/petugas"),
    ("authority", "/layar"),
    ("authority", "/layar/laporan"),
    ("authority", "/layar/digitalisasi"),
]


@pytest.fixture(scope="package")
def places(demo, chromium, home, states):
    seller = demo["addresses"]["seller"].split("/jualan/")[1].strip("/")
    page = chromium.new_page()
    page.goto(f"{home}/toko/{seller}")
    product = page.locator("main a[href^='/produk/']").first.get_attribute("href")
    page.close()
    context = chromium.new_context(storage_state=states("seller"))
    page = context.new_page()
    page.goto(f"{home}/jualan/{seller}/asal")
    batch = page.locator("main .table a[href*='/asal/bch_']").first.get_attribute("href")
    page.goto(f"{home}/jualan/{seller}/perangkat")
    device = page.locator("main .table a[href*='/perangkat/dev_']").first.get_attribute("href")
    context.close()
    passport = f"/asal/{batch.rsplit('/', 1)[1]}"
    return {"seller": seller, "product": product, "passport": passport, "device": device}


@pytest.mark.parametrize(("width", "height", "theme", "language"), SIZES)
@pytest.mark.parametrize(("person", "path"), PAGES)
def test_a_page_fits_is_accessible_and_makes_no_noise(places, look_as, person, path, width, height, theme, language):
    page = look_as(person, path.format(**places), width=width, height=height, theme=theme, language=language)
    assert page.response.status in (200, 404)
    assert (page.response.status == 404) == (path == "/tidak-ada")
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), "scrolls sideways"
    assert page.evaluate(CUT_OFF) == [], "cards of a table are cut off at the right"
    # The bottom bar covers what lies under it until one scrolls: look at the whole page at once.
    page.set_viewport_size(
        {"width": width, "height": min(30_000, page.evaluate("document.documentElement.scrollHeight") + 200)}
    )
    found = Axe().run(page, options=WCAG).response["violations"]
    assert [(item["id"], [node["html"][:160] for node in item["nodes"]][:3]) for item in found] == []
    expected = ["404"] if path == "/tidak-ada" else []
    assert [error for error in page.errors if not any(word in error for word in expected)] == []
    assert page.locator("html").get_attribute("lang").lower().startswith(language[:2])


def test_the_first_page_is_light(chromium, home):
    context = chromium.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(home + "/", wait_until="networkidle")
    context.close()
    assert 0 < sum(sizes) < FIRST_PAGE_BYTES_MAX, sum(sizes)


def test_a_refused_form_shows_and_chooses_what_is_wrong_in_it(places, open_as):
    page = open_as("seller", f"/jualan/{places['seller']}/saldo/rekening")
    page.fill("main [name=number]", "12")
    page.locator("main form:has([name=number]) button").click()
    page.wait_for_function("document.activeElement?.name === 'number'")
    assert 0 < page.evaluate("document.activeElement.getBoundingClientRect().top") < 700


def test_the_keyboard_reaches_the_content_first(open_as):
    page = open_as(None, "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')").startswith("#")
