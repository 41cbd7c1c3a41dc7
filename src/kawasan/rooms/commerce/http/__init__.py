"""The room's part of the JSON API."""

from __future__ import annotations

from ninja import Router

from kawasan.rooms.commerce.http.campaigns import router as campaigns
from kawasan.rooms.commerce.http.cart import router as cart
from kawasan.rooms.commerce.http.catalogue import router as catalogue
from kawasan.rooms.commerce.http.orders import router as orders
from kawasan.rooms.commerce.http.till import router as till
from kawasan.rooms.commerce.http.vouchers import router as vouchers

router = Router()
router.add_router("", catalogue)
router.add_router("", orders)
router.add_router("", cart)
router.add_router("", till)
router.add_router("", campaigns)
router.add_router("", vouchers)
