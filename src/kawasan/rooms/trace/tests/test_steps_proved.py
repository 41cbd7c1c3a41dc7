"""What "Verify" beside a step of a passport opens: the log's page, with the event only where it names no party."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.builders.orders import something_for_sale
from tests.builders.trace import a_batch, a_step, an_event, captured

from kawasan.core import ids
from kawasan.rooms.log import api as log
from kawasan.rooms.log.tests.verifying import holds, published
from kawasan.rooms.trace import api as trace
from kawasan.rooms.zone import api as zone

pytestmark = pytest.mark.django_db
BROWSER = {"headers": {"accept": "text/html,*/*;q=0.8", "accept-language": "en"}}


def test_people_get_a_page_that_checks_also_where_the_event_is_not_shown() -> None:
    batch = a_batch(something_for_sale())
    a_step(batch)
    told = an_event(
        2, epcList=None, quantityList=[{"epcClass": batch.uri}],
        sourceList=[{"type": "owning_party", "source": "urn:secret:party"}],
    )  # fmt: skip
    captured(zone.business(business_id=batch.business_id), {key: value for key, value in told.items() if value})
    published()
    steps = {one.is_plain: one for one in trace.journey(batch=batch)}
    assert set(steps) == {True, False}
    for is_plain, step in steps.items():
        found = Client().get(f"/asal/{ids.public('bch', batch.id)}/bukti/{ids.public('evt', step.id)}", **BROWSER)
        assert (found.status_code, found["Location"][:15]) == (
            302,
            "/log/bukti/lef_" if is_plain else "/log/bukti/ent_",
        )
        page = Client().get(found["Location"], **BROWSER).content.decode()
        assert ("is not shown here" in page, "Exactly what is hashed" in page) == (not is_plain, is_plain)
        assert "urn:secret:party" not in page
        proof = Client().get(f"{found['Location']}.json").json()
        assert holds(proof, log.keys()[0].vkey)
        assert ("document" in proof and proof["document"] is not None) == is_plain
