"""The addresses of the room's pages."""

from __future__ import annotations

from django.urls import include, path

from kawasan.rooms.sensors.pages import desk, device, sensorthings

_devices = [
    path("", desk.devices, name="list"),
    path("/baru", desk.register, name="register"),
    path("/alarm", desk.alarms, name="alarms"),
    path("/<str:device_id>", device.device, name="device"),
    path("/<str:device_id>/ubah", device.change, name="change"),
    path("/<str:device_id>/kunci", device.key, name="key"),
    path("/<str:device_id>/cabut", device.revoke, name="revoke"),
    path("/<str:device_id>/aturan", device.set_rule, name="rule"),
    path("/<str:device_id>/aturan/<str:rule_id>/akhiri", device.end_rule, name="end_rule"),
    path("/<str:device_id>/data.<str:kind>", device.export, name="export"),
]
urlpatterns = [
    path("jualan/<slug:slug>/perangkat", include((_devices, "devices"))),
    path("kawasan/perangkat", include((_devices, "city_devices"))),
    path("sensorthings/v1.1", sensorthings.read, name="sensorthings"),
    path("sensorthings/v1.1/", sensorthings.read),
    path("sensorthings/v1.1/<path:path>", sensorthings.read),
]
