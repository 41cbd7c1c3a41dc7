"""Every address of the product: rooms bring their own urls and routers."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from kawasan.platform.api import make_api
from kawasan.server import views
from kawasan.server.reference import reference

api = make_api()
for _room in settings.ROOMS:
    if find_spec(f"kawasan.rooms.{_room}") and find_spec(f"kawasan.rooms.{_room}.http"):
        api.add_router("", import_module(f"kawasan.rooms.{_room}.http").router)

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("v1/docs", reference, name="reference"),
    path("v1/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("akun/", include("allauth.urls")),
]
if find_spec("kawasan.server.gallery"):
    urlpatterns.append(path("gallery", import_module("kawasan.server.gallery").gallery, name="gallery"))
for _room in settings.ROOMS:
    if find_spec(f"kawasan.rooms.{_room}") and find_spec(f"kawasan.rooms.{_room}.urls"):
        urlpatterns.append(path("", include(f"kawasan.rooms.{_room}.urls")))

handler404 = "kawasan.server.views.not_found"
handler500 = "kawasan.server.views.failed"
