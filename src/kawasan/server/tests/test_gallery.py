"""The gallery shows every component, in three languages, within the budget of a first page and of the CSP."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from kawasan.platform.drawing import WEAVES
from kawasan.server import gallery as page

TEMPLATES = Path(page.__file__).parent / "templates"
FIRST_PAGE_BYTES_MAX = 150_000


@pytest.fixture(params=["id", "en", "zh-hans"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def the_page(language: str) -> str:
    with translation.override(language):
        response: HttpResponse = page.gallery(RequestFactory().get("/gallery"))
    assert response.status_code == 200
    return response.content.decode()


def test_every_component_is_on_the_page_by_way_of_some_template():
    used = {
        name
        for file in TEMPLATES.rglob("*.html")
        if file.parent.name == "components" or file.name in {"gallery.html", "base.html"}
        for name in re.findall(r'include "components/(_[a-z_]+\.html)"', file.read_text())
    }
    assert {file.name for file in (TEMPLATES / "components").glob("*.html")} - used == set()


def test_the_page_speaks_the_readers_language(language):
    expected = {"id": "Sedang dicari", "en": "Wanted right now", "zh-hans": "正在热卖"}
    html = the_page(language)
    assert [text for text in expected.values() if text in html] == [expected[language]]
    assert f'<html lang="{"zh-Hans" if language == "zh-hans" else language}">' in html


def test_no_text_is_left_in_english_on_the_indonesian_page():
    english, indonesian = (re.findall(r">([^<>{}]{12,})<", the_page(code)) for code in ("en", "id"))
    same = {text.strip() for text in english} & {text.strip() for text in indonesian}
    names = {name for name, *_ in page._PRODUCTS} | {slug.replace("-", " ") for slug in page.HUES}
    assert {text for text in same if " the " in text or " of " in text} - names == set()


def test_a_first_page_stays_under_its_budget(language):
    html = the_page(language)
    files = [*re.findall(r'(?:href|src)="/static/([^"#]+)"', html), "img/icons.svg", "img/kawung.svg"]
    files += [f"img/weaves/{name}.svg" for name in WEAVES]
    total = len(gzip.compress(html.encode()))
    total += sum(len(gzip.compress(Path(str(finders.find(name))).read_bytes())) for name in set(files))
    assert total < FIRST_PAGE_BYTES_MAX


def test_nothing_on_the_page_needs_inline_scripts_and_style_attributes_only_set_variables(language):
    html = the_page(language)
    assert re.findall(r"<script(?![^>]* src=)[^>]*>", html) == []
    assert re.findall(r"\son[a-z]+=", re.sub(r'"[^"]*"', '""', html)) == []
    for style in re.findall(r'style="([^"]*)"', html):
        assert all(part.strip().startswith("--") for part in style.split(";") if part.strip()), style


def test_every_id_on_the_page_is_there_once(language):
    ids = re.findall(r'\sid="([^"]+)"', the_page(language))
    assert sorted(ids) == sorted(set(ids))


def test_what_describes_a_field_exists():
    html = the_page("en")
    ids = set(re.findall(r'\sid="([^"]+)"', html))
    described = {one for value in re.findall(r'aria-describedby="([^"]+)"', html) for one in value.split()}
    assert described
    assert described - ids == set()


def test_every_file_that_a_style_sheet_names_exists():
    for sheet in ("tokens", "base", "components"):
        css = Path(str(finders.find(f"css/{sheet}.css"))).read_text()
        for address in re.findall(r"url\(\.\./([^)]+)\)", css):
            assert finders.find(address), address
