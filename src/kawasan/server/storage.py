"""Where static files are kept, and their addresses."""

from __future__ import annotations

import contextlib
import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from whitenoise import compress
from whitenoise.storage import CompressedManifestStaticFilesStorage


class Compressor(compress.Compressor):  # type: ignore[misc]  # whitenoise has no types
    """
    Compresses each content once, and none that lies compressed already.

    Every file is there under two names, and every start collects them all: three seconds of processor time otherwise.
    """

    def __init__(self, *, location: str, **settings: Any) -> None:
        super().__init__(**settings)
        self._made: dict[tuple[str, bytes], bytes] = {}
        self._turns: dict[tuple[str, bytes], Lock] = {}
        for path in Path(location).rglob("*.gz"):
            self._remember("gz", path, gzip.decompress)
        for path in Path(location).rglob("*.br") if self.use_brotli else ():
            self._remember("br", path, compress.brotli.decompress)

    def compress_gzip(self, data: bytes) -> bytes:
        """Return what gzip makes of it."""
        return self._once("gz", data, super().compress_gzip)

    def compress_brotli(self, data: bytes) -> bytes:
        """Return what Brotli makes of it."""
        return self._once("br", data, super().compress_brotli)

    def _once(self, kind: str, data: bytes, make: Callable[[bytes], bytes]) -> bytes:
        with self._turns.setdefault((kind, data), Lock()):  # both names come at once, in two threads
            if (kind, data) not in self._made:
                self._made[kind, data] = make(data)
            return self._made[kind, data]

    def _remember(self, kind: str, path: Path, unpack: Callable[[bytes], bytes]) -> None:
        broken = (OSError, EOFError, zlib.error, compress.brotli.error if self.use_brotli else EOFError)
        with contextlib.suppress(*broken):  # cut short, where the process was killed: it is made anew
            packed = path.read_bytes()
            self._made[kind, unpack(packed)] = packed


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

    def create_compressor(self, **settings: Any) -> Compressor:
        """Return what compresses the files: it knows what lies there."""
        return Compressor(location=self.location, **settings)
