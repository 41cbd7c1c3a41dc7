"""Fixtures of the room's tests."""

import pytest

from kawasan.rooms.authority.queries import screen


@pytest.fixture(autouse=True)
def _no_kept_snapshot():
    """Every look at the screen reads anew."""
    screen.forget_snapshot()
