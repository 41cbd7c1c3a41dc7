"""Fixtures of the platform's tests."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kawasan.platform.embedded import (
    FAST_FOR_TESTS,
    EmbeddedPostgres,
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everyone may pass through: pytest's own are closed, and the server is not run as root."""
    made = Path(tempfile.mkdtemp(prefix="kw-"))
    made.chmod(0o711)
    yield made / "db"
    shutil.rmtree(made)


@pytest.fixture
def server_in() -> Iterator[Callable[..., EmbeddedPostgres]]:
    servers: list[EmbeddedPostgres] = []

    def make(root: Path, **options: object) -> EmbeddedPostgres:
        servers.append(EmbeddedPostgres(root, **{"settings": FAST_FOR_TESTS, **options}))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()
