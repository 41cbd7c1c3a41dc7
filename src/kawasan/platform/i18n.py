"""The three languages on screen."""

from __future__ import annotations

from django.utils import translation

LANGUAGES = (("id", "Bahasa Indonesia"), ("en", "English"), ("zh-hans", "简体中文"))


def language() -> str:
    """Return the reader's language: ``id``, ``en`` or ``zh-hans``."""
    return translation.get_language() or "id"
