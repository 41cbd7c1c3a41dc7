"""Tables of the room: the catalogue, its orders and campaigns."""

from kawasan.rooms.commerce.models.campaigns import Campaign, CampaignOffer
from kawasan.rooms.commerce.models.catalogue import (
    Category,
    Import,
    Picture,
    PriceWindow,
    Product,
    ProductFigures,
    Review,
    SearchWord,
    Seller,
    StockMovement,
    Variant,
)
from kawasan.rooms.commerce.models.commissions import Commission
from kawasan.rooms.commerce.models.intake import IntakeOrder
from kawasan.rooms.commerce.models.orders import (
    CartLine,
    Order,
    OrderEvent,
    OrderGroup,
    OrderLine,
    ReturnRequest,
    SellerDay,
)
from kawasan.rooms.commerce.models.shelves import Shelf
from kawasan.rooms.commerce.models.till import TillSale, TillShift
from kawasan.rooms.commerce.models.vouchers import Voucher

__all__ = [
    "Campaign",
    "CampaignOffer",
    "CartLine",
    "Category",
    "Commission",
    "Import",
    "IntakeOrder",
    "Order",
    "OrderEvent",
    "OrderGroup",
    "OrderLine",
    "Picture",
    "PriceWindow",
    "Product",
    "ProductFigures",
    "ReturnRequest",
    "Review",
    "SearchWord",
    "Seller",
    "SellerDay",
    "Shelf",
    "StockMovement",
    "TillSale",
    "TillShift",
    "Variant",
    "Voucher",
]
