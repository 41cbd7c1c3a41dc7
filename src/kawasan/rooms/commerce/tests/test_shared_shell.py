"""Header, messages, footer and bottom bar are drawn once for everybody who is nobody, and fit each address."""

from __future__ import annotations

import html
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.utils import translation
from tests.builders.commerce import a_product
from tests.builders.shared_pages import text_of
from tests.builders.zone import a_business, a_person

from kawasan.core import clock
from kawasan.core.access import STRANGER
from kawasan.platform import shared_pages, shared_shell

pytestmark = pytest.mark.django_db
ODD = "/cari?q=%3Cb%3E%22x%22%26y%27&urut=newest"
ADDRESSES = ["/", "/cari", ODD, "/kategori/dapur", "/produk/keripik-1?varian=var_1", "/keranjang", "/gabung", "/a b/é"]


def _asked(address: str):
    request = RequestFactory().get(address)
    request.zone_name, request.actor, request.user = "", STRANGER, AnonymousUser()
    return request


def _own(address: str, search_text: str) -> dict[str, str]:
    """Return the parts as they are drawn for this address alone."""
    parts = shared_shell.shell_of(_asked(address), search_text, "token")
    return {name.decode(): b"".join(pieces).decode() for name, pieces in parts.items()}


@pytest.mark.parametrize("language", ["id", "en", "zh-hans"])
def test_a_shared_shell_is_the_one_that_would_be_drawn_for_the_address(language: str) -> None:
    shells, at = shared_shell.Shells(), clock.now()
    with translation.override(language):
        for address in ADDRESSES:
            for searched in ("", '<b>"x"&y\''):
                parts = shells.around(_asked(address), searched, at)
                drawn = {k.decode(): shared_shell.filled(v, {b"csrf": b"token"}).decode() for k, v in parts.items()}
                assert drawn == _own(address, searched), address


def test_pages_that_the_shell_does_not_link_to_have_one_shell_together(client: Client) -> None:
    business = a_business()
    for _ in range(3):
        client.get(f"/produk/{a_product(business.id).slug}")
    assert len(shared_pages.pages._shells._shells) == 1
    assert 'aria-current="page"><svg class="icon"' not in text_of(client, "/kategori/dapur")
    assert 'href="/cari" aria-current="page"' in text_of(client, "/cari?q=keripik")
    assert 'href="/" aria-current="page"' in text_of(client, "/")
    assert len(shared_pages.pages._shells._shells) == 3


def test_no_shell_that_is_kept_holds_something_of_a_reader() -> None:
    product = a_product(a_business().id)
    reader = Client()
    reader.force_login(a_person(name="Siti Rahayu"))
    reader.post("/mata-uang", {"currency": "CNY", "next": "/"})
    chooser = Client()
    chooser.cookies["kawasan_currency"] = "JPY"
    pages = [asker.get(path).content.decode() for asker in (reader, chooser, Client()) for path in ("/", ODD)]
    pages += [asker.get(f"/produk/{product.slug}").content.decode() for asker in (reader, chooser, Client())]
    assert "Siti Rahayu" in pages[0]
    assert '<option value="JPY" selected>' in pages[2]
    kept = "".join(shell.text for shell in shared_pages.pages._shells._shells.values())
    assert "Siti" not in kept
    assert '<option value="IDR" selected>' in kept
    assert not re.search(r'<option value="(CNY|JPY)" selected>', kept)
    for page in pages:
        for token in re.findall(r'csrfmiddlewaretoken" value="([^"]+)"', page):
            assert token not in kept


def test_forms_of_the_shell_lead_back_to_the_page_and_take_this_readers_token() -> None:
    for address in (ODD, "/"):
        for _ in range(2):  # the second reader gets the shell that was made for the first
            reader = Client(enforce_csrf_checks=True)
            page = reader.get(address).content.decode()
            form = re.search(r'<form method="post" action="/i18n/setlang/">.*?</form>', page, re.DOTALL)[0]
            values = {
                name: html.unescape(given)
                for name, given in re.findall(r'name="(csrfmiddlewaretoken|next)" value="([^"]*)"', form)
            }
            assert (
                reader.post("/i18n/setlang/", values | {"language": "en", "csrfmiddlewaretoken": "x" * 64}).status_code
                == 403
            )
            answer = reader.post("/i18n/setlang/", values | {"language": "en"})
            assert (answer.status_code, answer["Location"]) == (302, values["next"])
            assert values["next"].startswith(address.split("?")[0])
            assert reader.get(values["next"]).status_code == 200


def test_only_so_many_shells_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_shell, "SHELLS_MAX", 3)
    shells = shared_shell.Shells()
    for number in range(10):
        asked = _asked("/kategori/dapur")
        asked.META["HTTP_HOST"] = f"kawasan-{number}.example"
        shells.around(asked, "", clock.now())
        assert len(shells._shells) <= 3
