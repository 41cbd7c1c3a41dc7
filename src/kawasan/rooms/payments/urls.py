"""The addresses of the pages of payments."""

from __future__ import annotations

from django.urls import include, path

from kawasan.rooms.payments.pages import (
    abroad,
    batches,
    counter,
    differences,
    events,
    pay,
    placard,
    promotion,
    rules,
    second_looks,
    seller,
    settlement,
    shop,
    wallet,
    wallets,
)

_wallet = [
    path("", wallet.wallet, name="home"),
    path("/isi", wallet.top_up, name="top_up"),
    path("/mutasi.<str:kind>", wallet.wallet_file, name="file"),
    path("/kasir", counter.code, name="counter"),
    path("/kasir/<str:code_id>", counter.status, name="counter_status"),
    path("/kirim", wallets.send, name="send"),
    path("/kirim/<str:transfer_id>", wallets.confirm, name="confirm"),
    path("/keberatan", wallets.appeal, name="appeal"),
    path("/kembalikan/<str:refund_id>", wallets.ask_back, name="ask_back"),
]
_pay = [
    path("<str:payment_id>", pay.payment, name="payment"),
    path("<str:payment_id>/status", pay.payment_status, name="status"),
    path("<str:payment_id>/periksa", pay.check, name="check"),
    path("<str:payment_id>/va", pay.virtual_account, name="va"),
    path("<str:payment_id>/valas", abroad.quote, name="quote"),
    path("<str:payment_id>/batal", pay.cancel, name="cancel"),
    path("<str:payment_id>/kuitansi", pay.receipt, name="receipt"),
]
_seller = [
    path("", seller.balance, name="balance"),
    path("/tarik", seller.payout, name="payout"),
    path("/mutasi.<str:kind>", seller.statement, name="file"),
    path("/rekening", settlement.account, name="account"),
    path("/omzet", settlement.turnover, name="turnover"),
    path("/laporan", settlement.statement, name="statement"),
    path("/laporan.<str:kind>", settlement.statement_file, name="statement_file"),
]
_shop = [
    path("", shop.home, name="home"),
    path("/buat", shop.want, name="want"),
    path("/status", shop.status, name="status"),
    path("/plakat-<str:size>.pdf", placard.placard, name="placard"),
    path("/kode.<str:kind>", placard.picture, name="picture"),
    path("/layar", shop.screen, name="screen"),
    path("/layar/terbaru", shop.latest, name="latest"),
    path("/layar/tanya", shop.ask, name="ask"),
    path("/pembayaran", shop.listed, name="payments"),
    path("/pembayaran.<str:kind>", shop.file, name="file"),
]
_events = [
    path("", events.events, name="events"),
    path(".<str:kind>", events.events_file, name="file"),
    path("/rekonsiliasi", differences.differences, name="differences"),
    path("/rekonsiliasi.<str:kind>", differences.differences_file, name="differences_file"),
    path("/rekonsiliasi/jalankan", differences.run, name="reconcile"),
    path("/rekonsiliasi/<str:difference_id>", differences.repair, name="difference"),
    path("/pengembalian", second_looks.backs, name="backs"),
    path("/pengembalian.csv", second_looks.backs_file, name="backs_file"),
    path("/pengembalian/<str:refund_id>/tanya", second_looks.ask, name="back_ask"),
    path("/pengembalian/<str:refund_id>/selesai", second_looks.settle, name="back_settle"),
    path("/<str:event_id>", events.event, name="event"),
    path("/<str:event_id>/catatan", events.note, name="note"),
]
_payouts = [
    path("", batches.batches, name="batches"),
    path("/baru", batches.make, name="make"),
    path("/rekening", second_looks.accounts, name="accounts"),
    path("/rekening/<str:account_id>", second_looks.confirm, name="account_confirm"),
    path("/<str:batch_id>", batches.batch, name="batch"),
    path("/<str:batch_id>/setuju", batches.approve, name="approve"),
    path("/<str:batch_id>/tolak", batches.reject, name="reject"),
    path("/<str:batch_id>/dibayar", batches.rest_paid, name="rest_paid"),
    path("/<str:batch_id>/berkas", batches.file, name="file"),
    path("/<str:batch_id>/<str:payout_id>/kembali", batches.returned, name="returned"),
]
_promotion = [
    path("", promotion.promotion, name="money"),
    path(".csv", promotion.file, name="file"),
    path("/<str:entry_id>", promotion.decide, name="decide"),
]
_wallets = [
    path("", wallets.wallets, name="wallets"),
    path("/<str:person_id>", wallets.wallet, name="wallet"),
    path("/keberatan/<str:appeal_id>", wallets.answer, name="answer"),
]
_rules = [
    path("", rules.rules, name="rules"),
    path("/pph22.<str:kind>", rules.withheld, name="withheld"),
]
urlpatterns = [
    path("dompet", include((_wallet, "wallet"))),
    path("bayar/", include((_pay, "pay"))),
    path("jualan/<slug:slug>/saldo", include((_seller, "seller_money"))),
    path("jualan/<slug:slug>/qris", include((_shop, "shop_qris"))),
    path("kawasan/uang", include((_events, "zone_money"))),
    path("kawasan/pencairan", include((_payouts, "zone_payouts"))),
    path("kawasan/promosi", include((_promotion, "zone_promotion"))),
    path("kawasan/dompet", include((_wallets, "zone_wallets"))),
    path("kawasan/aturan-uang", include((_rules, "zone_rules"))),
]
