"""Addresses of the room: the shop and the seller's desk."""

from __future__ import annotations

from django.urls import URLPattern, include, path

from kawasan.rooms.commerce.pages import cart, desk, editor, order_desk, orders, reviews, shop, stock, till

shop_catalogue: list[URLPattern] = [
    path("", shop.home, name="home"),
    path("cari", shop.search, name="search"),
    path("kategori/<slug:slug>", shop.category, name="category"),
    path("produk/<slug:slug>", shop.product, name="product"),
    path("toko/<slug:slug>", shop.seller, name="seller"),
    path("gambar/<slug:name>.webp", shop.picture, name="picture"),
]
shop_orders: list[URLPattern] = [
    path("keranjang", cart.cart, name="cart"),
    path("keranjang/tambah", cart.add, name="cart_add"),
    path("keranjang/tahan", cart.hold_again, name="cart_hold"),
    path("keranjang/bayar", cart.checkout, name="checkout"),
    path("keranjang/<str:variant_id>/jumlah", cart.change, name="cart_change"),
    path("keranjang/<str:variant_id>/hapus", cart.remove, name="cart_remove"),
    path("pesanan", orders.orders, name="orders"),
    path("pesanan/unduh.<str:kind>", orders.export, name="orders_file"),
    path("pesanan/<str:order_id>", orders.order, name="order"),
    path("pesanan/<str:order_id>/batal", orders.cancel, name="order_cancel"),
    path("pesanan/<str:order_id>/terima", orders.confirm, name="order_confirm"),
    path("pesanan/<str:order_id>/retur", orders.give_back, name="order_return"),
    path("pesanan/<str:order_id>/ulasan/<str:line_id>", orders.review, name="order_review"),
    path("pesanan/<str:order_id>/struk", orders.receipt, name="receipt"),
    path("pesanan/<str:order_id>/struk.pdf", orders.receipt_pdf, name="receipt_pdf"),
    path("struk/<str:sale_id>", till.receipt, name="till_receipt"),
    path("kawasan/ulasan", reviews.reviews, name="moderation"),
    path("kawasan/ulasan/<str:review_id>/sembunyikan", reviews.hide, name="review_hide"),
    path("kawasan/ulasan/<str:review_id>/tampilkan", reviews.show, name="review_show"),
]
# Without a business in the address they lead to the caller's own.
seller_catalogue: list[URLPattern] = [
    path("produk", desk.chosen("seller:products"), name="products"),
    path("stok", desk.chosen("seller:stock"), name="stock"),
    path("<slug:business>/produk", desk.products, name="products"),
    path("<slug:business>/produk/baru", desk.new_product, name="new_product"),
    path("<slug:business>/produk.csv", desk.export, {"kind": "csv"}, name="export_csv"),
    path("<slug:business>/produk.xlsx", desk.export, {"kind": "xlsx"}, name="export_xlsx"),
    path("<slug:business>/produk/<str:product>", editor.product, name="product"),
    path("<slug:business>/produk/<str:product>/status", editor.publication, name="publication"),
    path("<slug:business>/produk/<str:product>/varian", editor.new_variant, name="new_variant"),
    path("<slug:business>/produk/<str:product>/varian/<str:variant>", editor.variant, name="variant"),
    path("<slug:business>/produk/<str:product>/gambar", editor.pictures, name="pictures"),
    path("<slug:business>/produk/<str:product>/harga", editor.windows, name="windows"),
    path("<slug:business>/stok", stock.stock, name="stock"),
    path("<slug:business>/stok.csv", stock.export_stock, name="export_stock"),
    path("<slug:business>/stok/riwayat", stock.movements, name="movements"),
    path("<slug:business>/stok/<str:variant>", stock.stock_of_variant, name="stock_of_variant"),
    path("<slug:business>/impor", stock.import_file, name="import"),
    path("<slug:business>/impor/contoh.csv", stock.import_template, {"kind": "csv"}, name="template_csv"),
    path("<slug:business>/impor/contoh.xlsx", stock.import_template, {"kind": "xlsx"}, name="template_xlsx"),
    path("<slug:business>/impor/<str:report>", stock.import_report, name="import_report"),
    path("<slug:business>/impor/<str:report>/masalah.csv", stock.import_problems, name="import_problems"),
]
seller_till: list[URLPattern] = [
    path("kasir", desk.chosen("seller:till_sales"), name="till_sales"),
    path("<slug:business>/kasir/", till.till, name="till"),
    path("<slug:business>/kasir/manifest.webmanifest", till.manifest, name="till_manifest"),
    path("<slug:business>/kasir/pekerja.js", till.worker, name="till_worker"),
    path("<slug:business>/penjualan", till.sales, name="till_sales"),
    path("<slug:business>/penjualan/giliran", till.shifts, name="till_shifts"),
    path("<slug:business>/penjualan/unduh.<str:kind>", till.export, name="till_export"),
    path("<slug:business>/penjualan/<str:sale_id>", till.sale, name="till_sale"),
    path("<slug:business>/penjualan/<str:sale_id>/dilihat", till.seen, name="till_seen"),
]
seller_orders: list[URLPattern] = [
    path("", order_desk.choose, name="home"),
    path("-/pesanan", order_desk.choose_orders, name="orders"),
    path("<slug:slug>/", order_desk.home, name="home"),
    path("<slug:slug>/pesanan", order_desk.orders, name="orders"),
    path("<slug:slug>/pesanan/unduh.<str:kind>", order_desk.export, name="orders_file"),
    path("<slug:slug>/pesanan/kemas", order_desk.pack, name="pack"),
    path("<slug:slug>/pesanan/label", order_desk.slip, name="slips"),
    path("<slug:slug>/pesanan/<str:order_id>", order_desk.order, name="order"),
    path("<slug:slug>/pesanan/<str:order_id>/kirim", order_desk.ship, name="ship"),
    path("<slug:slug>/pesanan/<str:order_id>/sampai", order_desk.mark_delivered, name="delivered"),
    path("<slug:slug>/pesanan/<str:order_id>/batal", order_desk.cancel, name="order_cancel"),
    path("<slug:slug>/pesanan/<str:order_id>/retur/<str:return_id>/terima", order_desk.approve, name="return_approve"),
    path("<slug:slug>/pesanan/<str:order_id>/retur/<str:return_id>/tolak", order_desk.reject, name="return_reject"),
    path("<slug:slug>/ulasan", order_desk.reviews, name="reviews"),
    path("<slug:slug>/ulasan/<str:review_id>", order_desk.reply, name="review_reply"),
]

urlpatterns = [
    path("", include(([*shop_catalogue, *shop_orders], "shop"))),
    path("jualan/", include(([*seller_catalogue, *seller_till, *seller_orders], "seller"))),
]
