"""Tables of the room: people, businesses, roles, invitations, keys, drafts, and who looked at what."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import PROTECT, Q

from kawasan.core import ids
from kawasan.core.access import BusinessRole, ZoneRole
from kawasan.platform.fields import EncryptedText
from kawasan.rooms.zone.types import BusinessStatus, LegalForm, SizeBasis, SizeClass

NAME_MAX = 120
SLUG_MAX = 80
ADDRESS_MAX = 300
DESCRIPTION_MAX = 2_000
REASON_MAX = 1_000


def _values(kinds: type[StrEnum]) -> list[str]:
    return [kind.value for kind in kinds]


class People(BaseUserManager["Person"]):
    """Creates people; used by sign-in."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        """Create a person who signs in with this e-mail address."""
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Somebody who signs in: buyer, owner, staff or official."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=NAME_MAX, blank=True)
    language = models.CharField(max_length=10, default="id")
    phone = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(null=True)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "zone_person"

    def __str__(self) -> str:
        return f"Person {self.pk}"


class Business(models.Model):
    """A business: what everybody may know about it. Its private numbers are in Identity."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=NAME_MAX)
    slug = models.CharField(max_length=SLUG_MAX, unique=True)
    legal_form = models.CharField(max_length=30)
    nib = models.CharField(max_length=13)
    kbli_code = models.CharField(max_length=5)
    kbli_edition = models.CharField(max_length=4)
    section = models.CharField(max_length=1)  # a letter of that edition: letters moved between editions
    sector = models.CharField(max_length=20)
    regency_code = models.CharField(max_length=5)
    district_code = models.CharField(max_length=8, blank=True)
    address = models.CharField(max_length=ADDRESS_MAX, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    description = models.CharField(max_length=DESCRIPTION_MAX, blank=True)
    size_class = models.CharField(max_length=10)
    status = models.CharField(max_length=10)
    applied_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    reason = models.CharField(max_length=REASON_MAX, blank=True)

    class Meta:
        db_table = "zone_business"
        constraints = [
            models.UniqueConstraint(
                fields=["nib"], condition=~Q(status=BusinessStatus.SENT_BACK.value), name="zone_business_nib_once"
            ),
            models.CheckConstraint(condition=Q(nib__regex="^[0-9]{13}$"), name="zone_business_nib_digits"),
            models.CheckConstraint(condition=Q(status__in=_values(BusinessStatus)), name="zone_business_status_known"),
            models.CheckConstraint(condition=Q(legal_form__in=_values(LegalForm)), name="zone_business_form_known"),
            models.CheckConstraint(condition=Q(size_class__in=_values(SizeClass)), name="zone_business_size_known"),
            models.CheckConstraint(
                condition=~Q(status__in=[BusinessStatus.ADMITTED.value, BusinessStatus.SUSPENDED.value])
                | Q(joined_at__isnull=False),
                name="zone_business_admitted_has_joined",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "id"], name="zone_business_status"),
            models.Index(fields=["name", "id"], name="zone_business_name"),
            models.Index(fields=["regency_code"], name="zone_business_regency"),
        ]


class Identity(models.Model):
    """The private numbers of a business, encrypted; equal numbers are found by a keyed hash."""

    business = models.OneToOneField(Business, PROTECT, primary_key=True, related_name="+")
    npwp = EncryptedText(blank=True)
    npwp_index = models.CharField(max_length=64, blank=True, db_index=True)
    nik = EncryptedText(blank=True)
    nik_index = models.CharField(max_length=64, blank=True, db_index=True)
    size_basis = models.CharField(max_length=12)
    size_amount_minor = models.BigIntegerField()

    class Meta:
        db_table = "zone_business_identity"
        constraints = [
            models.CheckConstraint(condition=~Q(npwp_index="", nik_index=""), name="zone_identity_has_a_number"),
            models.CheckConstraint(condition=Q(size_basis__in=_values(SizeBasis)), name="zone_identity_basis_known"),
            models.CheckConstraint(condition=Q(size_amount_minor__gte=0), name="zone_identity_amount_positive"),
        ]


class Membership(models.Model):
    """A person's role in a business."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, PROTECT, related_name="+")
    business = models.ForeignKey(Business, PROTECT, related_name="+")
    role = models.CharField(max_length=12)
    since = models.DateTimeField()

    class Meta:
        db_table = "zone_membership"
        constraints = [
            models.UniqueConstraint(fields=["person", "business"], name="zone_membership_once"),
            models.CheckConstraint(condition=Q(role__in=_values(BusinessRole)), name="zone_membership_role_known"),
        ]


class ZoneMembership(models.Model):
    """A person's role in the zone."""

    person = models.OneToOneField(Person, PROTECT, primary_key=True, related_name="+")
    role = models.CharField(max_length=12)
    since = models.DateTimeField()

    class Meta:
        db_table = "zone_zone_membership"
        constraints = [
            models.CheckConstraint(condition=Q(role__in=_values(ZoneRole)), name="zone_zone_membership_role_known")
        ]


class Invitation(models.Model):
    """An invitation by e-mail; only a hash of its link's token is kept."""

    id = models.UUIDField(primary_key=True)
    token_hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField()
    business = models.ForeignKey(Business, PROTECT, null=True, related_name="+")
    business_role = models.CharField(max_length=12, blank=True)
    zone_role = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=10, default="id")
    invited_by = models.ForeignKey(Person, PROTECT, null=True, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.UUIDField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "zone_invitation"
        constraints = [
            models.CheckConstraint(
                condition=Q(business__isnull=False, zone_role="", business_role__in=_values(BusinessRole))
                | Q(business__isnull=True, business_role="", zone_role__in=_values(ZoneRole)),
                name="zone_invitation_one_role",
            )
        ]


class Key(models.Model):
    """An API key of a business, or of a person; only a hash of its secret is kept."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=NAME_MAX)
    business = models.ForeignKey(Business, PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, PROTECT, null=True, related_name="+")
    prefix = models.CharField(max_length=16, unique=True)
    secret_hash = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=30))
    created_at = models.DateTimeField()
    created_by = models.UUIDField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)

    class Meta:
        db_table = "zone_key"
        constraints = [
            models.CheckConstraint(
                condition=Q(business__isnull=True, person__isnull=False)
                | Q(business__isnull=False, person__isnull=True),
                name="zone_key_has_one_owner",
            )
        ]


class Draft(models.Model):
    """A join form somebody has begun; encrypted whole, since it holds identity numbers."""

    person = models.OneToOneField(Person, PROTECT, primary_key=True, related_name="+")
    form = EncryptedText()
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "zone_draft"


class AccessLog(models.Model):
    """Who did what to which business. Rows are only ever added."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    action = models.CharField(max_length=40)
    person = models.ForeignKey(Person, PROTECT, null=True, related_name="+")
    business = models.ForeignKey(Business, PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=REASON_MAX, blank=True)
    number = models.BigIntegerField()  # in the order of commits, for followers
    is_program = models.BooleanField(default=False)

    class Meta:
        db_table = "zone_access_log"
        constraints = [models.UniqueConstraint(fields=["number"], name="zone_access_log_number_once")]
        indexes = [models.Index(fields=["business", "id"], name="zone_access_log_business")]
