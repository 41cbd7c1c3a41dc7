"""The first person of a zone comes in by a link from the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kawasan.core.access import SYSTEM
from kawasan.rooms.zone import api as zone
from kawasan.server.people import password_link

AT = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.django_db
def test_the_link_of_the_first_operator_sets_a_password_once(client):
    person = zone.add_person(actor=SYSTEM, email="Rina@contoh.id", name="Rina", at=AT)
    assert zone.add_person(actor=SYSTEM, email="rina@contoh.id", name="Lain", at=AT) == person
    zone.grant_zone_role(actor=SYSTEM, person_id=person.id, role="operator", at=AT)
    link = password_link(person.id)
    form = client.get(link, follow=True).redirect_chain[-1][0]
    given = {"password1": "kunci-operator-2026", "password2": "kunci-operator-2026"}
    assert client.post(form, given).status_code == 302
    client.post("/akun/login/", {"login": "rina@contoh.id", "password": "kunci-operator-2026"})
    assert client.get("/kawasan/petugas").status_code == 200
    client.logout()
    assert "password1" not in client.get(link, follow=True).content.decode()
