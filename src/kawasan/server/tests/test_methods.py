"""An address that is asked by another method than it takes says so, to people and to programs."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.builders.trace import a_key
from tests.builders.zone import a_business, owner_of

pytestmark = pytest.mark.django_db


def test_a_program_is_told_which_methods_there_are() -> None:
    client = Client(headers={"Authorization": f"Bearer {a_key(a_business())}", "Accept-Language": "id"})
    answer = client.patch("/v1/devices")
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    told = answer.json()
    assert (told["code"], told["title"]) == ("method-not-allowed", "Tidak bisa di sini")
    assert answer["Allow"] == told["allowed"]
    assert sorted(told["allowed"].split(", ")) == ["GET", "POST"]


def test_a_person_who_opens_the_address_of_a_button_gets_a_page_with_words() -> None:
    business = a_business()
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(owner_of(business))
    answer = client.get(f"/jualan/{business.slug}/asal/bagikan")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "press it there" in answer.content.decode()
