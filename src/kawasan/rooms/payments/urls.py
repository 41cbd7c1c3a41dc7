"""The addresses of the pages of payments."""

from __future__ import annotations

from django.urls import include, path

from kawasan.rooms.payments.pages import differences, events, pay, seller, wallet

_wallet = [
    path("", wallet.wallet, name="home"),
    path("/isi", wallet.top_up, name="top_up"),
    path("/mutasi.<str:kind>", wallet.wallet_file, name="file"),
]
_pay = [
    path("<str:payment_id>", pay.payment, name="payment"),
    path("<str:payment_id>/status", pay.payment_status, name="status"),
    path("<str:payment_id>/periksa", pay.check, name="check"),
    path("<str:payment_id>/va", pay.virtual_account, name="va"),
    path("<str:payment_id>/batal", pay.cancel, name="cancel"),
    path("<str:payment_id>/kuitansi", pay.receipt, name="receipt"),
]
_seller = [
    path("", seller.balance, name="balance"),
    path("/tarik", seller.payout, name="payout"),
    path("/mutasi.<str:kind>", seller.statement, name="file"),
]
_events = [
    path("", events.events, name="events"),
    path(".<str:kind>", events.events_file, name="file"),
    path("/rekonsiliasi", differences.differences, name="differences"),
    path("/rekonsiliasi.<str:kind>", differences.differences_file, name="differences_file"),
    path("/rekonsiliasi/jalankan", differences.run, name="reconcile"),
    path("/rekonsiliasi/<str:difference_id>", differences.repair, name="difference"),
    path("/<str:event_id>", events.event, name="event"),
    path("/<str:event_id>/catatan", events.note, name="note"),
]
urlpatterns = [
    path("dompet", include((_wallet, "wallet"))),
    path("bayar/", include((_pay, "pay"))),
    path("jualan/<slug:slug>/saldo", include((_seller, "seller_money"))),
    path("kawasan/uang", include((_events, "zone_money"))),
]
