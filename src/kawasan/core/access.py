"""Who is asking: an actor with roles, built by the edge and handed inwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from kawasan.core.errors import Forbidden, NotFound, Unauthenticated


class BusinessRole(StrEnum):
    """What a person may do in a business."""

    OWNER = "owner"
    STAFF = "staff"
    ACCOUNTANT = "accountant"


class ZoneRole(StrEnum):
    """What a person may do in the zone."""

    OPERATOR = "operator"
    STAFF = "staff"
    AUDITOR = "auditor"


ALL_SCOPES = frozenset({"*"})


@dataclass(frozen=True, slots=True)
class Actor:
    """
    Somebody asking: a signed-in person, a key of a business, or the system itself.

    ``businesses`` maps a business id to the caller's role in it. ``scopes`` narrows an API key (``orders:read``...);
    a person in a browser has ``*``.
    """

    person_id: UUID | None = None
    businesses: dict[UUID, BusinessRole] = field(default_factory=dict)
    zone_role: ZoneRole | None = None
    scopes: frozenset[str] = ALL_SCOPES
    is_system: bool = False
    name: str = ""

    @property
    def is_signed_in(self) -> bool:
        return self.person_id is not None or bool(self.businesses) or self.is_system

    @property
    def sees_zone(self) -> bool:
        """Whether this caller may see every business's rows (zone staff, auditor, operator, system)."""
        return self.is_system or self.zone_role is not None

    def need_person(self) -> UUID:
        """Return the person's id. Raises Unauthenticated for strangers."""
        if self.person_id is None:
            raise Unauthenticated
        return self.person_id

    def need_scope(self, scope: str) -> None:
        """Raise Forbidden unless the key carries this scope."""
        if "*" not in self.scopes and scope not in self.scopes:
            raise Forbidden(scope=scope)

    def need_business(self, business_id: UUID, *roles: BusinessRole) -> None:
        """
        Require one of ``roles`` (any role when none is given) in this business.

        Raises Unauthenticated for strangers, NotFound for people of other businesses (so that ids cannot be probed)
        and Forbidden where the role is too small.
        """
        if self.is_system:
            return
        if not self.is_signed_in:
            raise Unauthenticated
        role = self.businesses.get(business_id)
        if role is None:
            raise NotFound
        if roles and role not in roles:
            raise Forbidden(needs=", ".join(roles))

    def need_zone(self, *roles: ZoneRole) -> None:
        """Require one of ``roles`` (any role when none is given) in the zone. The operator may do what staff may."""
        if self.is_system:
            return
        if not self.is_signed_in:
            raise Unauthenticated
        if self.zone_role is None:
            raise Forbidden
        if roles and self.zone_role not in roles and self.zone_role is not ZoneRole.OPERATOR:
            raise Forbidden(needs=", ".join(roles))


STRANGER = Actor(scopes=frozenset())
SYSTEM = Actor(is_system=True, name="system")
