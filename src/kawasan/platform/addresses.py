"""The address of a zone, for what links to it without a request: mails."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from kawasan.platform.schemas import current_schema, zones


def zone_address() -> str:
    """
    Return the address at which people open the present zone, without a slash at its end.

    A zone with a host name of its own is opened by it: over HTTPS where the deployment says so, else at the port of
    ``KAWASAN_ADDRESS``; an origin of ``KAWASAN_ORIGINS`` with that name says it better. A zone that answers to every
    name is opened at ``KAWASAN_ADDRESS``, which ``kawasan serve`` tells the processes that it starts.
    """
    names = [host for zone in zones() if zone.schema == current_schema() for host in zone.hosts if host != "*"]
    if not names:
        return str(settings.KAWASAN_ADDRESS).rstrip("/")
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        if urlsplit(origin).hostname in names:
            return str(origin).rstrip("/")
    if settings.SECURE:
        return f"https://{names[0]}"
    port = urlsplit(settings.KAWASAN_ADDRESS).port
    return f"http://{names[0]}:{port}" if port else f"http://{names[0]}"


def link_to(name: str, *args: object) -> str:
    """Return the whole address of a page of the present zone, by the page's name."""
    return zone_address() + reverse(name, args=args)
