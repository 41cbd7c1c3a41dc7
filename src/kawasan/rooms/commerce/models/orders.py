"""Tables of carts and orders."""
