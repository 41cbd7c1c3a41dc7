"""Every address of the product: rooms bring their own urls and routers."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from kawasan.platform.api import make_api
from kawasan.server import views
from kawasan.server.gallery import gallery
from kawasan.server.reference import reference


def _rooms_with(file: str) -> list[str]:
    """Return the module of this name of each room that has one."""
    modules = [f"kawasan.rooms.{room}.{file}" for room in settings.ROOMS]
    return [module for module in modules if find_spec(module)]


api = make_api()
for _module in _rooms_with("http"):
    api.add_router("", import_module(_module).router)

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("v1/docs", reference, name="reference"),
    path("v1/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("akun/", include("allauth.urls")),
    path("gallery", gallery, name="gallery"),
    *[path("", include(module)) for module in _rooms_with("urls")],
]

handler404 = "kawasan.server.views.not_found"
handler500 = "kawasan.server.views.failed"
