"""Pages of the room: storefront and seller's desk."""
