"""The addresses of the log."""

from __future__ import annotations

from django.urls import include, path

from kawasan.rooms.log.pages import desk, looks, served, shown

_log = [
    path("", shown.home, name="home"),
    path("/checkpoint", served.checkpoint, name="checkpoint"),
    path("/tile/<str:level>/<path:place>", served.tile, name="tile"),
    path("/proof/inclusion/<int:index>/<int:size>", served.inclusion, name="inclusion"),
    path("/proof/consistency/<int:old>/<int:new>", served.consistency, name="consistency"),
    path("/anchor/<str:anchor_id>.receipt", served.anchor_receipt, name="receipt"),
    path("/anchor/<str:anchor_id>.checkpoint", served.anchored, name="anchored"),
    path("/kawasan_verify.py", served.verifier, {"name": "kawasan_verify.py"}, name="verifier"),
    path("/kawasan_verify_anchor.py", served.verifier, {"name": "kawasan_verify_anchor.py"}, name="anchor_verifier"),
    path("/bukti/<str:token>.json", shown.proof_json, name="proof_json"),
    path("/bukti/<str:token>.html", shown.proof_html, name="proof_html"),
    path("/bukti/<str:token>.tlog-proof", shown.tlog_proof, name="tlog_proof"),
    path("/bukti/<str:token>", shown.proof, name="proof"),
]
_desk = [
    path("", desk.desk, name="desk"),
    path("/kunci", desk.rotate, name="rotate"),
    path("/saksi", desk.add_witness, name="add"),
    path("/saksi/<str:witness_id>/hapus", desk.remove_witness, name="remove"),
]
_access = [
    path("", looks.looks, name="looks"),
    path(".csv", looks.looks_file, name="looks_file"),
]
urlpatterns = [
    path("log", include((_log, "log"))),
    path("kawasan/log", include((_desk, "log_desk"))),
    path("usaha/<slug:slug>/akses", include((_access, "access"))),
]
