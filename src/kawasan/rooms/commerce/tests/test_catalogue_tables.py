"""The tables of the catalogue keep their word without help from Python."""

from __future__ import annotations

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_the_categories_are_there_with_names_in_three_languages() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), bool_and(name_id <> '' and name_en <> '' and name_zh <> '') from commerce_category"
        )
        assert cursor.fetchone() == (29, True)
