"""Who may do what to a business and its team, and in which order things happen."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from kawasan.core.access import BusinessRole, ZoneRole
from kawasan.rooms.zone.types import (
    SCOPES,
    BusinessStatus,
    InvitationExpired,
    LastOperator,
    LastOwner,
    UnknownRole,
    UnknownScope,
    WrongStatus,
)

INVITATION_LASTS = timedelta(days=7)
OPEN_INVITATIONS_MAX = 50
KEYS_MAX = 20
KEY_STAMP_EVERY = timedelta(minutes=1)

APPLIED, ADMITTED = BusinessStatus.APPLIED, BusinessStatus.ADMITTED
SENT_BACK, SUSPENDED = BusinessStatus.SENT_BACK, BusinessStatus.SUSPENDED

# new status -> statuses from which staff may decide it
_FROM: dict[BusinessStatus, frozenset[BusinessStatus]] = {
    ADMITTED: frozenset({APPLIED, SUSPENDED}),
    SENT_BACK: frozenset({APPLIED}),
    SUSPENDED: frozenset({ADMITTED}),
    APPLIED: frozenset({SENT_BACK}),
}


def check_step(present: BusinessStatus, wanted: BusinessStatus) -> None:
    """Raise WrongStatus unless a business may go from one status to the other."""
    if present not in _FROM[wanted]:
        raise WrongStatus(status=present.value)


def business_role(text: str) -> BusinessRole:
    """Return a role in a business. Raises UnknownRole."""
    try:
        return BusinessRole(text)
    except ValueError:
        raise UnknownRole(field="role") from None


def zone_role(text: str) -> ZoneRole:
    """Return a role in the zone. Raises UnknownRole."""
    try:
        return ZoneRole(text)
    except ValueError:
        raise UnknownRole(field="role") from None


def check_owner_remains(roles: Collection[str], leaving: str) -> None:
    """Raise LastOwner when the one who leaves (or steps down) is the only owner among ``roles``."""
    if leaving == BusinessRole.OWNER and sum(role == BusinessRole.OWNER for role in roles) <= 1:
        raise LastOwner


def check_operator_remains(operators: int, leaving: str) -> None:
    """Raise LastOperator when the one who leaves (or steps down) is the only operator."""
    if leaving == ZoneRole.OPERATOR and operators <= 1:
        raise LastOperator


def check_in_time(expires_at: datetime, at: datetime) -> None:
    """Raise InvitationExpired when an invitation's time is over."""
    if at >= expires_at:
        raise InvitationExpired


def check_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """Return known scopes in the order of SCOPES. Raises UnknownScope for none or an unknown one."""
    wanted = set(scopes)
    if not wanted or not wanted <= set(SCOPES):
        raise UnknownScope(field="scopes")
    return tuple(scope for scope in SCOPES if scope in wanted)


def needs_stamp(last_used_at: datetime | None, at: datetime) -> bool:
    """Whether a key's last use is noted again: once a minute is enough."""
    return last_used_at is None or last_used_at <= at - KEY_STAMP_EVERY
