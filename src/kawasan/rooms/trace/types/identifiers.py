"""Identifiers of things, as they cross the door."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """A GS1 key with its qualifiers (application identifier -> escaped value), and its canonical address."""

    key: str
    value: str
    qualifiers: dict[str, str]
    canonical: str

    @property
    def lot(self) -> str | None:
        """The batch, where one is named."""
        return self.qualifiers.get("10")
