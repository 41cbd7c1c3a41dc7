"""Reads of connections to providers and of the codes that they made."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings as django_settings
from django.db.models import QuerySet

from kawasan.core.access import Actor
from kawasan.rooms.payments import models
from kawasan.rooms.payments.rules.snap import signing
from kawasan.rooms.payments.rules.snap.profiles import SANDBOX, Profile, profiles
from kawasan.rooms.payments.types import (
    NoProvider,
    PaymentMeans,
    PaymentStatus,
    ProviderKeys,
    ProviderSettings,
    UnknownProvider,
)
from kawasan.rooms.payments.types.snap import CodeKind, CodeState

STUCK_AFTER = timedelta(minutes=2)  # a payment that nobody told about for so long is asked about
BEFORE_END = timedelta(seconds=75)  # and once more shortly before it ends


def active_provider() -> str:
    """Return the name of the provider that makes our codes. Raises NoProvider where there is none."""
    found = _usable().filter(is_active=True).values_list("name", flat=True).first()
    if found is None:
        raise NoProvider
    return found


def provider_settings(*, name: str | None = None) -> ProviderSettings:
    """Return a connection with its secrets, by default the one that makes our codes. Raises UnknownProvider."""
    row = _usable().filter(**({"name": name} if name else {"is_active": True})).first()
    if row is None:
        raise UnknownProvider if name else NoProvider
    return _as_settings(row)


def all_provider_settings() -> list[ProviderSettings]:
    """Return every connection with its secrets, the active one first."""
    return [_as_settings(row) for row in _usable().order_by("-is_active", "name")]


def provider_profiles() -> list[Profile]:
    """Return how providers differ inside the standard, by name."""
    return sorted(profiles().values(), key=lambda one: one.name)


def provider_keys(*, actor: Actor) -> list[ProviderKeys]:
    """Return every connection as people may see it: no secret, keys by their fingerprints. For zone roles."""
    actor.need_zone()
    return [_as_keys(one) for one in all_provider_settings()]


def practice_address() -> str:
    """Return where the sandbox bank of this zone answers, or nothing where codes are made by a real provider."""
    row = _usable().filter(is_active=True, profile=SANDBOX).values_list("base_url", flat=True).first()
    return row or ""


# The sandbox moves play money: a deployment for real people does not even know a connection to it.
def _usable() -> QuerySet[models.Provider]:
    rows = models.Provider.objects.all()
    return rows if django_settings.KAWASAN_SANDBOX else rows.exclude(profile=SANDBOX)


def _as_settings(row: models.Provider) -> ProviderSettings:
    return ProviderSettings(
        id=row.pk,
        name=row.name,
        profile=row.profile,
        base_url=row.base_url,
        client_id=row.client_id,
        client_secret=row.client_secret,
        our_keys=tuple(json.loads(row.our_keys)),
        their_keys=tuple(row.their_keys),
        partner_id=row.partner_id,
        channel_id=row.channel_id,
        merchant_id=row.merchant_id,
        terminal_id=row.terminal_id,
        va_prefix=row.va_prefix,
        account_no=row.account_no,
        own_bank=row.own_bank,
        is_active=row.is_active,
        connected_at=row.connected_at,
    )


def _as_keys(one: ProviderSettings) -> ProviderKeys:
    return ProviderKeys(
        name=one.name,
        profile=one.profile,
        base_url=one.base_url,
        ours=tuple(signing.fingerprint(signing.public_of(key)) for key in one.our_keys),
        theirs=tuple(signing.fingerprint(key) for key in one.their_keys),
        our_public_pem="".join(signing.public_of(key) for key in one.our_keys),
    )


# Codes


def means_of(*, payment_id: UUID) -> list[PaymentMeans]:
    """Return the ways to pay a payment, the newest of each kind."""
    newest: dict[str, models.Code] = {}
    for row in models.Code.objects.filter(payment_id=payment_id).order_by("pk"):
        newest[row.kind] = row
    return [as_means(row) for row in newest.values()]


def codes_of(*, payment_id: UUID) -> list[models.Code]:
    """Return every code that a provider may know of a payment, oldest first."""
    return list(models.Code.objects.filter(payment_id=payment_id, attempts__gt=0).order_by("pk"))


def waiting_codes(*, at: datetime, again_after: timedelta, limit: int) -> list[UUID]:
    """Return codes of open payments that were wanted a while ago and are not made yet, oldest first."""
    rows = models.Code.objects.filter(
        state__in=[CodeState.ASKED.value, CodeState.UNKNOWN.value],
        asked_at__lt=at - again_after,
        payment__status=PaymentStatus.REQUESTED.value,
    )
    return list(rows.order_by("asked_at").values_list("pk", flat=True)[:limit])


def open_codes_of_closed(*, payment_id: UUID) -> list[models.Code]:
    """Return codes that could still be paid although their payment is closed."""
    rows = models.Code.objects.filter(payment_id=payment_id, state=CodeState.MADE.value)
    return list(rows.exclude(payment__status=PaymentStatus.REQUESTED.value))


def has_open_codes(*, payment_id: UUID) -> bool:
    """Return whether something could still be paid of a closed payment."""
    return bool(open_codes_of_closed(payment_id=payment_id))


def stuck_payments(*, at: datetime, limit: int) -> list[UUID]:
    """Return open payments that should be asked about: nobody told for long, or they end soon and were not asked."""
    rows = models.Code.objects.filter(
        state=CodeState.MADE.value,
        payment__status=PaymentStatus.REQUESTED.value,
        asked_at__lt=at - STUCK_AFTER,
    )
    ending = models.Code.objects.filter(
        state=CodeState.MADE.value,
        payment__status=PaymentStatus.REQUESTED.value,
        payment__expires_at__range=(at, at + BEFORE_END),
        asked_at__lt=at - BEFORE_END,
    )
    found = [*ending.values_list("payment_id", flat=True)[:limit], *rows.values_list("payment_id", flat=True)[:limit]]
    return list(dict.fromkeys(found))[:limit]


def payment_of_code(*, provider: str, reference: str) -> UUID | None:
    """Return the payment that a provider's message names, if it is ours."""
    code = models.Code.objects.filter(provider=provider, reference=reference).values_list("payment_id", flat=True)
    if found := code.first():
        return found
    # Payments from before codes had a table of their own carry their one reference themselves.
    rows = models.Payment.objects.filter(provider=provider, reference=reference)
    return rows.values_list("pk", flat=True).first()


def reference_of_va(*, provider: str, customer_no: str) -> str:
    """Return our number of the bill behind a virtual account, the newest where one was used again; or nothing."""
    rows = models.Code.objects.filter(provider=provider, kind=CodeKind.VA.value, customer_no=customer_no)
    found = rows.exclude(customer_no="").order_by("-pk").values_list("reference", flat=True).first()
    return found or ""


def as_means(row: models.Code) -> PaymentMeans:
    """Return a code as it crosses the door."""
    return PaymentMeans(
        id=row.pk,
        payment_id=row.payment_id,
        kind=CodeKind(row.kind),
        state=CodeState(row.state),
        content=row.content,
        problem=row.problem,
    )
