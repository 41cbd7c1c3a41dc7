"""What a product's page asks of the database when people have reviewed it, and what it shows then."""

from __future__ import annotations

import pytest
from tests.builders.orders import a_buyer, an_order, something_for_sale, wanted

from kawasan.core import clock
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.tests.test_shared_pages import _fresh

pytestmark = pytest.mark.django_db


def three_reviews(product: commerce.Product) -> None:
    for stars in (5, 3, 3):
        buyer = a_buyer()
        line = an_order(buyer=buyer, lines=[wanted(product)], state=commerce.OrderState.DELIVERED).lines[0].id
        given = {"line_id": line, "author_name": "Tini", "rating": stars, "text": f"{stars} bintang"}
        commerce.review_line(actor=buyer, **given, at=clock.now())


def test_a_page_with_reviews_asks_at_most_ten_questions(client):
    product = something_for_sale()
    address = f"/produk/{product.slug}"
    client.get(address)
    alone = _fresh(client, address)
    three_reviews(product)
    assert _fresh(client, address) == alone <= 10


def test_stars_are_counted_of_all_reviews_whichever_page_is_asked_for():
    product = something_for_sale()
    three_reviews(product)
    wanted_stars = {5: 1, 4: 0, 3: 2, 2: 0, 1: 0}
    first, stars = commerce.reviews_with_stars(product_id=product.id, limit=2)
    assert ([item.rating for item in first.items], stars) == ([3, 3], wanted_stars)
    last, stars = commerce.reviews_with_stars(product_id=product.id, limit=2, cursor=first.next_cursor)
    assert ([item.rating for item in last.items], stars) == ([5], wanted_stars)
    assert commerce.reviews_with_stars(product_id=product.id, rating=4)[1] == wanted_stars
    nobody = commerce.reviews_with_stars(product_id=something_for_sale().id)
    assert (nobody[0].items, sum(nobody[1].values())) == ((), 0)
