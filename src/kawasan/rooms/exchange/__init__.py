"""Currencies beside the rupiah: rates by day, quotes, conversions through the zone's positions."""
