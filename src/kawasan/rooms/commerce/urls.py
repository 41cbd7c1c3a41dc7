"""Addresses of the room: the shop and the seller's desk."""

from __future__ import annotations

from django.urls import URLPattern, include, path

shop_catalogue: list[URLPattern] = []
shop_orders: list[URLPattern] = []
seller_catalogue: list[URLPattern] = []
seller_orders: list[URLPattern] = []

urlpatterns = [
    path("", include(([*shop_catalogue, *shop_orders], "shop"))),
    path("jualan/", include(([*seller_catalogue, *seller_orders], "seller"))),
]
