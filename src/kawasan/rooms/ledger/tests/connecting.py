"""Connections of the Writer's kind in tests: the application's role in the test zone, without Django."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection
from tests import databases


def as_application(*, lock_timeout: str = "10s", role: str = "kawasan_app") -> psycopg.Connection[Any]:
    given = connection.settings_dict
    return psycopg.connect(
        host=given["HOST"],
        port=given["PORT"] or None,
        user=given["USER"],
        password=given["PASSWORD"],
        dbname=given["NAME"],
        options=f"-c search_path={databases.SCHEMA},public -c role={role} -c lock_timeout={lock_timeout}",
    )
