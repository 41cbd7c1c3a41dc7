"""A running sandbox bank."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kawasan.sandbox.server import Sandbox
from tests.builders.bank import connect
from tests.builders.snap import a_sandbox


@pytest.fixture(scope="module")
def bank() -> Iterator[Sandbox]:
    with a_sandbox() as running:
        yield running


@pytest.fixture
def sandbox(db: Any, bank: Sandbox) -> Sandbox:
    connect(bank)
    return bank
