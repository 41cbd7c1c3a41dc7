"""The books for programs."""

from __future__ import annotations

from ninja import Router

from kawasan.rooms.books.http.assets import router as bank
from kawasan.rooms.books.http.journal import router as journal
from kawasan.rooms.books.http.rates import router as rates

router = Router(tags=["books"])
router.add_router("", journal)
router.add_router("", bank)
router.add_router("", rates)
