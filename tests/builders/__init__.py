"""Builders: test data made through the rooms' own doors, so that it is as valid as real data."""

from tests.builders.zone import *  # noqa: F403
