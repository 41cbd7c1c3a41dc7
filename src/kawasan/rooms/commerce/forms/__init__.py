"""Shapes of what people type into this room's pages."""
