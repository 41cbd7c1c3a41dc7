"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from kawasan.platform.i18n import LANGUAGES, language
from kawasan.platform.web import actor_of


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Return actor, zone and languages for a template."""
    zone = getattr(request, "zone", None)
    return {
        "actor": actor_of(request),
        "zone": zone.name if zone else "Kawasan",
        "language": language(),
        "languages": LANGUAGES,
        "cart_count": request.session.get("cart_count", 0) if hasattr(request, "session") else 0,
    }
