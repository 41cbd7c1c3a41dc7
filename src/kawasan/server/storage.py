"""Where static files are kept, and their addresses."""

from __future__ import annotations

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """
    Static files with their addresses remembered.

    A page names forty, and working them out anew took a tenth of making it. They stay the same as long as the process
    runs: the manifest is read when it starts.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str | None, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        """Return the address of a file. Raises ValueError for one that was not collected."""
        if force or name not in self._addresses:
            self._addresses[name] = str(super().url(name, force))
        return self._addresses[name]
