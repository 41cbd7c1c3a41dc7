"""What crosses the zone room's door: identifiers, sectors, regions, sizes, and the refusals about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import BusinessRole, ZoneRole
from kawasan.core.errors import Conflict, Invalid, NotFound, msg

KBLI_EDITIONS = ("2025", "2020")
KBLI_EDITION_NOW = "2025"


class InvalidNib(Invalid):
    """Not a business identification number."""

    code = "invalid-nib"
    title = msg("This NIB is not right")
    detail = msg("A NIB has exactly 13 digits. Copy it from your OSS certificate.")


class InvalidNpwp(Invalid):
    """Not a taxpayer number."""

    code = "invalid-npwp"
    title = msg("This NPWP is not right")
    detail = msg("An NPWP has 16 digits (15 on older cards). Copy it from your tax card.")


class InvalidNik(Invalid):
    """Not a citizen's number; ``reason`` says what gave it away, never the number itself."""

    code = "invalid-nik"
    title = msg("This NIK is not right")
    detail = msg("A NIK has 16 digits that carry a region, a birth date and a serial number. Compare it with the card.")


class InvalidUscc(Invalid):
    """Not a Chinese company's unified social credit code."""

    code = "invalid-uscc"
    title = msg("This company number is not right")
    detail = msg("A unified social credit code has 18 characters, and its last one must fit the others.")


class InvalidPhone(Invalid):
    """Not a telephone number."""

    code = "invalid-phone"
    title = msg("This phone number is not right")
    detail = msg("Write it like 0812 3456 7890, or with the country code like +62 812 3456 7890.")


class InvalidKbli(Invalid):
    """No such five-digit code in any edition."""

    code = "invalid-kbli"
    title = msg("There is no such KBLI code")
    detail = msg("A KBLI code has five digits. Search by what your business does and pick one.")


class WrongKbliEdition(Invalid):
    """The code exists, in another edition of the classification."""

    code = "wrong-kbli-edition"
    title = msg("This KBLI code is from another edition")
    detail = msg("{kbli} stands in KBLI {found}, not in KBLI {edition}. Search again and pick the matching code.")


class UnknownRegion(Invalid):
    """No such province, regency, city or district."""

    code = "unknown-region"
    title = msg("We do not know this region")
    detail = msg("Pick a regency or city from the list.")


class InvalidSize(Invalid):
    """Capital or sales below zero."""

    code = "invalid-size"
    title = msg("This amount cannot be right")
    detail = msg("Capital and yearly sales are zero or more.")


class Gender(StrEnum):
    """As a NIK tells it: L laki-laki (man), P perempuan (woman)."""

    MAN = "L"
    WOMAN = "P"


class NumberWarning(StrEnum):
    """Odd, but not refused: the tax office's own samples break these rules."""

    CHECK_DIGIT = "check-digit"
    NOT_A_NIK = "not-a-nik"


class BroadSector(StrEnum):
    """The three sectors that figures are grouped by, in every edition of KBLI."""

    AGRICULTURE = "agriculture"
    INDUSTRY = "industry"
    SERVICES = "services"


class SizeBasis(StrEnum):
    """What a size class is taken from: capital at founding, yearly sales for a firm already running."""

    CAPITAL = "capital"
    ANNUAL_SALES = "annual_sales"


class SizeClass(StrEnum):
    """Size of a business by PP 7/2021."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class RiskLevel(StrEnum):
    """Risk of an activity by PP 28/2025; one KBLI code can have several, so it is kept for each licence."""

    LOW = "low"
    MEDIUM_LOW = "medium_low"
    MEDIUM_HIGH = "medium_high"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Npwp:
    """A taxpayer number in its 16-digit form, with what is odd about it."""

    number: str
    warnings: tuple[NumberWarning, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Nik:
    """What a citizen's number says about its owner at the time of issue. Personal data: never log it."""

    number: str
    province_code: str
    regency_code: str
    district_code: str
    gender: Gender
    birth_date: date
    serial: str

    def __repr__(self) -> str:
        return "Nik(…)"


@dataclass(frozen=True, slots=True)
class Kbli:
    """A five-digit activity of one edition; ``section`` is a letter of that same edition."""

    code: str
    edition: str
    title: str
    description: str
    section: str
    division: str
    sector: BroadSector


@dataclass(frozen=True, slots=True)
class Province:
    """A province with its Kemendagri code (``32``)."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Regency:
    """A regency or city with its Kemendagri code (``32.73``)."""

    code: str
    name: str
    province_code: str
    province_name: str


@dataclass(frozen=True, slots=True)
class District:
    """A district (kecamatan) with its Kemendagri code (``32.73.01``)."""

    code: str
    name: str
    regency_code: str


class UnknownBusiness(NotFound):
    """No such business, or not for this caller."""

    code = "unknown-business"
    title = msg("No such business")
    detail = msg("We could not find this business.")


class NibTaken(Conflict):
    """Another business of the zone has this NIB."""

    code = "nib-taken"
    title = msg("This NIB is already registered here")
    detail = msg("A business with this NIB is in the zone or has applied. Ask its owner to invite you.")


class MissingTaxIdentity(Invalid):
    """Neither an NPWP nor a NIK was given."""

    code = "missing-tax-identity"
    title = msg("NPWP or NIK needed")
    detail = msg("Give the NPWP of the business, or the NIK of its owner.")


class InvalidName(Invalid):
    """A name is empty, too long or holds unprintable characters."""

    code = "invalid-name"
    title = msg("This name is not right")
    detail = msg("A name has 2 to {most} visible characters.")


class TooLong(Invalid):
    """A text is longer than its place."""

    code = "too-long"
    title = msg("This text is too long")
    detail = msg("At most {most} characters fit here.")


class UnknownLegalForm(Invalid):
    """Not one of the legal forms."""

    code = "unknown-legal-form"
    title = msg("Choose a legal form")
    detail = msg("Pick one of the forms in the list.")


class MissingReason(Invalid):
    """A decision against somebody needs a reason."""

    code = "missing-reason"
    title = msg("A reason is needed")
    detail = msg("Write in a sentence what the owner has to change, at most {most} characters.")


class WrongStatus(Conflict):
    """The business is not in a state that allows this."""

    code = "wrong-status"
    title = msg("Not possible in this state")
    detail = msg("The business is now “{status}”, so this cannot be done.")


class InvalidEmail(Invalid):
    """Not an e-mail address."""

    code = "invalid-email"
    title = msg("This e-mail address is not right")
    detail = msg("Write it like name@example.com.")


class UnknownRole(Invalid):
    """Not one of the roles."""

    code = "unknown-role"
    title = msg("Choose a role")
    detail = msg("Pick one of the roles in the list.")


class UnknownPerson(NotFound):
    """No such person, or not for this caller."""

    code = "unknown-person"
    title = msg("No such person")
    detail = msg("Nobody here signs in with this. Ask them to create an account first, or invite them.")


class LastOwner(Conflict):
    """A business may not be left without an owner."""

    code = "last-owner"
    title = msg("The last owner stays")
    detail = msg("Make somebody else an owner first.")


class LastOperator(Conflict):
    """A zone may not be left without an operator."""

    code = "last-operator"
    title = msg("The last operator stays")
    detail = msg("Make somebody else an operator first.")


class AlreadyMember(Conflict):
    """The person has a role here already."""

    code = "already-member"
    title = msg("Already in the team")
    detail = msg("This person has a role here. Change the role instead.")


class UnknownInvitation(NotFound):
    """No open invitation belongs to this link."""

    code = "unknown-invitation"
    title = msg("This invitation does not open")
    detail = msg("The link is wrong, was used already or was withdrawn. Ask for a new invitation.")


class InvitationExpired(Conflict):
    """The invitation was not accepted in time."""

    code = "invitation-expired"
    title = msg("This invitation has expired")
    detail = msg("Ask for a new one.")


class InvitationForSomebodyElse(Conflict):
    """The invitation names another e-mail address."""

    code = "invitation-for-somebody-else"
    title = msg("This invitation is for another address")
    detail = msg("Sign in with the e-mail address that the invitation was sent to.")


class TooManyInvitations(Conflict):
    """Too many invitations are open at once."""

    code = "too-many-invitations"
    title = msg("Too many open invitations")
    detail = msg("{most} invitations are open. Withdraw some, or wait until they are accepted.")


class UnknownKey(NotFound):
    """No such API key, or not for this caller."""

    code = "unknown-key"
    title = msg("No such key")
    detail = msg("We could not find this key.")


class TooManyKeys(Conflict):
    """Too many API keys are in use."""

    code = "too-many-keys"
    title = msg("Too many keys")
    detail = msg("{most} keys are in use. Revoke one that is no longer needed.")


class UnknownScope(Invalid):
    """Not a scope, or none was chosen."""

    code = "unknown-scope"
    title = msg("Choose what the key may do")
    detail = msg("Pick at least one scope of the list.")


class UnknownStatus(Invalid):
    """Not a status of a business."""

    code = "unknown-status"
    title = msg("No such status")
    detail = msg("Choose a status of the list.")


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
    "zone:read",
    "zone:admit",
)
ZONE_SCOPES = frozenset({"zone:read", "zone:admit"})


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


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """Who did what, to which business, when."""

    id: UUID
    at: datetime
    action: str
    person_id: UUID | None
    person_name: str
    business_id: UUID | None
    note: str


@dataclass(frozen=True, slots=True)
class ZoneSettings:
    """The zone itself."""

    name: str
    owner_id: UUID
