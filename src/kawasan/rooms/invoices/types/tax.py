"""A month of tax invoices: what goes to the tax office, what has to be mended first, what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kawasan.core import ids
from kawasan.rooms.invoices.types.documents import DOCUMENT_PREFIX, Document


@dataclass(frozen=True, slots=True)
class Mend:
    """Something that Coretax would refuse: why, in which field, on which line (0: not on a line)."""

    reason: str
    field: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class TaxRow:
    """An invoice of the month and how far it is at the tax office."""

    document: Document
    mends: tuple[Mend, ...]

    @property
    def is_uploaded(self) -> bool:
        """Whether the tax office has it and gave it a number."""
        return self.document.uploaded_at is not None

    @property
    def is_replacement(self) -> bool:
        """Whether it replaces one that was uploaded: the bulk file takes none, it is made in Coretax itself."""
        return self.document.tax_revision > 0 and not self.is_uploaded

    @property
    def goes_into_file(self) -> bool:
        """Whether the file holds it."""
        return not self.is_uploaded and not self.is_replacement


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A credit note of the month, and the tax invoice that it takes back from."""

    document: Document
    origin_number: str
    origin_nsfp: str


@dataclass(frozen=True, slots=True)
class Retail:
    """
    Sales to end consumers (digunggung): reported as one sum, without tax invoices.

    ``ledger_minor`` came through till, QRIS and orders, PPN included; ``invoices_minor`` are invoices to customers
    without a number.
    """

    ledger_minor: int
    invoices_minor: int
    base_minor: int
    other_base_minor: int
    ppn_minor: int
    ledger_ppn_minor: int
    booked_minor: int


@dataclass(frozen=True, slots=True)
class TaxMonth:
    """A month of a business that collects PPN."""

    month: date
    seller_mends: tuple[Mend, ...]
    rows: tuple[TaxRow, ...]
    returns: tuple[ReturnRow, ...]
    retail: Retail
    files: int

    @property
    def mends(self) -> int:
        """How much has to be mended before the file can be made."""
        return len(self.seller_mends) + sum(len(row.mends) for row in self.rows if row.goes_into_file)

    @property
    def waiting(self) -> int:
        """How many invoices the file holds."""
        return sum(row.goes_into_file for row in self.rows)

    @property
    def is_ready(self) -> bool:
        """Whether the file can be downloaded."""
        return self.waiting > 0 and self.mends == 0

    @property
    def ppn_minor(self) -> int:
        """The month's output PPN: invoices less credit notes and what is reported as one sum."""
        billed = sum(row.document.sums.ppn_minor for row in self.rows)
        back = sum(row.document.sums.ppn_minor for row in self.returns)
        return billed - back + self.retail.ppn_minor


@dataclass(frozen=True, slots=True)
class TaxMarked:
    """What was noted about a document at the tax office."""

    document_id: UUID
    revision: int
    nsfp: str
    what: str

    @property
    def public_id(self) -> str:
        """The document's id as addresses show it."""
        return ids.public(DOCUMENT_PREFIX, self.document_id)
