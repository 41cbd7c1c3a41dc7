"""Which batches whoever asks may see in the database itself, and how a decision sees more than who asked for it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.builders.orders import something_for_sale
from tests.builders.trace import a_batch

from kawasan.core.access import STRANGER, SYSTEM
from kawasan.core.errors import Conflict
from kawasan.platform.db import see_as, seeing_everything
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace import models

pytestmark = pytest.mark.django_db


def _reach() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('kawasan.reach', true)")
        return str(cursor.fetchone()[0])


def test_a_stranger_gets_open_batches_of_a_product_and_no_other_rows() -> None:
    product, other = something_for_sale(), something_for_sale()
    shown, hidden = a_batch(product, lot="A"), a_batch(product, lot="B")
    a_batch(other, lot="C")
    models.Batch.objects.filter(pk=hidden.id).update(is_public=False)
    see_as(STRANGER)
    try:
        with CaptureQueriesContext(connection) as asked:
            assert trace.public_batches_of(product_id=product.id) == (shown,)
        assert len(asked) == 1
        assert trace.public_batches_of(product_id=product.id, limit=0) == ()
        assert models.Batch.objects.count() == 0
    finally:
        see_as(SYSTEM)


def test_a_decision_sees_everything_and_afterwards_as_little_as_before() -> None:
    hidden = a_batch(something_for_sale())
    models.Batch.objects.filter(pk=hidden.id).update(is_public=False)
    see_as(STRANGER)
    try:
        with CaptureQueriesContext(connection) as asked, seeing_everything():
            assert models.Batch.objects.filter(pk=hidden.id).exists()
            with seeing_everything():
                assert _reach() == "zone"
            assert _reach() == "zone"
        assert len(asked) == 6  # wider, the rows, wider already, two looks, and back
        assert _reach() == ""
        assert not models.Batch.objects.filter(pk=hidden.id).exists()
        with pytest.raises(Conflict), seeing_everything():
            raise Conflict
        assert _reach() == ""
    finally:
        see_as(SYSTEM)
