"""Businesses, people, invitations and keys as they cross the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import BusinessRole, ZoneRole
from kawasan.rooms.zone.types.numbers import KBLI_EDITION_NOW, BroadSector, SizeClass


class LegalForm(StrEnum):
    """Forms in which businesses exist."""

    INDIVIDUAL = "individual"
    SOLE_COMPANY = "sole_company"
    COMPANY = "company"
    CV = "cv"
    FIRM = "firm"
    COOPERATIVE = "cooperative"
    VILLAGE = "village_enterprise"
    FOUNDATION = "foundation"
    OTHER = "other"


class BusinessStatus(StrEnum):
    """Where a business stands with the zone."""

    APPLIED = "applied"
    ADMITTED = "admitted"
    SENT_BACK = "sent_back"
    SUSPENDED = "suspended"


# What a key may be allowed to do; each JSON route names the one it needs.
SCOPES = (
    "businesses:read",
    "businesses:write",
    "members:read",
    "members:write",
    "products:read",
    "products:write",
    "orders:read",
    "orders:write",
    "payments:read",
    "payments:write",
    "books:read",
    "books:write",
    "invoices:read",
    "invoices:write",
    "trace:read",
    "trace:write",
    "devices:read",
    "devices:write",
    "zone:read",
    "zone:admit",
)
ZONE_SCOPES = frozenset({"zone:read", "zone:admit"})

# Under which id the zone itself owns accounts.
ZONE_OWNER: UUID = ids.derived("zone", ids.NAMESPACE)


@dataclass(frozen=True, slots=True)
class Application:
    """What an owner writes when a business joins; texts as typed, checked by ``join``."""

    name: str
    legal_form: str
    nib: str
    npwp: str
    nik: str
    kbli_code: str
    regency_code: str
    district_code: str
    address: str
    phone: str
    size_basis: str
    size_amount_minor: int
    description: str
    kbli_edition: str = KBLI_EDITION_NOW


@dataclass(frozen=True, slots=True)
class Business:
    """A business of the zone as everybody may see it."""

    id: UUID
    name: str
    slug: str
    legal_form: LegalForm
    nib: str
    kbli_code: str
    kbli_edition: str
    kbli_title: str
    section: str
    sector: BroadSector
    regency_code: str
    regency_name: str
    province_code: str
    province_name: str
    district_code: str
    address: str
    phone: str
    description: str
    size_class: SizeClass
    status: BusinessStatus
    applied_at: datetime
    joined_at: datetime | None
    decided_at: datetime | None
    reason: str

    @property
    def is_admitted(self) -> bool:
        """Whether it may trade in the zone now."""
        return self.status is BusinessStatus.ADMITTED

    @property
    def public_id(self) -> str:
        """The id as programs and addresses show it."""
        return ids.public("biz", self.id)


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Numbers of a business and its owner, in full: personal data, never log them."""

    npwp: str
    nik: str

    def __repr__(self) -> str:
        return "Identity(…)"


@dataclass(frozen=True, slots=True)
class MaskedIdentity:
    """The same numbers as they may stand on a screen."""

    npwp: str
    nik: str


@dataclass(frozen=True, slots=True)
class BusinessOfPerson:
    """A business in which somebody has a role."""

    business: Business
    role: BusinessRole


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person, as colleagues and zone staff see one."""

    id: UUID
    name: str
    email: str
    language: str
    phone: str
    zone_role: ZoneRole | None
    joined_at: datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    """A person with a role in a business."""

    person_id: UUID
    name: str
    email: str
    role: BusinessRole
    since: datetime
    language: str = "id"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An open invitation to a business or to the zone."""

    id: UUID
    email: str
    business_id: UUID | None
    business_name: str
    role: str
    language: str
    invited_at: datetime
    expires_at: datetime
    invited_by_name: str


@dataclass(frozen=True, slots=True)
class Key:
    """An API key without its secret."""

    id: UUID
    name: str
    prefix: str
    business_id: UUID | None
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class NewKey:
    """A key just made; its secret is shown this once and never again."""

    key: Key
    secret: str


class Look(StrEnum):
    """What somebody of the zone looked at that is private to a business, as the access log names it."""

    IDENTITY = "identity_shown"
    TRANSFERS = "transfers_seen"
    APPLICATION = "application_seen"
    MONEY = "money_seen"
    BANK_ACCOUNT = "bank_account_seen"
    ORDER = "order_seen"
    DOUBTS = "doubts_seen"
    REVIEWS = "reviews_seen"
    DEVICES = "devices_seen"
    EVENTS = "events_seen"


ACCESS_SEQUENCE = "zone_access_log_number"  # numbers the access log; followers go by it


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """Who did what, to which business, when. ``is_program``: with a key, not in a browser."""

    id: UUID
    at: datetime
    action: str
    person_id: UUID | None
    person_name: str
    business_id: UUID | None
    note: str
    number: int = 0
    is_program: bool = False


@dataclass(frozen=True, slots=True)
class ZoneSettings:
    """The zone itself."""

    name: str
    owner_id: UUID
