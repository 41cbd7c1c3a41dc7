"""Carts and orders as they cross the door."""
