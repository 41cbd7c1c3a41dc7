"""Trying a connection out, as `kawasan check-config` and `kawasan bank test` do: a token, and the balance."""

from __future__ import annotations

from kawasan.rooms.payments.actions.snap import calls
from kawasan.rooms.payments.actions.snap.client import SnapClient
from kawasan.rooms.payments.rules.snap import signing
from kawasan.rooms.payments.rules.snap.codes import SnapOutcome
from kawasan.rooms.payments.types import ProviderSettings


def try_provider(settings: ProviderSettings) -> tuple[bool, str]:
    """Return whether a provider knows us, and what it said. It calls out: never inside a transaction."""
    try:
        for key in settings.our_keys:
            signing.public_of(key)
        for key in settings.their_keys:
            signing.fingerprint(key)
    except signing.BadKey as error:
        return False, f"a {error} cannot be read"
    client = SnapClient(settings)
    try:
        answer = client.token_answer()
        if answer.outcome is not SnapOutcome.SUCCESS:
            return False, f"no token: {answer.code or 'no answer'} {answer.category}".rstrip()
        held = calls.balance_minor(client) if settings.account_no else None
    finally:
        client.close()
    return True, "token given" + (f", balance {held // 100:,} rupiah" if held is not None else "")
