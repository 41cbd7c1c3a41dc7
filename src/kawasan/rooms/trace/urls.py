"""The addresses of the room."""

from __future__ import annotations

from django.urls import include, path

from kawasan.rooms.trace.http import epcis, queries

_RESOURCES = ("epcs", "bizSteps", "bizLocations", "readPoints", "dispositions", "eventTypes")
_epcis = [
    path("", epcis.root, name="root"),
    path("capture", epcis.capture, name="capture"),
    path("capture/<str:capture_id>", epcis.capture_job, name="capture_job"),
    path("events", epcis.events, name="events"),
    path("events/<path:event_id>", epcis.event, name="event"),
    path("queries", queries.queries, name="queries"),
    path("queries/<str:name>", queries.query, name="query"),
    path("queries/<str:name>/events", queries.query_events, name="query_events"),
    path("queries/<str:name>/subscriptions", queries.subscriptions, name="subscriptions"),
    path("queries/<str:name>/subscriptions/<str:subscription_id>", queries.subscription, name="subscription"),
    *[path(name, epcis.resource, {"name": name}, name=name) for name in _RESOURCES],
    *[path(f"{name}/<path:value>/events", epcis.resource_events, {"name": name}) for name in _RESOURCES],
    *[path(f"{name}/<path:value>", epcis.one_resource, {"name": name}) for name in _RESOURCES],
]
urlpatterns = [path("epcis/", include((_epcis, "epcis")))]
