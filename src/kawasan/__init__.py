"""Kawasan: an economic development zone in the cloud."""

__version__ = "0.1.0"
