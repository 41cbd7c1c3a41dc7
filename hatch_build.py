"""Build hook: compile the translations into the wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileMessages(BuildHookInterface[Any]):
    """Writes a .mo beside every .po before the wheel is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del version, build_data
        for source in Path(self.root, "src").rglob("*.po"):
            with source.open("rb") as file:
                catalog = read_po(file, locale=source.parent.parent.name)
            with source.with_suffix(".mo").open("wb") as file:
                write_mo(file, catalog)
