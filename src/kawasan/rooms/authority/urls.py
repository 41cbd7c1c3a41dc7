"""Addresses of the authority's pages."""

from django.urls import path

from kawasan.rooms.authority import pages

app_name = "authority"
urlpatterns = [
    path("layar", pages.screen, name="screen"),
    path("layar/angka", pages.live, name="live"),
    path("layar/terbit", pages.publish, name="publish"),
    path("layar/laporan", pages.report, name="report"),
    path("layar/laporan/usaha/<str:business_id>", pages.business, name="business"),
    path("layar/laporan/transfer/<int:sequence>", pages.transfer, name="transfer"),
    path("layar/digitalisasi", pages.digital, name="digital"),
    path("layar/digitalisasi/usaha", pages.digital_list, name="digital-list"),
]
