"""What ``kawasan anchor`` does within a zone."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from kawasan.rooms.log import api as log
from kawasan.rooms.log import tasks

ALL = 1_000_000


def now() -> list[dict[str, Any]]:
    """Anchor the newest checkpoint with everybody who does not hold it yet; publish it first."""
    at = clock.now()
    with transaction(SYSTEM):
        log.publish(at=at)
        plans = log.anchor_plans(at=at)
    return [_row(tasks.anchor_with(plan, at=at)) for plan in plans if plan.next_at is not None]


def has_keeper() -> bool:
    """Whether a timestamp authority or a contract is named in the settings."""
    return bool(settings.KAWASAN_TSA_URL or settings.KAWASAN_EVM_CONTRACT)


def listed(limit: int) -> list[dict[str, Any]]:
    """Return attempts, newest first."""
    with transaction(SYSTEM):
        return [_row(one) for one in log.anchors(limit=limit, is_held=False)]


def checked() -> list[dict[str, Any]]:
    """Check every receipt again."""
    with transaction(SYSTEM):
        found = [(one, log.problem_of(one)) for one in log.anchors(limit=ALL)]
    return [_row(one) | {"problem": problem or _problem_there(one)} for one, problem in found]


def _problem_there(one: log.Anchor) -> str:
    """Ask the chain about what it was given; another contract than the present one is not asked."""
    is_asked = one.kind is log.AnchorKind.EVM and one.target == settings.KAWASAN_EVM_CONTRACT
    return tasks.problem_on_chain(one) if is_asked else ""


def _row(one: log.Anchor) -> dict[str, Any]:
    return {
        "id": ids.public("anc", one.id),
        "kind": one.kind.value,
        "target": one.target,
        "size": one.size,
        "at": one.at.isoformat(),
        "stamped_at": one.stamped_at.isoformat() if one.stamped_at else None,
        "problem": one.problem,
    }


def deploy() -> str:
    """Put the contract onto the chain and return its address. Raises ValueError."""
    return tasks.deploy_contract()
