"""A running intake for tests that talk to one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.intake.running import Process


@pytest.fixture
def intake(transactional_db: None) -> Iterator[Process]:
    process = Process().start()
    yield process
    process.stop()
