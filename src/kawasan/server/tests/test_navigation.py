"""The sections of the desks: each leads somewhere, and each can be reached from every page of its desk."""

from __future__ import annotations

import pytest
from tests.builders.zone import zone_staff

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


@pytest.mark.parametrize("role", ["staff", "auditor", "operator"])
def test_no_section_of_the_zone_leads_to_a_refusal(client, db, role):
    client.force_login(zone_staff(role))
    for group in navigation.zone_groups(role):
        for section in group.sections:
            assert client.get(address(section.url_name, "")).status_code == 200, section.url_name
    assert ("zone:people" in {one.url_name for group in navigation.zone_groups(role) for one in group.sections}) == (
        role == "operator"
    )
