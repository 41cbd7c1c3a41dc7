"""The intake's own way to write down an order says exactly what the pages' way says."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
from hypothesis import given as forall
from hypothesis import strategies as st

from kawasan.rooms.commerce.rules.checkout import Draft, as_placed, fill
from kawasan.rooms.commerce.rules.documents import group_out
from kawasan.rooms.commerce.rules.placed import placed_json
from kawasan.rooms.commerce.types.offers import Offer
from kawasan.rooms.commerce.types.orders import Method, ShipTo, Wanted

texts = st.text(max_size=10)
prices = st.integers(0, 10**12)
offers = st.builds(Offer, st.uuids(), st.uuids(), st.uuids(), texts, texts, texts, prices, st.just(True), texts, texts)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@st.composite
def drafts(draw):
    """Return any checkout, over one seller or several."""
    offered = draw(st.lists(offers, min_size=1, max_size=4, unique_by=lambda offer: offer.variant_id))
    lines = [Wanted(offer.variant_id, draw(st.integers(1, 99))) for offer in offered]
    ship_to = ShipTo(draw(texts), draw(texts), draw(texts))
    draft = Draft(draw(st.uuids()), draw(st.uuids()), draw(st.sampled_from(Method)), ship_to, b"", draw(moments))
    fill(draft, lines, {offer.variant_id: offer for offer in offered})
    for order in draft.orders:
        order.number = draw(texts)
    return draft


@forall(drafts())
def test_both_documents_of_a_checkout_are_the_same(draft):
    there, here = group_out(as_placed(draft)), orjson.loads(placed_json(draft))
    assert here == there
    assert orjson.dumps(here) == orjson.dumps(there) == placed_json(draft).encode()  # in the same order, too
