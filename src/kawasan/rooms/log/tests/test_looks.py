"""Looks at a business's private data are leaves of the log, and the business sees each with its proof."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders.zone import a_business, a_member, an_actor, owner_of, zone_staff

from kawasan.core.access import SYSTEM, Actor, BusinessRole, ZoneRole
from kawasan.platform import followers
from kawasan.platform.db import see_as
from kawasan.rooms.log import api as log
from kawasan.rooms.log import models
from kawasan.rooms.log.tests.flipping import every_bit_counts
from kawasan.rooms.log.tests.verifying import holds, published, verifier
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.models import AccessLog

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
def shop():
    return a_business(name="Toko Cihampelas")


def staff(**given) -> Actor:
    return Actor(person_id=zone_staff().pk, zone_role=ZoneRole.STAFF, **given)


def look(shop, what=zone.Look.MONEY, *, actor=None, at=AT, text="") -> None:
    zone.note_looks(actor=actor or staff(), business_ids=[shop.id], what=what, at=at, text=text)


def take() -> None:
    followers.catch_up(log.LOOKS_FOLLOWER)
    published()
    see_as(SYSTEM)


def entries(shop) -> list[zone.AccessEntry]:
    return list(zone.access_log(actor=SYSTEM, business_id=shop.id, only_looks=True).items)


def page(client, shop, query="") -> str:
    answer = client.get(f"/usaha/{shop.slug}/akses{query}", headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_look_is_one_leaf_that_names_nobody_but_by_number(shop):
    actor = staff(scopes=frozenset({"payments:read"}))
    look(shop, actor=actor)
    take()
    (entry,) = entries(shop)
    leaf = log.leaves_of_looks(entry_ids=[entry.id])[entry.id]
    proof = log.proof_of(leaf)
    told = json.loads(proof.content.body)
    assert holds(log.as_json(proof), log.keys()[0].vkey)
    assert told == {
        "id": str(entry.id), "at": AT.isoformat(), "action": "money_seen", "person": str(actor.person_id),
        "business": str(shop.id), "by_program": True,
    }  # fmt: skip


def test_turning_pages_is_one_look_and_coming_back_or_reading_by_program_is_another(shop):
    actor = staff()
    for minutes in (0, 14, 15):
        look(shop, actor=actor, at=AT + timedelta(minutes=minutes))
    look(shop, actor=Actor(person_id=actor.person_id, zone_role=ZoneRole.STAFF, scopes=frozenset({"zone:read"})))
    assert len(entries(shop)) == 3


def test_who_belongs_to_the_business_or_to_nobody_leaves_no_row(shop):
    owner = owner_of(shop).pk
    of_both = Actor(person_id=owner, businesses={shop.id: BusinessRole.OWNER}, zone_role=ZoneRole.STAFF)
    for actor in (of_both, an_actor(owner_of(shop)), Actor(person_id=owner), SYSTEM):
        look(shop, actor=actor)
    assert entries(shop) == []


def test_what_is_committed_stays_committed_also_after_it_was_erased_and_the_follower_begins_again(shop):
    look(shop)
    take()
    (entry,) = entries(shop)
    leaf = log.leaves_of_looks(entry_ids=[entry.id])[entry.id]
    log.erase(leaf_id=leaf)
    before = models.Submission.objects.count()
    followers.rebuild(log.LOOKS_FOLLOWER)
    assert models.Submission.objects.count() == before
    assert log.proof_of(leaf).content is None
    assert holds(log.as_json(log.proof_of(leaf)), log.keys()[0].vkey)
    look(shop, zone.Look.ORDER)
    take()
    assert models.Look.objects.count() == AccessLog.objects.count()
    assert log.verify() == []


def test_the_business_sees_who_looked_and_gets_files_that_prove_it(client, shop):
    look(shop, zone.Look.ORDER, text="ORD-7")
    client.force_login(owner_of(shop))
    assert "in a moment" in page(client, shop)
    take()
    shown = page(client, shop)
    assert "looked at an order of the business" in shown
    assert "ORD-7" in shown
    (address,) = re.findall(r'href="(/log/bukti/lef_[^"]+)"', shown)
    key = log.keys()[0].vkey
    client.logout()  # the link is shown to others
    data = client.get(f"{address}.json").json()
    assert holds(data, key)
    entry = verifier.from_base64(data["entry"])
    assert verifier.check_tlog_proof(client.get(f"{address}.tlog-proof").content.decode(), entry, [verifier.Key(key)])
    assert "order_seen" in client.get(f"{address}.html").content.decode()


def test_all_that_was_done_stands_behind_the_second_tab_and_in_the_file(client, shop):
    look(shop)
    client.force_login(a_member(shop, "accountant"))
    assert "applied to join" not in page(client, shop)
    assert "applied to join" in page(client, shop, "?semua=1")
    for query, lines in (("", 2), ("?semua=1", 2 + AccessLog.objects.filter(business=shop.id).count() - 1)):
        file = client.get(f"/usaha/{shop.slug}/akses.csv{query}")
        assert len(b"".join(file.streaming_content).decode().splitlines()) == lines


@pytest.mark.parametrize("who", ["owner of another", "staff"])
def test_others_do_not_see_the_page(client, shop, who):
    look(shop)
    client.force_login(owner_of(a_business(name="Toko Lain")) if who == "owner of another" else zone_staff())
    for path in ("", ".csv"):
        assert client.get(f"/usaha/{shop.slug}/akses{path}").status_code == 404


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/kawasan/usaha/{slug}", "application_seen"),
        ("/jualan/{slug}/saldo", "money_seen"),
        ("/v1/businesses/{id}/money", "money_seen"),
        ("/v1/businesses/{id}/money/statement", "money_seen"),
        ("/v1/businesses/{id}/payouts", "money_seen"),
        ("/v1/businesses/{id}/bank-account", "money_seen"),
    ],
)
def test_pages_and_routes_that_staff_may_open_write_the_look_down(client, shop, path, what):
    address = path.format(slug=shop.slug, id=shop.public_id)
    client.force_login(owner_of(shop))
    if "kawasan" not in path:
        assert client.get(address).status_code in (200, 204)
    assert entries(shop) == []
    reader = zone_staff()
    client.force_login(reader)
    assert client.get(address).status_code in (200, 204)
    assert [(one.person_id, one.action) for one in entries(shop)] == [(reader.pk, what)]


def test_any_bit_of_a_stored_look_is_seen_by_the_verifier(shop):
    look(shop, zone.Look.TRANSFERS, text="2026-11-11 – 2026-11-12")
    take()
    (entry,) = entries(shop)
    leaf = log.leaves_of_looks(entry_ids=[entry.id])[entry.id]
    every_bit_counts(leaf, AccessLog, {"id": entry.id}, ["at", "action", "note"])
