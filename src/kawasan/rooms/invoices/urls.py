"""The addresses of the room's pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from kawasan.rooms.invoices.pages import customers, document, documents, orders, papers, public, recurring, taxes

_desk = [
    path("", documents.documents, name="documents"),
    path("/baru", documents.new, name="new"),
    path("/daftar.<str:kind>", papers.list_file, name="list_file"),
    path("/pelanggan", customers.customers, name="customers"),
    path("/pelanggan/baru", customers.new, name="customer_new"),
    path("/pelanggan/<str:customer>", customers.customer, name="customer"),
    path("/pelanggan/<str:customer>/arsip", customers.archive, name="customer_archive"),
    path("/berkala", recurring.recurring, name="recurring"),
    path("/pengaturan", customers.habits, name="habits"),
    path("/pajak", taxes.month, name="taxes"),
    path("/pajak/<int:part>.xml", taxes.month_file, name="tax_file"),
    path("/pajak/retur.csv", taxes.returns_file, name="tax_returns"),
    path("/pajak/eceran", taxes.retail, name="tax_retail"),
    path("/<str:document>/nomor-pajak", taxes.mark, name="tax_mark"),
    path("/<str:document>/pengganti", taxes.replace, name="tax_replace"),
    path("/<str:document>", document.document, name="document"),
    path("/<str:document>/ubah", documents.change, name="change"),
    path("/<str:document>/terbit", document.issue, name="issue"),
    path("/<str:document>/kirim", document.send, name="send"),
    path("/<str:document>/tautan", document.new_link, name="new_link"),
    path("/<str:document>/bayar", document.pay, name="pay"),
    path("/<str:document>/kredit", document.credit, name="credit"),
    path("/<str:document>/buang", document.drop, name="drop"),
    path("/<str:document>/tagih", document.bill, name="bill"),
    path("/<str:document>/berkala", document.again, name="again"),
    path("/<str:document>/berhenti", document.stop, name="stop"),
    path("/<str:document>/berkas.<str:kind>", papers.paper_file, name="file"),
]
_all: list[URLPattern | URLResolver] = [
    path("jualan/<slug:slug>/faktur", include(_desk)),
    path("pesanan/<str:order_id>/faktur", orders.of_order, name="of_order"),
    path("tagihan/<str:link>", public.public, name="public"),
    path("tagihan/<str:link>/keadaan", public.public_state, name="public_state"),
    path("tagihan/<str:link>/bayar", public.pay, name="public_pay"),
    path("tagihan/<str:link>/periksa", public.check, name="public_check"),
    path("tagihan/<str:link>/dompet", public.pay_by_wallet, name="public_wallet"),
    path("tagihan/<str:link>/jawab", public.answer, name="public_answer"),
    path("tagihan/<str:link>/berkas.<str:kind>", public.public_file, name="public_file"),
]
urlpatterns = [path("", include((_all, "invoices")))]
