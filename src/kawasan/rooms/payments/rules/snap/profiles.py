"""How providers differ inside the SNAP standard: data (data/snap_profiles.json), read into one shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from kawasan.rooms.payments.rules.snap.codes import Service
from kawasan.rooms.payments.rules.snap.wire import MissingField, text_at

SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a provider wants; see the notes in the data file."""

    name: str
    title: str
    source: str
    prefix: str
    version: str
    paths: Mapping[str, str]
    timestamp: str
    token_timestamp: str
    sign_query: bool
    expires_in_as: str
    external_id_digits: bool
    channel_id: str
    window_seconds: int
    money_id: str
    callback_auth: str
    reserved_days: int
    sends: Mapping[str, list[str]]
    mandatory: Mapping[str, list[str]]

    def path(self, service: Service) -> str:
        """Return the path of a service, with the provider's prefix and version."""
        return self.paths.get(service.value) or f"{self.prefix}/{self.version}/{service.value}"

    def service(self, path: str) -> Service | None:
        """Return the service behind a path."""
        return next((service for service in Service if self.path(service) == path), None)

    def signed_url(self, url: str) -> str:
        """Return the relative URL as the provider signs it: with the query string, or without."""
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}" if parts.query and self.sign_query else parts.path

    def needs(self, service: Service, field: str) -> bool:
        """Return whether the provider wants one of its own numbers in the body of a service."""
        return field in self.sends.get(service.value, ())

    def check(self, service: Service, body: Mapping[str, Any]) -> None:
        """Raise MissingField for a body without a mandatory field."""
        for path in self.mandatory.get(service.value, ()):
            if not text_at(dict(body), path):
                raise MissingField(path)


@cache
def profiles() -> Mapping[str, Profile]:
    """Return every profile by its name."""
    told = json.loads((files("kawasan.rooms.payments") / "data" / "snap_profiles.json").read_text(encoding="utf-8"))
    return MappingProxyType({name: _profile(name, told["default"], own) for name, own in told["profiles"].items()})


def profile_named(name: str) -> Profile | None:
    """Return a profile, or None where there is none of this name."""
    return profiles().get(name)


def _profile(name: str, default: dict[str, Any], own: dict[str, Any]) -> Profile:
    given = default | own
    given["mandatory"] = default["mandatory"] | own.get("mandatory", {})
    return Profile(name=name, **given)
