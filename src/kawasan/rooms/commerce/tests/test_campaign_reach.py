"""The tables of campaigns and the one price rule keep their word by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from tests.builders.campaigns import END, START, a_campaign, entered, now_of
from tests.builders.orders import a_buyer, a_checkout, seller_of, something_for_sale, wanted
from tests.builders.zone import a_business

from kawasan.core import ids
from kawasan.core.access import STRANGER, Actor
from kawasan.platform import db
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce.rules.checkout import offer_at
from kawasan.rooms.commerce.rules.prices import price_at
from kawasan.rooms.commerce.types.campaigns import CampaignTerms
from kawasan.rooms.commerce.types.offers import Listed, PriceWindow

SECOND = timedelta(seconds=1)
moments = st.integers(-2, 86_402).map(lambda seconds: START + seconds * SECOND)


def terms(**given) -> CampaignTerms:
    values = {"offer_id": ids.uuid7(), "variant_id": ids.uuid7(), "campaign_id": ids.uuid7(), "slug": "x", "name": "X"}
    values |= {"price_minor": 800, "units": 5, "per_buyer": 2, "starts_at": START, "ends_at": END, "left": 3}
    return CampaignTerms(**(values | {"product_id": ids.uuid7()} | given))


@given(at=moments, left=st.integers(0, 2), is_held=st.booleans(), window=st.sampled_from([None, 700, 900]))
def test_one_rule_says_the_price_of_every_second(at, left, is_held, window):
    campaign = terms(left=left)
    windows = () if window is None else (PriceWindow(START, END, window),)
    price = price_at(ordinary_minor=1_000, windows=windows, at=at, campaign=campaign, is_held=is_held)
    runs = START <= at < END
    otherwise = window if window and runs else 1_000
    counts = runs and (left > 0 or is_held) and otherwise > 800
    assert (price.amount_minor, price.campaign) == ((800, campaign) if counts else (otherwise, None))
    keys = (campaign.variant_id, ids.uuid7(), ids.uuid7())
    listed = Listed(*keys, "", "", "", 1_000, windows, False, True, "", "", campaigns=(campaign,))
    offer = offer_at(listed, at, held=campaign.offer_id if is_held else None)
    assert (offer.unit_price_minor, offer.campaign) == (price.amount_minor, price.campaign)
    assert offer.otherwise_minor == otherwise


def seen_by(actor: Actor, sql: str, *values) -> int:
    db.see_as(actor)
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return cursor.fetchone()[0] if cursor.description else cursor.rowcount


@pytest.mark.django_db
def test_drafts_and_waiting_offers_are_not_read_by_others_and_nobody_else_writes_them():
    draft = a_campaign(published=False)
    product = something_for_sale()
    waiting = entered(product, a_campaign(needs_approval=True))
    owner, other = seller_of(product.business_id), seller_of(a_business().id)
    campaigns = "select count(*) from commerce_campaign where id = %s"
    offers = "select count(*) from commerce_campaign_offer where id = %s"
    rename = "update commerce_campaign_offer set price_minor = 1 where id = %s"
    for actor in (STRANGER, a_buyer(), other):
        assert seen_by(actor, campaigns, draft.id) == 0
        assert seen_by(actor, campaigns, waiting.campaign_id) == 1
        assert seen_by(actor, offers, waiting.id) == 0
        assert seen_by(actor, rename, waiting.id) == 0
    assert seen_by(owner, offers, waiting.id) == 1


@pytest.mark.django_db
def test_an_accepted_offer_is_public_and_still_nobody_else_s_to_change():
    offer = entered(something_for_sale())
    other = seller_of(a_business().id)
    assert seen_by(other, "select count(*) from commerce_campaign_offer where id = %s", offer.id) == 1
    with pytest.raises(Exception, match="row-level security"):
        seen_by(other, "update commerce_campaign_offer set price_minor = 1 where id = %s", offer.id)


@pytest.mark.django_db
def test_search_orders_and_filters_by_the_price_that_a_campaign_asks_while_it_has_units():
    dear = something_for_sale(name="Mahal", price=100_000_00)
    something_for_sale(name="Murah", price=50_000_00)
    offer = entered(dear, price=40_000_00, units=1, per_buyer=1)

    def cheapest(at, **criteria) -> list[tuple[str, int]]:
        wanted = commerce.Criteria(sort=commerce.Sort.CHEAPEST, **criteria)
        return [(card.name, card.price_minor) for card in commerce.search_products(criteria=wanted, at=at).items]

    ordinary = [("Murah", 50_000_00), ("Mahal", 100_000_00)]
    assert cheapest(START - SECOND) == ordinary
    assert cheapest(START) == [("Mahal", 40_000_00), ("Murah", 50_000_00)]
    assert cheapest(START, price_upto_minor=45_000_00) == [("Mahal", 40_000_00)]
    assert cheapest(END) == ordinary
    a_checkout(lines=[wanted(dear)], at=START)
    assert now_of(offer).left == 0
    assert cheapest(START + SECOND) == ordinary
