"""The sections of the desks: each leads somewhere, and each can be reached from every page of its desk."""

from __future__ import annotations

import pytest

from kawasan.platform.templatetags.kawasan import address
from kawasan.server import navigation

EVERY = [section for desk in (navigation.SELLER, navigation.ZONE) for group in desk for section in group.sections]


@pytest.mark.parametrize("section", EVERY, ids=lambda section: section.url_name)
def test_every_section_leads_to_a_page(section):
    assert address(section.url_name, "a-shop")


@pytest.mark.parametrize("desk", [navigation.SELLER, navigation.ZONE], ids=["seller", "zone"])
def test_sections_of_a_desk_are_told_apart_by_their_keys(desk):
    keys = [section.key for group in desk for section in group.sections]
    assert len(keys) == len(set(keys))
