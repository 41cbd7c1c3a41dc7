"""The links that prove: ``{% verify_transfer line.transfer_id %}``, ``{% verify_leaf leaf_id %}``; ``|in_words``."""

from __future__ import annotations

from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.translation import gettext

from kawasan.rooms.log import api

register = template.Library()


@register.simple_tag
def verify_transfer(transfer_id: UUID) -> str:
    """Return the address of a transfer's proof, for a page whose reader may see the transfer."""
    return reverse("log:proof", args=[api.token_of_transfer(transfer_id)])


@register.simple_tag
def verify_leaf(leaf_id: UUID) -> str:
    """Return the address of a leaf's proof, for a page whose reader may see the document."""
    return reverse("log:proof", args=[api.token_of_leaf(leaf_id)])


@register.filter
def in_words(problem: str) -> str:
    """Return what went wrong with an anchor or a witness in the reader's language."""
    return api.problem_in_words(problem, say=gettext)
