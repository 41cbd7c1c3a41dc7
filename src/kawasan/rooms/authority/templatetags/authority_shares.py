"""Shares of a whole on the authority's pages."""

from __future__ import annotations

from django import template

from kawasan.platform import wording

register = template.Library()


@register.simple_tag
def share(part: int, whole: int) -> str:
    """``{% share published admitted %}``: 12%; a dash where there is nothing to have a share of."""
    return f"{wording.written((200 * part + whole) // (2 * whole))}%" if whole else "–"
