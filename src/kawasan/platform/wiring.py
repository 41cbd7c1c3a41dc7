"""Finds the one page (server/wiring.py) that says which listeners and followers exist, without importing it early."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings


@cache
def wiring() -> Any:
    """Return the wiring module named by the settings."""
    return import_module(settings.KAWASAN_WIRING)
