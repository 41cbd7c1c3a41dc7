"""Dates as each language writes them, on every page."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

import kawasan
from kawasan.platform import wording

TEMPLATES = [
    path
    for path in Path(kawasan.__file__).parent.rglob("templates/**/*")
    if path.is_file() and path.suffix in (".html", ".txt")
]


@pytest.mark.parametrize(
    ("language", "form", "said"),
    [
        ("id", "long-date", "3 November 2026"),
        ("en", "day", "3 Nov"),
        ("zh-hans", "long-date", "2026年11月3日"),
        ("zh-hans", "day", "11月3日"),
        ("zh-hans", "month", "2026年11月"),
    ],
)
def test_a_day_is_written_as_its_language_does(language, form, said):
    with translation.override(language):
        assert wording.moment(date(2026, 11, 3), form) == said


def test_no_template_puts_a_month_beside_a_day_or_a_year_by_itself():
    assert len(TEMPLATES) > 100
    found = {
        (path.name, one)
        for path in TEMPLATES
        for one in re.findall(r'\|date:["\']([^"\']*)["\']', path.read_text(encoding="utf-8"))
        if re.search("[MFN]", one) and len(one) > 1
    }
    assert found == set()  # |at:"date" and |clock:"long-date" know how Chinese writes it
