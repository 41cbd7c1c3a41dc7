"""Set up a process: find or start the database, keep the data folder's secret, prepare Django."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kawasan.platform.embedded import EmbeddedPostgres

SETTINGS = "kawasan.server.settings"


class NotRunning(Exception):
    """The embedded database of this data folder is not running and may not be started here."""


def data_folder(given: str | Path | None = None) -> Path:
    """Return the data folder (made if missing) and tell it to everything that follows."""
    folder = Path(given or os.environ.get("KAWASAN_DATA", "kawasan-data")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        folder.chmod(folder.stat().st_mode | 0o011)  # the database runs as another user and must pass through
    os.environ["KAWASAN_DATA"] = str(folder)
    key = folder / "secret.key"
    if "KAWASAN_SECRET_KEY" not in os.environ and not key.exists():
        descriptor = os.open(key, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        os.write(descriptor, secrets.token_urlsafe(48).encode())
        os.close(descriptor)
    return folder


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """
    Yield the database's address: DATABASE_URL, or the embedded one of the folder.

    A running one is used and left running; otherwise it is started here and stopped at the end.
    """
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    root = folder / "postgres"
    if running := EmbeddedPostgres.attach(root):
        os.environ["DATABASE_URL"] = running
        yield running
        return
    with EmbeddedPostgres(root) as server:
        os.environ["DATABASE_URL"] = server.url
        try:
            yield server.url
        finally:
            os.environ.pop("DATABASE_URL", None)


def set_up_django() -> None:
    """Load settings and apps (once the database's address is known)."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    django.setup()
