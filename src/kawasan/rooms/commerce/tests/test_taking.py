"""The compact rows that the intake appends: plain SQL, written beside the model that owns the table."""

from __future__ import annotations

import pytest
from django.db import connection

from kawasan.rooms.commerce.engine.taking import COLUMNS, LINE
from kawasan.rooms.commerce.models import IntakeOrder, OrderLine

SAME = {"timestamp with time zone": "timestamptz", "varchar": "text"}  # two names of PostgreSQL for one type


@pytest.mark.django_db
def test_the_intake_writes_every_column_of_the_model_in_its_type_and_none_besides():
    types = {field.column: field.db_type(connection).split("(")[0] for field in IntakeOrder._meta.get_fields()}
    assert list(COLUMNS) == list(types)
    assert {name: SAME.get(kind, kind) for name, kind in types.items()} == COLUMNS


def test_every_member_of_a_line_is_a_column_of_an_orders_line():
    assert set(LINE) <= {field.column for field in OrderLine._meta.get_fields()}
    assert len(LINE) == len(set(LINE))
