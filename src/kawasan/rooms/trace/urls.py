"""The addresses of the room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from kawasan.rooms.trace.http import epcis, queries
from kawasan.rooms.trace.pages import batches, desk, finding, labels, passports, recalls, resolver, staff, subscriptions

_RESOURCES = ("epcs", "bizSteps", "bizLocations", "readPoints", "dispositions", "eventTypes")
_epcis = [
    path("", epcis.root, name="root"),
    path("capture", epcis.capture, name="capture"),
    path("capture/<str:capture_id>", epcis.capture_job, name="capture_job"),
    path("events", epcis.events, name="events"),
    path("events/<path:event_id>", epcis.event, name="event"),
    path("nextPageToken/<str:token>", epcis.page_token, name="page_token"),
    path("queries", queries.queries, name="queries"),
    path("queries/<str:name>", queries.query, name="query"),
    path("queries/<str:name>/events", queries.query_events, name="query_events"),
    path("queries/<str:name>/subscriptions", queries.subscriptions, name="subscriptions"),
    path("queries/<str:name>/subscriptions/<str:subscription_id>", queries.subscription, name="subscription"),
    *[path(name, epcis.resource, {"name": name}, name=name) for name in _RESOURCES],
    *[path(f"{name}/<path:value>/events", epcis.resource_events, {"name": name}) for name in _RESOURCES],
    *[path(f"{name}/<path:value>", epcis.one_resource, {"name": name}) for name in _RESOURCES],
]
_desk = [
    path("asal", batches.batches, name="batches"),
    path("asal/baru", batches.new, name="new"),
    path("asal/bagikan", batches.sharing, name="sharing"),
    path("asal/langganan", subscriptions.subscriptions, name="subscriptions"),
    path("asal/langganan/baru", subscriptions.new_subscription, name="new_subscription"),
    path("asal/langganan/kueri", subscriptions.new_query, name="new_query"),
    path("asal/langganan/kueri/<str:query_id>/hapus", subscriptions.forget_query, name="forget_query"),
    path("asal/langganan/<str:subscription_id>", subscriptions.subscription, name="subscription"),
    path("asal/langganan/<str:subscription_id>/jeda", subscriptions.pause, name="pause"),
    path("asal/langganan/<str:subscription_id>/lanjut", subscriptions.resume, name="resume"),
    path("asal/langganan/<str:subscription_id>/uji", subscriptions.send_test, name="send_test"),
    path("asal/langganan/<str:subscription_id>/rahasia", subscriptions.renew_secret, name="renew_secret"),
    path("asal/langganan/<str:subscription_id>/hapus", subscriptions.unsubscribe, name="unsubscribe"),
    path("asal/langganan/<str:subscription_id>/pesan/<str:delivery_id>", subscriptions.send_again, name="send_again"),
    path("asal/<str:batch_id>", batches.batch, name="batch"),
    path("asal/<str:batch_id>/langkah", batches.step, name="step"),
    path("asal/<str:batch_id>/ubah", batches.change, name="change"),
    path("asal/<str:batch_id>/label.pdf", labels.labels, name="labels"),
    path("asal/<str:batch_id>/langkah.csv", batches.events_file, name="events_file"),
    path("asal/<str:batch_id>/sertifikat", batches.add_certificate, name="add_certificate"),
    path("asal/<str:batch_id>/sertifikat/<str:certificate_id>/tarik", batches.withdraw_certificate, name="withdraw"),
    path("asal/<str:batch_id>/penarikan", recalls.recall, name="recall"),
    path("asal/<str:batch_id>/pembeli.csv", recalls.buyers_file, name="buyers_file"),
]
_pages: list[URLPattern | URLResolver] = [
    path("jualan/asal", desk.chosen, name="batches"),
    path("jualan/<slug:slug>/", include(_desk)),
    path("asal", finding.find, name="find"),
    path("asal/<str:batch_id>", passports.passport, name="passport"),
    path("asal/<str:batch_id>/keraguan", passports.doubt, name="doubt"),
    path("asal/<str:batch_id>/bukti/<str:event_id>", passports.proof, name="proof"),
    path("sertifikat/<str:certificate_id>", passports.certificate, name="certificate"),
    path("penarikan", passports.notices, name="notices"),
    path("kawasan/asal", staff.doubts, name="doubts"),
    path("kawasan/asal/<str:doubt_id>", staff.decide, name="decide"),
]
# The keys of GS1 Digital Link, by number and by short name.
_KEYS = (
    "00|01|253|255|401|402|414|417|8003|8004|8006|8010|8017|8018|"
    "sscc|gtin|gdti|gcn|ginc|gsin|gln|party|grai|giai|itip|cpid|gsrnp|gsrn"
)
urlpatterns = [
    path("epcis/", include((_epcis, "epcis"))),
    path("", include((_pages, "trace"))),
    path(".well-known/gs1resolver", resolver.described, name="gs1resolver"),
    re_path(rf"^(?P<key>{_KEYS})/(?P<rest>.+)$", resolver.resolve, name="digital_link"),
]
