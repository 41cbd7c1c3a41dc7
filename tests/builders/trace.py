"""Supply-chain events and batches, made through the trace room's own door."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from django.test import Client

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.rooms.trace import api as trace
from kawasan.rooms.zone import api as zone
from tests.builders.zone import a_business, owner_of

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
SCOPES = ("trace:read", "trace:write", "products:read")


def an_event(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return an event about one thing with a serial."""
    given: dict[str, Any] = {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{ids.uuid7()}",
        "eventTime": "2026-11-20T08:00:00.000+07:00",
        "eventTimeZoneOffset": "+07:00",
        "epcList": [f"https://id.gs1.org/01/09521141012345/21/{number}"],
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "bizLocation": {"id": "https://id.gs1.org/414/9521141123452"},
    }
    return {key: value for key, value in (given | changes).items() if value is not None}


def a_document(*events: dict[str, Any], context: Any = CONTEXT) -> bytes:
    """Return a document of events as a program sends it."""
    return json.dumps(
        {
            "@context": context,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-11-22T03:00:00Z",
            "epcisBody": {"eventList": list(events)},
        }
    ).encode()


def a_key(business: zone.Business, *scopes: str) -> str:
    """Return a key of a business."""
    owner = Actor(person_id=owner_of(business).pk, businesses={business.id: BusinessRole.OWNER})
    return zone.create_key(actor=owner, name="ERP", scopes=scopes or SCOPES, at=AT, business_id=business.id).secret


class Program:
    """A program of a business with its key: what epcis2.js and others do."""

    def __init__(self, business: zone.Business | None = None, *scopes: str) -> None:
        self.business = business or a_business()
        self.client = Client(headers={"Authorization": f"Bearer {a_key(self.business, *scopes)}"})

    def capture(self, body: bytes, **headers: str) -> dict[str, Any]:
        """Send a document and return its job."""
        answer = self.client.post("/epcis/capture", body, content_type="application/json", headers=headers)
        assert answer.status_code == 202, answer.content
        return self.client.get(answer["Location"]).json()

    def post(self, path: str, body: Any) -> Any:
        """Send JSON."""
        sent = body if isinstance(body, bytes) else json.dumps(body)
        return self.client.post(f"/epcis{path}", sent, content_type="application/json")

    def get(self, path: str, **given: Any) -> Any:
        """Ask."""
        return self.client.get(f"/epcis{path}", given)

    def events(self, path: str = "/events", **given: Any) -> list[dict[str, Any]]:
        """Return the events that a question is answered with."""
        answer = self.get(path, **given)
        assert answer.status_code == 200, answer.content
        return answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]


def member_of(business: zone.Business) -> Actor:
    """Return the owner of a business."""
    return zone.actor_of_person(person_id=owner_of(business).pk)


def captured(business: zone.Business, *events: dict[str, Any], at: datetime = AT) -> trace.Capture:
    """Capture events for a business."""
    return trace.capture(
        actor=member_of(business),
        business_id=business.id,
        capture_id=ids.uuid7(),
        body=a_document(*events),
        mode=trace.CaptureMode.ROLLBACK,
        at=at,
    )


def a_batch(product: Any, *, quantity: int = 50, lot: str = "TRJ-1", **given: Any) -> trace.Batch:
    """Make a batch of a product, as its seller."""
    business = zone.business(business_id=product.business_id)
    new: dict[str, Any] = {
        "id": ids.uuid7(),
        "product_id": product.id,
        "lot": lot,
        "quantity": quantity,
        "made_on": date(2026, 11, 1),
        "expires_on": None,
        "story": "Petik merah dari kebun di Sapan.",
        "origin": "http://testserver/",
    }
    at = given.pop("at", datetime(2026, 11, 10, tzinfo=UTC))
    return trace.make_batch(
        actor=member_of(business), business_id=business.id, new=trace.NewBatch(**(new | given)), at=at
    )


def a_step(batch: trace.Batch, kind: str = "harvested", *, region: str = "73.18", **given: Any) -> trace.Event:
    """Note a step of a batch, as its seller."""
    business = zone.business(business_id=batch.business_id)
    step = trace.NewStep(
        id=given.pop("id", None) or ids.uuid7(),
        kind=kind,
        happened_at=given.pop("happened_at", datetime(2026, 11, 2, tzinfo=UTC)),
        region=region,
        **given,
    )
    return trace.note_step(actor=member_of(business), business_id=business.id, batch_id=batch.id, step=step, at=AT)
