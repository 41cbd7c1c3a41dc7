"""Tables of the room: the catalogue and its orders."""

from kawasan.rooms.commerce.models.catalogue import (
    Category,
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

__all__ = [
    "Category",
    "Picture",
    "PriceWindow",
    "Product",
    "ProductFigures",
    "Review",
    "SearchWord",
    "Seller",
    "StockMovement",
    "Variant",
]
