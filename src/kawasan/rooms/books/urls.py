"""The addresses of the books' pages."""

from __future__ import annotations

from django.urls import include, path

from kawasan.rooms.books.pages import (
    assets,
    bank,
    bank_rules,
    clients,
    duties,
    entries,
    home,
    notes,
    owed,
    rates,
    receipts,
    reports,
    stock,
    taxes,
)

_books = [
    path("", home.home, name="home"),
    path("/tutup", home.close, name="close"),
    path("/buka", home.reopen, name="reopen"),
    path("/catat", entries.record, name="record"),
    path("/saldo-awal", entries.opening, name="opening"),
    path("/jurnal", entries.entries, name="entries"),
    path("/jurnal/<str:entry_id>", entries.entry, name="entry"),
    path("/jurnal/<str:entry_id>/koreksi", entries.correct, name="correct"),
    path("/<str:side>-usaha", owed.owed, name="owed"),
    path("/<str:side>-usaha.<str:kind>", owed.owed_file, name="owed_file"),
    path("/lunas/<str:source>/<uuid:document>", owed.settle, name="settle"),
    path("/nota", receipts.snap, name="snap"),
    path("/jurnal/<str:entry_id>/nota", receipts.attach, name="attach"),
    path("/jurnal/<str:entry_id>/nota.webp", receipts.picture, name="receipt"),
    path("/aset", assets.assets, name="assets"),
    path("/aset.<str:kind>", assets.assets_file, name="assets_file"),
    path("/aset/baru", assets.acquire, name="acquire"),
    path("/aset/<uuid:asset>", assets.asset, name="asset"),
    path("/bank", bank.accounts, name="banks"),
    path("/bank/aturan", bank_rules.rules, name="bank_rules"),
    path("/bank/aturan/<uuid:rule>/hapus", bank_rules.remove, name="bank_rule_remove"),
    path("/bank/<uuid:bank>", bank.bank, name="bank"),
    path("/bank/<uuid:bank>/kolom", bank.columns, name="bank_columns"),
    path("/bank/<uuid:bank>.csv", bank.lines_file, name="bank_file"),
    path("/bank/<uuid:bank>/catat-semua", bank.confirm_all, name="bank_confirm_all"),
    path("/bank/<uuid:bank>/baris/<uuid:line>/catat", bank.confirm, name="bank_confirm"),
    path("/bank/<uuid:bank>/baris/<uuid:line>/batal", bank.undo, name="bank_undo"),
    path("/stok", stock.stock, name="stock"),
    path("/stok.<str:kind>", stock.stock_file, name="stock_file"),
    path("/stok/mulai", stock.begin, name="stock_begin"),
    path("/stok/beli", stock.buy, name="stock_buy"),
    path("/stok/hitung", stock.count, name="stock_count"),
    path("/stok/metode", stock.change, name="stock_change"),
    path("/stok/<uuid:variant>", stock.card, name="stock_card"),
    path("/stok/<uuid:variant>.<str:kind>", stock.card_file, name="stock_card_file"),
    path("/akun", reports.account, name="account"),
    path("/pajak", taxes.taxes, name="taxes"),
    path("/pajak/<str:kind>/<str:month>", duties.duty, name="duty"),
    path("/pajak/<str:kind>/<str:month>/batal", duties.take_back, name="duty_back"),
    path("/jurnal.beancount", reports.beancount, name="beancount"),
    path("/catatan", notes.notes, name="notes"),
    path("/laporan-keuangan.<str:kind>", notes.report_file, name="financial_file"),
    path("/<slug:report>", reports.report, name="report"),
    path("/<slug:report>.<str:kind>", reports.report_file, name="report_file"),
]
_clients = [
    path("akuntan", clients.clients, name="desk"),
    path("akuntan/pembukuan-<int:year>.zip", clients.clients_file, name="file"),
]
_rates = [
    path("", rates.rates, name="rates"),
    path(".<str:kind>", rates.rates_file, name="rates_file"),
    path("/<str:kind>/baru", rates.propose, name="propose"),
    path("/<str:row_id>/putuskan", rates.decide, name="decide"),
]
urlpatterns = [
    path("kawasan/tarif-pajak", include((_rates, "zone_taxes"))),
    path("", include((_clients, "books_clients"))),
    path("jualan/<slug:slug>/buku", include((_books, "books"))),
]
