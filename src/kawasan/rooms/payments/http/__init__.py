"""The room's part of the JSON API."""

from __future__ import annotations

from ninja import Router

from kawasan.rooms.payments.http.abroad import router as abroad
from kawasan.rooms.payments.http.batches import router as batches
from kawasan.rooms.payments.http.events import router as events
from kawasan.rooms.payments.http.money import router as money
from kawasan.rooms.payments.http.promotion import router as promotion
from kawasan.rooms.payments.http.settlement import router as settlement
from kawasan.rooms.payments.http.shop import router as shop
from kawasan.rooms.payments.http.snap import router as snap

router = Router()
router.add_router("", events)  # first: /payments/events is not a payment's id
router.add_router("", snap)  # for the same reason
router.add_router("", shop)
router.add_router("", money)
router.add_router("", abroad)
router.add_router("", batches)
router.add_router("", settlement)
router.add_router("", promotion)
