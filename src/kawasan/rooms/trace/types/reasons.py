"""Why an event or a document is no EPCIS 2.0: codes that never change, each with its text for people."""

from __future__ import annotations

from typing import Final

from kawasan.core.errors import msg

# Shared with programs (docs/problems.md): a code is added or stays, its text may be said better.
REASONS: Final = {
    "member-missing": msg("{name} is missing"),
    "member-unknown": msg("{name} is not known here; what is your own needs a namespace (prefix:name)"),
    "type-wrong": msg("{value} is not of the right type ({known})"),
    "value-unknown": msg("{value} is none of {known}"),
    "word-unknown": msg("{value} is neither a word that the standard has here nor an address (URI) of your own"),
    "no-uri": msg("{value} is no address (URI)"),
    "no-moment": msg("{value} is no moment such as 2026-11-22T10:00:00+07:00"),
    "form-wrong": msg("{value} does not have the form {known}"),
    "too-few": msg("at least {least} must stand here"),
    "repeated": msg("the same stands here twice"),
    "says-too-little": msg("an event of this type must say more: which goods, and what was made of what"),
    "ilmd-needs-add": msg("ilmd is only for events whose action is ADD"),
    "number-too-large": msg("a number is too large"),
    "not-in-calendar": msg("this moment is not in the calendar"),
    "identifier-unusable": msg("an identifier is too long or cannot be read: {value}"),
    "too-many-pairs": msg("one capture ties no more than {most} pairs of things together"),
    "rule-broken": msg("a rule of the standard is broken ({name})"),
}
