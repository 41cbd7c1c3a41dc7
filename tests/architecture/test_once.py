"""What a test process makes once is made anew when a setting changes."""

from __future__ import annotations

import pytest
from django.test import Client


def chain_of(client: Client) -> object:
    client.get("/healthz")
    return client.handler._middleware_chain


@pytest.mark.django_db
def test_clients_share_their_middleware_until_a_setting_changes(settings):
    first = chain_of(Client())
    assert chain_of(Client()) is first
    settings.MIDDLEWARE = settings.MIDDLEWARE[1:]
    assert chain_of(Client()) is not first
