"""The addresses of the room's pages."""

from __future__ import annotations

from django.urls import include, path

from kawasan.rooms.exchange.pages import choice, desk, files

_desk = [
    path("", desk.desk, name="desk"),
    path("/kurs", files.preview, name="preview"),
    path("/kurs/terima", files.take, name="take"),
    path("/penukaran", desk.conversions, name="conversions"),
    path("/penukaran.<str:kind>", files.conversions_file, name="file"),
    path("/tutup", desk.enter_trade, name="trade"),
    path("/tutup/<str:trade_id>", desk.decide_trade, name="decide"),
    path("/mata-uang/<str:code>", desk.currency, name="currency"),
    path("/kembali/<str:back_id>", desk.settle_owed, name="settle"),
]
urlpatterns = [
    path("kawasan/valas", include((_desk, "exchange"))),
    path("mata-uang", choice.choose, name="choose_currency"),
]
