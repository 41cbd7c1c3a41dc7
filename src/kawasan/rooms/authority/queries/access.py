"""Who may see the screen."""

from __future__ import annotations

from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.authority.models import Setting

SCREEN_IS_PUBLIC = "screen-is-public"
SCOPE = "zone:read"


@requires_transaction
def screen_is_public() -> bool:
    """Return whether the operator lets everybody see the screen."""
    return Setting.objects.filter(name=SCREEN_IS_PUBLIC, is_on=True).exists()


def need_figures(actor: Actor) -> None:
    """Require a role in the zone, and of a key the scope. Raises Unauthenticated, Forbidden."""
    actor.need_zone()
    if not actor.is_system:
        actor.need_scope(SCOPE)


def need_screen(actor: Actor) -> bool:
    """Require a role in the zone unless the screen is public; return whether it is."""
    is_public = screen_is_public()
    if not is_public:
        need_figures(actor)
    return is_public
