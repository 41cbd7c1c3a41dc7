"""Writes of payments."""
