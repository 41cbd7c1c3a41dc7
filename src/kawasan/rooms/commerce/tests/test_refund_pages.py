"""The seller's pages around money that goes back: what may go back, and what a cancelled order still offers."""

from __future__ import annotations

import pytest
from tests.builders.orders import an_order, seller_of

from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.tests.test_order_pages import client_of, desk, text

pytestmark = pytest.mark.django_db
State = commerce.OrderState


@pytest.mark.parametrize(("state", "most"), [(State.PAID, "Rp49,999"), (State.SHIPPED, "Rp50,000")])
def test_the_page_of_a_refund_says_how_much_may_go_back(state, most):
    order = an_order(state=state)
    seller = client_of(seller_of(order.business_id))
    assert f"At most {most}." in text(seller.get(desk(order, "refund")))
    given = {"id": "ret_00000000000000000000000001", "amount": "50.001", "reason": "Cacat"}
    assert seller.post(desk(order, "refund"), given).status_code == 422


def test_nobody_is_offered_to_pack_what_was_cancelled():
    kept, cancelled = an_order(), an_order(state=State.CANCELLED)
    assert "Packing slip" in text(client_of(seller_of(kept.business_id)).get(desk(kept)))
    assert "Packing slip" not in text(client_of(seller_of(cancelled.business_id)).get(desk(cancelled)))
