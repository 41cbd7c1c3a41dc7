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

__all__ = [
    "Category",
    "Import",
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
