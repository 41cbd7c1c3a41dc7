"""What people read for each code word of the room, in English for translation."""

from __future__ import annotations

from kawasan.core.errors import msg

LABELS: dict[str, dict[str, str]] = {
    "legal_form": {
        "individual": msg("Individual"),
        "sole_company": msg("One-person company (PT Perorangan)"),
        "company": msg("Limited company (PT)"),
        "cv": msg("Limited partnership (CV)"),
        "firm": msg("Partnership (Firma)"),
        "cooperative": msg("Cooperative"),
        "village_enterprise": msg("Village enterprise (BUMDes)"),
        "foundation": msg("Foundation"),
        "other": msg("Another form"),
    },
    "status": {
        "applied": msg("Waiting for the zone"),
        "admitted": msg("Admitted"),
        "sent_back": msg("Sent back"),
        "suspended": msg("Suspended"),
    },
    "status_tone": {"applied": "warm", "admitted": "good", "sent_back": "nila", "suspended": "bad"},
    "size": {
        "micro": msg("Micro business"),
        "small": msg("Small business"),
        "medium": msg("Medium business"),
        "large": msg("Large business"),
    },
    "size_basis": {
        "annual_sales": msg("Sales in a year (already running)"),
        "capital": msg("Capital, without land and buildings (new)"),
    },
    "sector": {
        "agriculture": msg("Agriculture, forestry and fishing"),
        "industry": msg("Industry and construction"),
        "services": msg("Trade and services"),
    },
    "role": {
        "owner": msg("Owner"),
        "staff": msg("Staff"),
        "accountant": msg("Accountant"),
        "operator": msg("Operator"),
        "auditor": msg("Auditor"),
    },
    "role_help": {
        "owner": msg("May do everything, and invites the team"),
        "staff": msg("Products, stock and orders"),
        "accountant": msg("Money and reports, looks only"),
        "operator": msg("May do everything, and gives roles"),
        "auditor": msg("Sees everything, changes nothing"),
    },
    "scope": {
        "businesses:read": msg("Read businesses"),
        "businesses:write": msg("Apply for a business and correct it"),
        "members:read": msg("Read the team"),
        "members:write": msg("Invite and change the team"),
        "products:read": msg("Read products and stock"),
        "products:write": msg("Change products and stock"),
        "orders:read": msg("Read orders"),
        "orders:write": msg("Place, ship and cancel orders"),
        "payments:read": msg("Read balances and statements"),
        "payments:write": msg("Move money"),
        "zone:read": msg("Read what zone staff read"),
        "zone:admit": msg("Admit and send back applications"),
    },
    "action": {
        "applied": msg("applied to join"),
        "applied_again": msg("corrected the application and applied again"),
        "admitted": msg("admitted the business"),
        "sent_back": msg("sent the application back"),
        "suspended": msg("suspended the business"),
        "restored": msg("restored the business"),
        "identity_shown": msg("looked at the full identity numbers"),
        "transfers_seen": msg("looked at the business's transfers"),
        "invited": msg("invited somebody"),
        "invitation_accepted": msg("accepted an invitation"),
        "invitation_withdrawn": msg("withdrew an invitation"),
        "role_changed": msg("changed a role"),
        "member_removed": msg("removed somebody from the team"),
        "zone_role_granted": msg("gave a role in the zone"),
        "zone_role_taken": msg("took away a role in the zone"),
        "key_created": msg("made an API key"),
        "key_revoked": msg("revoked an API key"),
    },
}
