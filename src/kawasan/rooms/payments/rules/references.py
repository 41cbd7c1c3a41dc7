"""The reference of a payment inside its QRIS code: its id in 25 letters (EMVCo allows 25 in 62.05)."""

from __future__ import annotations

from uuid import UUID

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LENGTH = 25  # 36^25 is just above 2^128


def reference_of(payment_id: UUID) -> str:
    """Return the id in base 36, 25 characters."""
    number, letters = payment_id.int, []
    for _ in range(LENGTH):
        number, digit = divmod(number, 36)
        letters.append(_DIGITS[digit])
    return "".join(reversed(letters))


def id_of(reference: str) -> UUID | None:
    """Read a reference back; None for what cannot be one."""
    if len(reference) != LENGTH or any(letter not in _DIGITS for letter in reference):
        return None
    number = int(reference, 36)
    return UUID(int=number) if number < 2**128 else None
