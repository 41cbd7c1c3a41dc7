"""Commerce: catalogue, stock, storefront, carts and orders."""
