"""The addresses of the room's pages."""

from __future__ import annotations

from django.urls import include, path

from kawasan.rooms.sensors.pages import bank, city, desk, device, machines, sensorthings

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
_city = [
    path("", city.desk, name="desk"),
    path("/rencana", city.plan, name="plan"),
    path("/ronde/<str:round_id>", city.round_page, name="round"),
    path("/ronde/<str:round_id>/catat", city.collect, name="collect"),
    path("/timbang", city.weighings, name="weighings"),
    path("/timbang.<str:kind>", city.weighings_file, name="weighings_file"),
]
_bank = [
    path("", bank.desk, name="desk"),
    path("/harga", bank.price, name="price"),
]
_machines = [
    path("/<str:device_id>", machines.day, name="day"),
    path("/<str:device_id>/oee.<str:kind>", machines.export, name="export"),
]
_waste = [
    path("", bank.own, name="own"),
    path("/<str:visit_id>", bank.visit, name="visit"),
]
urlpatterns = [
    path("kota-bersih", city.public, name="clean_city"),
    path("kawasan/kebersihan", include((_city, "city"))),
    path("jualan/<slug:slug>/bank-sampah", include((_bank, "waste_bank"))),
    path("jualan/<slug:slug>/mesin", include((_machines, "machines"))),
    path("setoran-sampah", include((_waste, "waste"))),
    path("jualan/<slug:slug>/perangkat", include((_devices, "devices"))),
    path("kawasan/perangkat", include((_devices, "city_devices"))),
    path("sensorthings/v1.1", sensorthings.read, name="sensorthings"),
    path("sensorthings/v1.1/", sensorthings.read),
    path("sensorthings/v1.1/<path:path>", sensorthings.read),
]
