"""Tables of the room: the catalogue and its orders."""

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
from kawasan.rooms.commerce.models.orders import (
    CartLine,
    Order,
    OrderEvent,
    OrderGroup,
    OrderLine,
    ReturnRequest,
    SellerDay,
)

__all__ = [
    "CartLine",
    "Category",
    "Import",
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
    "StockMovement",
    "Variant",
]
