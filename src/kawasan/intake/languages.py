"""Texts in the reader's language, from the same compiled catalogues that Django uses, by the standard library."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
DEFAULT = "id"
_FOLDERS = {"id": "id", "zh-hans": "zh_Hans"}  # English texts are the message ids themselves
_RANGES_MAX = 10


@cache
def translator(language: str) -> Callable[[str], str]:
    """Return the function that translates English texts; one that returns them unchanged for English."""
    folder = _FOLDERS.get(language)
    if folder is None:
        return str
    texts: dict[str, str] = {}
    for file in sorted(PACKAGE.rglob(f"locale/{folder}/LC_MESSAGES/django.mo")):
        with file.open("rb") as opened:
            catalogue = gettext.GNUTranslations(opened)
        texts |= {key: text for key, text in catalogue._catalog.items() if isinstance(key, str) and key}  # type: ignore[attr-defined]
    return lambda text: texts.get(text, text)


@lru_cache(maxsize=1_000)
def chosen(accept_language: str) -> str:
    """Return the language of ours that a reader prefers: ``id``, ``en`` or ``zh-hans``."""
    ranges = [_weighed(part) for part in accept_language.lower().split(",")[:_RANGES_MAX]]
    for _, name in sorted((item for item in ranges if item[0] > 0), key=lambda item: -item[0]):
        if name == "*":
            return DEFAULT
        primary = name.split("-")[0]
        if primary == "zh":
            return "zh-hans"
        if primary in ("id", "en"):
            return primary
    return DEFAULT


def _weighed(part: str) -> tuple[float, str]:
    name, _, rest = part.strip().partition(";")
    _, _, weight = rest.partition("q=")
    try:
        return (float(weight) if weight else 1.0), name.strip()
    except ValueError:
        return 0.0, name.strip()
