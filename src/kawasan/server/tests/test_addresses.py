"""Addresses as people type them."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("/cari/", "/cari"), ("/cari/?q=kopi%20luwak", "/cari?q=kopi%20luwak"), ("/dompet//", "/dompet")],
)
def test_a_slash_too_many_leads_to_the_page_that_is_meant(client, typed, meant):
    answer = client.get(typed)
    assert (answer.status_code, answer["Location"]) == (301, meant)


@pytest.mark.parametrize("typed", ["/tidak-ada/", "/tidak-ada//", "/tidak-ada"])
def test_an_address_that_means_nothing_is_told_so(client, typed):
    assert client.get(typed).status_code == 404


def test_what_is_sent_to_a_wrong_address_is_not_led_elsewhere(client):
    assert client.post("/cari/").status_code == 404
