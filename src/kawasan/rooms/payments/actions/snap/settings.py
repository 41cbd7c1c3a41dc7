"""How a zone gets to know its provider: settings, and keys that change without a moment in which none is right."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from kawasan.core import ids
from kawasan.core.access import Actor, ZoneRole
from kawasan.platform.db import requires_transaction
from kawasan.platform.telemetry import log
from kawasan.rooms.payments import models
from kawasan.rooms.payments.queries.providers import provider_settings
from kawasan.rooms.payments.rules.snap import signing
from kawasan.rooms.payments.rules.snap.profiles import SANDBOX, profile_named
from kawasan.rooms.payments.types import ProviderSettings, ProviderSettingsInvalid, UnknownProvider

KEYS_MAX = 2
LENGTH_MAX = 200
_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")
_OPTIONAL = ("partner_id", "channel_id", "merchant_id", "terminal_id", "va_prefix", "account_no", "own_bank")


@requires_transaction
def connect_provider(
    *,
    actor: Actor,
    name: str,
    profile: str,
    base_url: str,
    client_id: str,
    client_secret: str,
    their_keys: Sequence[str],
    at: datetime,
    our_key: str = "",
    **more: str,
) -> ProviderSettings:
    """
    Connect the zone to a provider, which makes its codes from now on; the same name again changes the connection.

    Without ``our_key`` a new key is made (or the earlier one kept); without ``their_keys`` nothing that they tell is
    taken yet. Only operators may. Raises Forbidden, ProviderSettingsInvalid.
    """
    actor.need_zone(ZoneRole.OPERATOR)
    _check(name, profile, base_url, client_id, client_secret, their_keys, more)
    earlier = models.Provider.objects.select_for_update().filter(name=name).first()
    keys = [our_key] if our_key else json.loads(earlier.our_keys) if earlier else [signing.new_private_key()]
    _check_key(keys[0], "our_key", is_private=True)
    models.Provider.objects.exclude(name=name).update(is_active=False)
    row = earlier or models.Provider(id=ids.uuid7(), name=name)
    if row.client_id != client_id:
        row.connected_at = at  # another relationship: movements from before it are none of ours
    row.profile, row.base_url, row.client_id, row.client_secret = (
        profile,
        base_url.rstrip("/"),
        client_id,
        client_secret,
    )
    row.our_keys, row.their_keys, row.is_active, row.changed_at = json.dumps(keys), list(their_keys), True, at
    for field in _OPTIONAL:
        setattr(row, field, more.get(field, getattr(row, field) or ""))
    row.partner_id = row.partner_id or client_id
    row.save()
    log.info("provider-connected", provider=name, profile=profile, by=str(actor.person_id or "system"))
    return provider_settings(name=name)


@requires_transaction
def add_our_key(*, actor: Actor, name: str, at: datetime) -> ProviderSettings:
    """
    Make our next key. It signs nothing yet: give its public half to the provider, then ``use_new_key``.

    Where there is a next key already, nothing changes. Raises Forbidden, UnknownProvider.
    """
    row = _locked(actor, name)
    keys = json.loads(row.our_keys)
    if len(keys) < KEYS_MAX:
        _keep(row, [*keys, signing.new_private_key()], at)
    return provider_settings(name=name)


@requires_transaction
def use_new_key(*, actor: Actor, name: str, at: datetime) -> ProviderSettings:
    """Sign with our next key from now on, and forget the one before. Without a next key nothing changes."""
    row = _locked(actor, name)
    _keep(row, json.loads(row.our_keys)[-1:], at)
    return provider_settings(name=name)


@requires_transaction
def add_their_key(*, actor: Actor, name: str, public_pem: str, at: datetime) -> ProviderSettings:
    """
    Accept a further public key of the provider, beside the newest one so far; a third pushes out the oldest.

    Raises Forbidden, UnknownProvider, ProviderSettingsInvalid.
    """
    row = _locked(actor, name)
    _check_key(public_pem, "their_keys", is_private=False)
    known = [key for key in row.their_keys if signing.fingerprint(key) != signing.fingerprint(public_pem)]
    row.their_keys, row.changed_at = [public_pem, *known][:KEYS_MAX], at
    row.save(update_fields=["their_keys", "changed_at"])
    return provider_settings(name=name)


@requires_transaction
def drop_their_old_key(*, actor: Actor, name: str, at: datetime) -> ProviderSettings:
    """Accept only the provider's newest public key from now on."""
    row = _locked(actor, name)
    row.their_keys, row.changed_at = row.their_keys[:1], at
    row.save(update_fields=["their_keys", "changed_at"])
    return provider_settings(name=name)


def _locked(actor: Actor, name: str) -> models.Provider:
    actor.need_zone(ZoneRole.OPERATOR)
    row = models.Provider.objects.select_for_update().filter(name=name).first()
    if row is None:
        raise UnknownProvider
    return row


def _keep(row: models.Provider, keys: list[str], at: datetime) -> None:
    row.our_keys, row.changed_at = json.dumps(keys), at
    row.save(update_fields=["our_keys", "changed_at"])


def _check(
    name: str,
    profile: str,
    base_url: str,
    client_id: str,
    client_secret: str,
    their_keys: Sequence[str],
    more: dict[str, Any],
) -> None:
    if unknown := set(more) - set(_OPTIONAL):
        raise ProviderSettingsInvalid(field="more", problem=min(unknown))
    given = {"client_id": client_id, "client_secret": client_secret, **more}
    for field, value in given.items():
        if (
            len(value) > LENGTH_MAX
            or not value.isprintable()
            or (not value and field in ("client_id", "client_secret"))
        ):
            raise ProviderSettingsInvalid(field=field, problem=field)
    if not _NAME.fullmatch(name):
        raise ProviderSettingsInvalid(field="name", problem="name")
    if profile_named(profile) is None:
        raise ProviderSettingsInvalid(field="profile", problem="profile")
    parts = urlsplit(base_url)
    # Only the sandbox is spoken to without encryption: it runs on the same machine and moves no money.
    if (parts.scheme != "https" and not (parts.scheme == "http" and profile == SANDBOX)) or not parts.hostname:
        raise ProviderSettingsInvalid(field="base_url", problem="base_url")
    if len(their_keys) > KEYS_MAX:
        raise ProviderSettingsInvalid(field="their_keys", problem="their_keys")
    for key in their_keys:
        _check_key(key, "their_keys", is_private=False)


def _check_key(pem: str, field: str, *, is_private: bool) -> None:
    try:
        signing.fingerprint(signing.public_of(pem) if is_private else pem)
    except signing.BadKey:
        raise ProviderSettingsInvalid(field=field, problem=field) from None
