"""Bank accounts that money may be paid out to."""

from __future__ import annotations

from kawasan.rooms.payments.types import AccountHolderInvalid, AccountNumberInvalid, BankAccount, BankAccountInvalid

# The banks that small businesses use most, by the three-digit code of Bank Indonesia's list of participants.
BANKS: dict[str, str] = {
    "002": "BRI",
    "008": "Bank Mandiri",
    "009": "BNI",
    "014": "BCA",
    "022": "CIMB Niaga",
    "013": "Bank Permata",
    "011": "Bank Danamon",
    "200": "BTN",
    "451": "Bank Syariah Indonesia (BSI)",
    "147": "Bank Muamalat",
    "110": "bank bjb",
    "113": "Bank Jateng",
    "114": "Bank Jatim",
    "535": "SeaBank",
    "542": "Bank Jago",
}
_NUMBER_LENGTHS = range(6, 21)
_HOLDER_LENGTH_MAX = 60


def checked_account(*, bank: str, number: str, holder: str) -> BankAccount:
    """Return a bank account whose form is right, spaces and dashes dropped. Raises BankAccountInvalid."""
    digits = "".join(letter for letter in number if letter not in " -.")
    name = " ".join(holder.split())
    if bank not in BANKS:
        raise BankAccountInvalid(field="bank")
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in _NUMBER_LENGTHS:
        raise AccountNumberInvalid(field="number")
    if not 2 <= len(name) <= _HOLDER_LENGTH_MAX or not name.isprintable():
        raise AccountHolderInvalid(field="holder")
    return BankAccount(bank=bank, number=digits, holder=name)
