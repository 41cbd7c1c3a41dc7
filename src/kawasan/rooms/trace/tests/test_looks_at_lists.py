"""A list over many businesses that the zone's people read is a look at each business of which it shows something."""

from __future__ import annotations

import pytest
from tests.builders.commerce import a_product
from tests.builders.sensors import a_device
from tests.builders.trace import AT, a_batch, an_event, captured
from tests.builders.zone import a_business, owner_of, zone_staff

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import see_as
from kawasan.rooms.commerce.models import Review
from kawasan.rooms.log import api as log
from kawasan.rooms.log.tests.test_looks import entries, take
from kawasan.rooms.trace import api as trace

pytestmark = pytest.mark.django_db


def busy(name: str):
    """Return a business with a device, an event, a report of doubt and a review."""
    shop = a_business(name=name)
    a_device(shop.id)
    captured(shop, an_event(1, eventID=f"urn:uuid:{ids.uuid7()}"))
    product = a_product(shop.id)
    trace.report_doubt(batch_id=a_batch(product).id, doubt_id=ids.uuid7(), text="Bukan dari sini.", contact="", at=AT)
    Review.objects.create(
        id=ids.uuid7(), product_id=product.id, order_line=ids.uuid7(), author_name="Rini", rating=4, text="Enak.", at=AT
    )
    return shop


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/jualan/{slug}/perangkat", "devices_seen"),
        ("/v1/devices?owner={id}", "devices_seen"),
        ("/v1/alarms?owner={id}", "devices_seen"),
        ("/sensorthings/v1.1/Things", "devices_seen"),
        ("/epcis/events", "events_seen"),
        ("/kawasan/asal", "doubts_seen"),
        ("/kawasan/ulasan", "reviews_seen"),
    ],
)
def test_each_business_that_a_list_shows_sees_the_look_once_and_no_other_does(client, path, what):
    shop, shown, other = busy("Toko Cihampelas"), busy("Toko Lain"), a_business(name="Tidak Tampil")
    address = path.format(slug=shop.slug, id=shop.public_id)
    for person in (owner_of(shop), reader := zone_staff()):
        client.force_login(person)
        for _again in range(2):
            answer = client.get(address, headers={"accept": "*/*"})
            assert answer.status_code == (403 if person != reader and "/kawasan/" in path else 200)
    see_as(SYSTEM)
    assert [(one.person_id, one.action) for one in entries(shop)] == [(reader.pk, what)]
    assert len(entries(shown)) == ("{" not in path)
    assert entries(other) == []
    take()
    assert log.leaves_of_looks(entry_ids=[one.id for one in entries(shop)])
