"""Filters and tags write figures as people do, escape what people typed, and never lose a figure."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kawasan.core import ids
from kawasan.core.money import Money
from kawasan.platform import drawing, provinces, wording

NOON = datetime(2026, 11, 11, 5, 0, tzinfo=UTC)  # 12.00 in Jakarta
ID = UUID("018f0000-0000-7000-8000-000000000001")


def shown(source: str, language: str = "id", **context: object) -> str:
    with translation.override(language):
        return Template("{% load kawasan %}" + source).render(Context(context)).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("source", "language", "value", "expected"),
    [
        ("{{ v|rupiah }}", "id", 150_000_000, "Rp1.500.000"),
        ("{{ v|rupiah }}", "en", 150_000_000, "Rp1,500,000"),
        ("{{ v|rupiah }}", "id", 2_500_050, "Rp25.000,50"),
        ("{{ v|rupiah }}", "id", Money(-5_000_00), "−Rp5.000"),
        ("{{ v|rupiah }}", "id", None, "–"),
        ("{{ v|rupiah }}", "id", 0, "Rp0"),
        ("{{ v|rupiah_short }}", "id", 3_100_000_000_00, "Rp3,1 M"),
        ("{{ v|rupiah_short }}", "en", 3_100_000_000_00, "Rp3.1B"),
        ("{{ v|rupiah_short }}", "zh-hans", 3_100_000_000_00, "Rp31亿"),
        ("{{ v|number }}", "id", 1308, "1.308"),
        ("{{ v|number }}", "en", 1308, "1,308"),
        ("{{ v|number }}", "id", -1308, "−1.308"),
        ("{{ v|number:1 }}", "id", 4.85, "4,9"),
        ("{{ v|number }}", "id", 0, "0"),
        ("{{ v|number }}", "id", "", "–"),
        ("{{ v|number }}", "id", "many", "–"),
        ("{{ v|short }}", "id", 999, "999"),
        ("{{ v|short }}", "id", 1_200, "1,2 rb"),
        ("{{ v|short }}", "id", 11_000, "11 rb"),
        ("{{ v|short }}", "id", 12_000_000, "12 jt"),
        ("{{ v|short }}", "id", 999_950, "1 jt"),
        ("{{ v|short }}", "en", 1_200, "1.2K"),
        ("{{ v|short }}", "zh-hans", 1_308, "1,308"),
        ("{{ v|short }}", "zh-hans", 12_300, "1.2万"),
        ("{{ v|percent }}", "id", 0.123, "12,3%"),
        ("{{ v|percent }}", "en", Decimal("0.123"), "12.3%"),
        ("{{ v|percent }}", "id", 1, "100%"),
        ("{{ v|mask }}", "id", "9120300110112", "•••• 0112"),
        ("{{ v|mask }}", "id", "012", "•••"),
        ("{{ v|mask }}", "id", "sari@example.org", "s•••@example.org"),
        ("{{ v|mask }}", "id", None, "–"),
    ],
)
def test_a_figure_is_written_as_people_of_the_language_write_it(source, language, value, expected):
    result = shown(source, language, v=value)
    assert result == expected


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_no_digit_of_a_number_is_lost(value):
    for language, thousands in (("id", "."), ("en", ","), ("zh-hans", ",")):
        with translation.override(language):
            assert int(wording.written(value).replace(thousands, "").replace("−", "-")) == value


@given(st.integers(min_value=1, max_value=10**14))
def test_a_short_figure_is_never_further_off_than_its_last_shown_place(value):
    sizes = {"rb": 10**3, "jt": 10**6, "M": 10**9, "T": 10**12}
    with translation.override("id"):
        figure, _, scale = wording.shortened(value).partition("\xa0")
    size = sizes.get(scale, 1)
    read = Decimal(figure.replace(".", "").replace(",", "."))
    assert abs(read * size - value) <= size * (Decimal("0.05") if read < 10 else Decimal("0.5"))


@given(st.integers(min_value=1, max_value=10**14))
def test_a_short_figure_needs_at_most_three_digits_below_the_largest_word(value):
    with translation.override("en"):
        assert len(re.sub(r"\D", "", wording.shortened(value))) <= 3


@pytest.mark.parametrize(
    ("language", "form", "expected"),
    [
        ("id", "", "11 Nov 2026 12.00 WIB"),
        ("id", "date", "11 Nov 2026"),
        ("id", "month", "November 2026"),
        ("zh-hans", "month", "2026年11月"),
        ("id", "time", "12.00 WIB"),
        ("en", "", "11 Nov 2026, 12:00 WIB"),
        ("zh-hans", "", "2026年11月11日 12:00 WIB"),
    ],
)
def test_a_moment_is_shown_in_jakarta_time_and_exactly_for_programs(language, form, expected):
    result = shown("{{ v|at:f }}", language, v=NOON, f=form)
    assert result == f'<time datetime="2026-11-11T05:00:00+00:00">{expected}</time>'


def test_a_day_is_shown_without_a_clock():
    assert shown("{{ v|at }}", v=date(2026, 11, 11)) == '<time datetime="2026-11-11">11 Nov 2026</time>'
    assert shown('{{ v|clock:"month" }}', "zh-hans", v=date(2026, 11, 1)) == "2026年11月"


def test_a_moment_near_midnight_falls_on_the_day_of_jakarta():
    assert "12 Nov 2026 00.30" in shown("{{ v|at }}", v=datetime(2026, 11, 11, 17, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=40), "2 Oct 2026"),
    ],
)
def test_how_long_ago_something_was(passed, expected):
    assert f">{expected}<" in shown("{{ v|ago:now }}", "en", v=NOON - passed, now=NOON)


def test_what_people_typed_is_escaped_everywhere():
    evil = "<img src=x onerror=alert(1)>\"'"
    sources = [
        "{{ v|mask:99 }}",
        "{{ v|number }}",
        '{% icon "cart" v %}',
        "{% icon v %}",
        "{% motif v %}",
        "{% product_picture v v %}",
        "{% bars rows %}",
        "{% line_chart rows v %}",
        "{% sparkline numbers v %}",
        '{% province_map provinces "number" v %}',
    ]
    for source in sources:
        result = shown(source, v=evil, rows=[(evil, 1, evil)], numbers=[1, 2], provinces={"32": 5})
        assert "<img" not in result, source


def test_the_query_keeps_what_it_is_not_told_to_change():
    request = RequestFactory().get("/cari", {"q": "kopi & teh", "after": "abc", "page": "2"})
    source = "{% query_with after=cursor page=None %}"
    assert shown(source, request=request, cursor="x=&y") == "?q=kopi+%26+teh&amp;after=x%3D%26y"


def test_bars_are_as_long_as_their_figures_say():
    result = shown('{% bars rows "rupiah" %}', rows=[("Kopi", 200_00), ("Teh", 50_00), ("Susu", 0)])
    assert re.findall(r"--w:([\d.]+)%", result) == ["100.0", "25.0", "0.0"]
    assert re.findall(r'bar-value">([^<]+)<', result) == ["Rp200", "Rp50", "Rp0"]


def test_charts_of_nothing_say_so():
    for source in ("{% bars v %}", "{% sparkline v %}", '{% line_chart v "x" %}'):
        assert "No figures yet" in shown(source, "en", v=[])


@given(st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=60))
def test_a_line_stays_inside_its_picture(values):
    with translation.override("en"):
        points = re.findall(r"[ML]([\d.]+) ([\d.]+)", drawing.sparkline(values).split('class="line"')[1])
    assert len(points) == max(2, len(values))
    assert all(0 <= float(x) <= 100 and 2 <= float(y) <= 30 for x, y in points)


def test_the_map_knows_every_province_once_and_no_two_share_a_place():
    assert len(provinces.PROVINCES) == 38
    assert len({(tile.column, tile.row) for tile in provinces.PROVINCES.values()}) == 38
    assert len({tile.short for tile in provinces.PROVINCES.values()}) == 38


def test_the_map_tells_every_figure_in_its_table_largest_first():
    result = shown("{% province_map v %}", v={"32": 1308, "31": 5, "91": 40})
    assert re.findall(r'<th scope="row">([^<]+)</th><td class="num">([^<]+)<', result) == [
        ("Jawa Barat", "1.308"),
        ("Papua", "40"),
        ("DKI Jakarta", "5"),
    ]
    assert result.count('class="tile"') == 38


def test_a_figure_of_a_province_that_does_not_exist_is_refused():
    with pytest.raises(KeyError):
        provinces.province_map({"99": 1})


def test_every_category_has_a_drawing_that_is_sound_and_coloured_by_the_page():
    for slug in drawing.HUES:
        drawn = ET.fromstring(f"<svg>{drawing.motif_shapes(slug)}</svg>")  # our own file
        shapes = [node for node in drawn.iter() if node.tag in {"path", "rect", "circle", "ellipse"}]
        assert len(shapes) >= 3, slug
        assert {node.get("class") for node in shapes} <= {"a", "b", "c", "k", "l", "m"}, slug


def test_no_two_categories_share_a_hue():
    assert len(set(drawing.HUES.values())) == len(drawing.HUES) == 29


def test_an_unknown_category_gets_the_drawing_for_everything_else():
    assert drawing.motif("no-such-thing") == drawing.motif("other-products")


def test_a_product_always_looks_the_same_and_its_neighbours_differ():
    products = [uuid4() for _ in range(24)]
    pictures = [drawing.product_picture(one, "books") for one in products]
    assert pictures == [drawing.product_picture(one, "books") for one in products]
    assert len(set(pictures)) == 24


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = Path(str(finders.find("img/icons.svg"))).read_text()
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    source = Path(drawing.__file__).parents[1]
    named: set[str] = set()
    for file in source.rglob("*.html"):
        text = file.read_text()
        named |= set(re.findall(r'{% icon "([a-z-]+)"', text)) | set(re.findall(r'icon_name="([a-z-]+)"', text))
    assert named - known == set()


def test_a_link_to_a_page_that_does_not_exist_is_not_shown():
    assert shown('{% nav_link "no:such" "Label" "key" "key" %}') == ""


def test_a_link_says_when_it_is_the_open_page():
    here = RequestFactory().get("/healthz")
    there = RequestFactory().get("/elsewhere")
    assert 'aria-current="page"' in shown('{% bar_link "healthz" "Up" "home" %}', request=here)
    assert "aria-current" not in shown('{% bar_link "healthz" "Up" "home" %}', request=there)


def test_an_id_is_shown_in_the_form_that_can_be_read_back():
    assert ids.parse("ord", shown("{{ v|public_id:'ord' }}", v=ID)) == ID
