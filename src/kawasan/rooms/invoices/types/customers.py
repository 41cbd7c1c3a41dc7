"""Whom a business bills, inside or outside the zone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Invalid, NotFound, msg

CUSTOMER_PREFIX = "cus"
NAME_LENGTH_MAX = 200
ADDRESS_LENGTH_MAX = 400
NUMBER_LENGTH_MAX = 30
HOME, CHINA = "IDN", "CHN"


class Proof(StrEnum):
    """By which number a customer is known; the first four are Coretax's, a USCC goes there as "Other ID"."""

    NONE = "none"
    TIN = "tin"
    NATIONAL_ID = "national-id"
    PASSPORT = "passport"
    OTHER = "other"
    USCC = "uscc"


@dataclass(frozen=True, slots=True, repr=False)
class CustomerData:
    """A customer as typed. Personal: never log it. ``language`` is that of the invoices."""

    name: str
    proof: Proof = Proof.NONE
    number: str = ""
    place: str = ""  # NITKU, 22 digits; empty: the head office
    country: str = HOME
    address: str = ""
    email: str = ""
    language: str = "id"

    def __repr__(self) -> str:
        return "CustomerData(…)"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as it may stand on a screen: numbers, address and e-mail with their middle hidden."""

    id: UUID
    business_id: UUID
    name: str
    proof: Proof
    masked_number: str
    place: str
    country: str
    masked_address: str
    masked_email: str
    language: str
    zone_business_id: UUID | None
    is_archived: bool

    @property
    def public_id(self) -> str:
        """The id as programs and addresses show it."""
        return ids.public(CUSTOMER_PREFIX, self.id)


class CustomerNotFound(NotFound):
    """No such customer of this business."""

    code = "customer-not-found"
    title = msg("Customer not found")
    detail = msg("This business has no such customer.")


class CustomerInvalid(Invalid):
    """Something about a customer that cannot be right."""

    code = "customer-invalid"
    title = msg("Please check the customer")
    detail = msg("Write a name, and numbers and addresses as they stand on the customer's papers.")


class CustomerNumberInvalid(CustomerInvalid):
    """A number that does not have the form it should."""

    code = "customer-number-invalid"
    detail = msg(
        "An NPWP has 15 or 16 digits, a NIK 16, a place of business (NITKU) 22, a Chinese company's number (USCC) 18 "
        "characters with a right check character."
    )


class CustomerIdReused(Conflict):
    """The id belongs to another customer."""

    code = "customer-id-reused"
    title = msg("This customer was saved before")
    detail = msg("The same id was used for another customer. Reload the page and try again.")
