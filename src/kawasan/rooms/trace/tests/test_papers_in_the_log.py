"""Certificates are leaves of the log: added, taken off, proved by files that work alone, and guarded to the bit."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, transaction
from tests.builders.orders import something_for_sale
from tests.builders.trace import AT, a_batch, member_of
from tests.builders.zone import a_business, owner_of

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import see_as
from kawasan.platform.roles import as_owner
from kawasan.rooms.log import api as log
from kawasan.rooms.log.tests.flipping import every_bit_counts
from kawasan.rooms.log.tests.verifying import holds, published, verifier
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace import models
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 sertifikat halal"


@pytest.fixture
def business():
    return a_business()


@pytest.fixture
def batch(business):
    return a_batch(something_for_sale(business=business))


def add(batch, **changes) -> trace.Certificate:
    given = {
        "certificate_id": ids.uuid7(), "name": "Halal", "issuer": "BPJPH", "number": "ID-1",
        "valid_from": date(2026, 1, 1), "valid_until": date(2027, 1, 1), "for_all_batches": False, "file": PDF,
        "at": AT,
    }  # fmt: skip
    whose = {"actor": member_of(_business_of(batch)), "business_id": batch.business_id, "batch_id": batch.id}
    return trace.add_certificate(**whose, **(given | changes))


def _business_of(batch) -> zone.Business:
    return zone.business(business_id=batch.business_id)


def withdraw(batch, paper) -> None:
    actor = member_of(_business_of(batch))
    trace.withdraw_certificate(actor=actor, business_id=batch.business_id, certificate_id=paper.id, at=AT)


def leaves(kind, paper) -> list[log.LeafId]:
    see_as(SYSTEM)
    return log.leaves_of(kind=kind, subject=str(paper.id))


def test_a_paper_is_one_leaf_with_the_hash_of_its_file(batch):
    paper = add(batch)
    assert add(batch, certificate_id=paper.id, name="Lain") == paper  # a repeat
    (leaf,) = leaves(trace.ADDED_KIND, paper)
    published()
    proof = log.proof_of(leaf)
    told = json.loads(proof.content.body)
    assert holds(log.as_json(proof), log.keys()[0].vkey)
    assert (told["title"], told["issuer"], told["batch"]) == ("Halal", "BPJPH", str(batch.id))
    assert told["file_sha256"] == hashlib.sha256(PDF).hexdigest()


def test_a_paper_of_the_whole_product_without_end_says_so_by_silence(batch):
    paper = add(batch, for_all_batches=True, valid_until=None, number="")
    (leaf,) = leaves(trace.ADDED_KIND, paper)
    assert not {"batch", "valid_until", "certificate_number"} & set(json.loads(log.proof_of(leaf).content.body))


def test_taking_a_paper_off_is_a_leaf_of_its_own_once_and_leaves_the_first_as_it_was(batch):
    paper = add(batch)
    for _ in range(2):
        withdraw(batch, paper)
    (added,), (taken,) = leaves(trace.ADDED_KIND, paper), leaves(trace.WITHDRAWN_KIND, paper)
    published()
    key = log.keys()[0].vkey
    assert all(holds(log.as_json(log.proof_of(leaf)), key) for leaf in (added, taken))
    assert json.loads(log.proof_of(taken).content.body)["withdrawn_at"] == AT.isoformat()
    assert log.verify() == []


def test_a_refused_paper_leaves_no_leaf(batch):
    before = log.published_size(), len(log.leaves_about(kind=trace.ADDED_KIND, subjects=[]))
    paper_id = ids.uuid7()
    with pytest.raises(trace.CertificateInvalid):
        add(batch, certificate_id=paper_id, file=b"<html>")
    assert log.leaves_of(kind=trace.ADDED_KIND, subject=str(paper_id)) == []
    assert before[0] == log.published_size()


def test_the_passport_leads_a_stranger_to_files_that_prove_the_paper(client, batch):
    add(batch)
    published()
    page = client.get(f"/asal/{ids.public('bch', batch.id)}").content.decode()
    (address,) = re.findall(r'href="(/log/bukti/lef_[^"]+)"', page)
    assert client.get(address).status_code == 200
    key = log.keys()[0].vkey
    data = client.get(f"{address}.json").json()
    assert holds(data, key)
    small = client.get(f"{address}.tlog-proof").content.decode()
    entry = verifier.from_base64(data["entry"])
    assert verifier.check_tlog_proof(small, entry, [verifier.Key(key)])
    assert hashlib.sha256(PDF).hexdigest() in client.get(f"{address}.html").content.decode()


def test_the_makers_page_shows_what_was_taken_off_with_both_proofs(client, business, batch):
    paper = add(batch)
    published()
    withdraw(batch, paper)
    client.force_login(owner_of(business))
    page = client.get(f"/jualan/{business.slug}/asal/{ids.public('bch', batch.id)}").content.decode()
    assert len(re.findall(r"/log/bukti/lef_", page)) == 2
    other = a_business(name="Toko Lain")
    client.force_login(owner_of(other))
    assert client.get(f"/jualan/{business.slug}/asal/{ids.public('bch', batch.id)}").status_code == 404


def test_erasing_what_a_leaf_says_keeps_its_proof_and_the_paper_as_it_stands(batch):
    paper = add(batch)
    (leaf,) = leaves(trace.ADDED_KIND, paper)
    published()
    log.erase(leaf_id=leaf)
    proof = log.proof_of(leaf)
    assert proof.content is None
    assert holds(log.as_json(proof), log.keys()[0].vkey)


def test_any_bit_of_a_stored_paper_or_of_its_file_is_seen_by_the_verifier(batch):
    paper = add(batch)
    published()
    see_as(SYSTEM)
    (leaf,) = leaves(trace.ADDED_KIND, paper)
    columns = ["file", "name", "issuer", "number", "valid_from", "valid_until", "kind", "added_at", "business_id"]
    every_bit_counts(leaf, models.Certificate, {"id": paper.id}, columns)


def test_any_bit_of_when_a_paper_was_taken_off_is_seen_by_the_verifier(batch):
    paper = add(batch)
    withdraw(batch, paper)
    published()
    (leaf,) = leaves(trace.WITHDRAWN_KIND, paper)
    every_bit_counts(leaf, models.Certificate, {"id": paper.id}, ["withdrawn_at"], examples=10)
    with transaction.atomic(), as_owner():  # and as if it had never been
        models.Certificate.objects.filter(pk=paper.id).update(withdrawn_at=None)
    assert not holds(log.as_json(log.proof_of(leaf)), log.keys()[0].vkey)


def test_the_application_cannot_change_what_a_paper_said(batch):
    paper = add(batch)
    with pytest.raises(ProgrammingError), transaction.atomic():
        models.Certificate.objects.filter(pk=paper.id).update(valid_until=date(2027, 1, 1) + timedelta(days=365))
    with pytest.raises(ProgrammingError), transaction.atomic():
        models.Certificate.objects.filter(pk=paper.id).delete()
