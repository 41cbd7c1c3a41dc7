"""Campaigns: who opens them, what is set aside, what it costs at which second, and where units go afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.builders.campaigns import BEFORE, END, START, a_campaign, a_new_campaign, entered, now_of
from tests.builders.orders import PRICE, a_buyer, a_checkout, pay, seller_of, something_for_sale, wanted
from tests.builders.selling_campaigns import CHEAP, NOON, SECOND, STAFF, faults, level, refused, units_of
from tests.builders.zone import a_business

from kawasan.core import ids
from kawasan.core.access import STRANGER, SYSTEM
from kawasan.core.errors import Forbidden, NotFound, Unauthenticated
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.ledger import api as ledger

pytestmark = pytest.mark.django_db


def test_a_campaign_is_opened_published_and_ended_by_zone_staff_only():
    wish = a_new_campaign()
    for actor, refusal in ((STRANGER, Unauthenticated), (a_buyer(), Forbidden)):
        with refused(refusal):
            commerce.open_campaign(actor=actor, campaign=wish, at=BEFORE)
    opened = commerce.open_campaign(actor=STAFF, campaign=wish, at=BEFORE)
    assert commerce.open_campaign(actor=STAFF, campaign=wish, at=BEFORE) == opened
    for act in (commerce.publish_campaign, commerce.end_campaign):
        with refused(Forbidden):
            act(actor=a_buyer(), campaign_id=opened.id, at=BEFORE)
    assert commerce.current_campaigns(at=BEFORE) == []
    published = commerce.publish_campaign(actor=STAFF, campaign_id=opened.id, at=BEFORE)
    assert commerce.current_campaigns(at=BEFORE) == [published]


def test_a_campaign_s_state_changes_at_its_seconds():
    campaign = a_campaign()
    states = [commerce.state_of_campaign(campaign, at=at) for at in (START - SECOND, START, END - SECOND, END)]
    state = commerce.CampaignState
    assert states == [state.PLANNED, state.RUNNING, state.RUNNING, state.ENDED]
    assert commerce.state_of_campaign(a_campaign(published=False), at=NOON) is state.DRAFT


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"ends_at": START}, commerce.CampaignPeriodInvalid),
        ({"ends_at": START + timedelta(days=93)}, commerce.CampaignPeriodInvalid),
        ({"starts_at": BEFORE - timedelta(days=3), "ends_at": BEFORE}, commerce.CampaignPeriodInvalid),
        ({"slug": "Hari Belanja"}, commerce.CampaignSlugInvalid),
        ({"slug": "-"}, commerce.CampaignSlugInvalid),
        ({"name": "  "}, commerce.TextMissing),
        ({"name": "x" * 81}, commerce.TextTooLong),
    ],
)
def test_a_campaign_that_cannot_be_is_refused(given, refusal):
    with refused(refusal):
        commerce.open_campaign(actor=STAFF, campaign=a_new_campaign(**given), at=BEFORE)
    assert commerce.campaigns(actor=STAFF).items == ()


def test_two_campaigns_cannot_have_one_address_and_one_id_is_one_campaign():
    first = a_campaign(slug="belanja-11-11")
    with refused(commerce.CampaignSlugTaken):
        a_campaign(slug="belanja-11-11")
    with refused(commerce.CampaignIdReused):
        commerce.open_campaign(actor=STAFF, campaign=a_new_campaign(id=first.id, slug="lain"), at=BEFORE)


def test_once_it_runs_only_name_text_and_end_can_be_changed():
    campaign = a_campaign()

    def change(at, **given):
        wish = a_new_campaign(id=campaign.id, slug=campaign.slug, **given)
        return commerce.change_campaign(actor=STAFF, campaign=wish, at=at)

    assert change(BEFORE, starts_at=START + SECOND).starts_at == START + SECOND
    change(BEFORE)
    with refused(commerce.CampaignBegun):
        change(NOON, starts_at=START + SECOND)
    longer = change(NOON, name="Masih berjalan", ends_at=END + timedelta(hours=3))
    assert (longer.name, longer.ends_at) == ("Masih berjalan", END + timedelta(hours=3))
    with refused(commerce.CampaignOver):
        change(END + timedelta(hours=3), ends_at=END + timedelta(days=9))


def test_entering_a_product_sets_its_units_aside_once():
    product = something_for_sale(stock=30)
    campaign = a_campaign()
    offer = entered(product, campaign, units=12)
    assert (level(product).available, units_of(offer)) == (18, (12, 0, 0, 0))
    again = commerce.NewCampaignOffer(offer.id, offer.variant_id, offer.price_minor, 12, offer.per_buyer)
    seller = seller_of(product.business_id)
    same = commerce.enter_campaign(
        actor=seller, business_id=product.business_id, campaign_id=campaign.id, offer=again, at=BEFORE
    )
    assert (same, level(product).available) == (offer, 18)
    with refused(commerce.AlreadyInCampaign):
        entered(product, campaign)
    assert level(product).available == 18
    assert faults() == []


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"price": PRICE}, commerce.CampaignOfferPriceInvalid),
        ({"price": 0}, commerce.PriceInvalid),
        ({"units": 0}, commerce.CampaignUnitsInvalid),
        ({"units": 101}, commerce.CampaignStockTooLow),
        ({"per_buyer": 0}, commerce.CampaignUnitsInvalid),
        ({"units": 5, "per_buyer": 6}, commerce.CampaignUnitsInvalid),
        ({"at": END}, commerce.CampaignOver),
    ],
)
def test_an_entry_that_cannot_be_changes_nothing(given, refusal):
    product, campaign = something_for_sale(stock=100), a_campaign()
    with refused(refusal):
        entered(product, campaign, **given)
    assert level(product).available == 100
    assert (
        commerce.campaign_offers_of(actor=seller_of(product.business_id), business_id=product.business_id).items == ()
    )


def test_a_draft_cannot_be_entered_and_a_product_is_in_one_campaign_at_a_time():
    product = something_for_sale()
    with refused(commerce.UnknownCampaign):
        entered(product, a_campaign(published=False))
    entered(product, a_campaign(name="Pertama"))
    with refused(commerce.AlreadyInCampaign):
        entered(product, a_campaign(starts_at=END - SECOND, ends_at=END + timedelta(days=1)))
    after = entered(product, a_campaign(starts_at=END, ends_at=END + timedelta(days=1)))
    assert after.left == 10
    other = commerce.campaign_by_id(campaign_id=after.campaign_id)
    earlier = a_new_campaign(id=other.id, slug=other.slug, starts_at=NOON, ends_at=other.ends_at)
    with refused(commerce.AlreadyInCampaign):
        commerce.change_campaign(actor=STAFF, campaign=earlier, at=BEFORE)


def test_somebody_else_s_product_and_offer_are_not_there():
    product, stranger = something_for_sale(), seller_of(a_business().id)
    offer = entered(product)
    own = next(iter(stranger.businesses))
    with refused(NotFound):
        commerce.withdraw_from_campaign(actor=stranger, business_id=product.business_id, offer_id=offer.id, at=BEFORE)
    with refused(commerce.UnknownCampaignOffer):
        commerce.withdraw_from_campaign(actor=stranger, business_id=own, offer_id=offer.id, at=BEFORE)
    foreign = commerce.NewCampaignOffer(ids.uuid7(), offer.variant_id, 100, 1, 1)
    with refused(commerce.UnknownVariant):
        commerce.enter_campaign(
            actor=stranger, business_id=own, campaign_id=offer.campaign_id, offer=foreign, at=BEFORE
        )
    with refused(NotFound):
        commerce.campaign_results(actor=stranger, campaign_id=offer.campaign_id, business_id=product.business_id)
    with refused(Forbidden):
        commerce.campaign_results(actor=stranger, campaign_id=offer.campaign_id)


def test_where_staff_look_first_an_offer_waits_costs_nothing_yet_and_may_be_declined():
    product, campaign = something_for_sale(stock=20), a_campaign(needs_approval=True)
    offer = entered(product, campaign, units=5)
    assert (offer.state, level(product).available) == (commerce.OfferState.WAITING, 15)
    assert commerce.price_at(variant_id=offer.variant_id, at=NOON).amount_minor == PRICE
    with refused(Forbidden):
        commerce.accept_campaign_offer(actor=seller_of(product.business_id), offer_id=offer.id, at=BEFORE)
    declined = commerce.decline_campaign_offer(actor=STAFF, offer_id=offer.id, reason="Foto belum ada", at=BEFORE)
    assert (declined.state, declined.answer, declined.returned) == (commerce.OfferState.DECLINED, "Foto belum ada", 5)
    assert level(product).available == 20
    second = entered(product, campaign, units=5)
    commerce.accept_campaign_offer(actor=STAFF, offer_id=second.id, at=BEFORE)
    assert commerce.price_at(variant_id=offer.variant_id, at=NOON).amount_minor == CHEAP
    assert faults() == []


def test_the_price_changes_at_the_first_and_the_last_second():
    product = something_for_sale()
    offer = entered(product)
    moments = (START - SECOND, START, END - SECOND, END)
    prices = [commerce.price_at(variant_id=offer.variant_id, at=at).amount_minor for at in moments]
    assert prices == [PRICE, CHEAP, CHEAP, PRICE]
    for at, price in zip(moments, prices, strict=True):
        assert a_checkout(lines=[wanted(product)], at=at).orders[0].total_minor == price
    assert units_of(offer) == (8, 0, 2, 0)
    seen = commerce.product(product_id=product.id, at=NOON).variants[0].price
    assert (seen.amount_minor, seen.ordinary_minor, seen.ends_at) == (CHEAP, PRICE, END)
    assert faults() == []


def test_when_its_units_are_gone_the_ordinary_price_holds_and_the_buyer_is_told():
    product = something_for_sale(stock=10)
    offer = entered(product, units=2, per_buyer=2)
    a_checkout(lines=[wanted(product, 2)], at=NOON)
    assert commerce.price_at(variant_id=offer.variant_id, at=NOON).amount_minor == PRICE
    with refused(commerce.PriceChanged) as told:
        a_checkout(lines=[wanted(product, unit_price_minor=CHEAP)], at=NOON)
    assert (told.value.data["seen_minor"], told.value.data["now_minor"]) == (CHEAP, PRICE)
    order = a_checkout(lines=[wanted(product, unit_price_minor=PRICE)], at=NOON).orders[0]
    assert order.total_minor == PRICE
    assert (level(product).available, units_of(offer)) == (7, (0, 0, 2, 0))
    assert faults() == []


def test_a_cheaper_special_price_is_not_made_dearer_by_a_campaign():
    product = something_for_sale()
    offer = entered(product)
    commerce.set_price_window(
        actor=seller_of(product.business_id),
        business_id=product.business_id,
        variant_id=offer.variant_id,
        window_id=ids.uuid7(),
        price_minor=CHEAP - 100,
        starts_at=NOON,
        ends_at=END,
        at=BEFORE,
    )
    assert a_checkout(lines=[wanted(product)], at=NOON).total_minor == CHEAP - 100
    assert units_of(offer) == (10, 0, 0, 0)


def test_a_buyer_gets_the_limit_and_no_more_however_it_is_asked_for():
    product, buyer = something_for_sale(), a_buyer()
    offer = entered(product, per_buyer=3)
    with refused(commerce.CampaignLimitReached):
        a_checkout(buyer=buyer, lines=[wanted(product, 4)], at=NOON)
    a_checkout(buyer=buyer, lines=[wanted(product, 2)], at=NOON)
    with refused(commerce.CampaignLimitReached) as told:
        a_checkout(buyer=buyer, lines=[wanted(product, 2)], at=NOON)
    assert (told.value.data["limit"], told.value.data["available"]) == (3, 1)
    a_checkout(buyer=buyer, lines=[wanted(product)], at=NOON, method=commerce.Method.QRIS)
    with refused(commerce.CampaignLimitReached):
        a_checkout(buyer=buyer, lines=[wanted(product)], at=NOON)
    a_checkout(lines=[wanted(product, 3)], at=NOON)
    assert units_of(offer) == (4, 1, 5, 0)
    assert faults() == []


def test_fewer_left_than_wanted_says_how_many():
    product = something_for_sale()
    entered(product, units=2)
    a_checkout(lines=[wanted(product)], at=NOON)
    with refused(commerce.CampaignUnitsShort) as told:
        a_checkout(lines=[wanted(product, 2)], at=NOON)
    assert told.value.data["available"] == 1


def test_cancelling_while_it_runs_gives_units_and_limit_back():
    product, buyer = something_for_sale(stock=20), a_buyer()
    offer = entered(product, per_buyer=2)
    order = a_checkout(buyer=buyer, lines=[wanted(product, 2)], at=NOON).orders[0]
    commerce.cancel_order(actor=buyer, order_id=order.id, reason="Salah pesan", at=NOON)
    assert (units_of(offer), level(product).available) == ((10, 0, 0, 0), 10)
    a_checkout(buyer=buyer, lines=[wanted(product, 2)], at=NOON)
    assert units_of(offer) == (8, 0, 2, 0)
    assert faults() == []


def test_cancelling_after_the_end_puts_units_into_the_ordinary_stock():
    product, buyer = something_for_sale(stock=20), a_buyer()
    offer = entered(product)
    order = a_checkout(buyer=buyer, lines=[wanted(product, 2)], at=NOON).orders[0]
    assert commerce.settle_campaigns(at=END) == 1
    assert commerce.settle_campaigns(at=END) == 0
    assert (level(product).available, units_of(offer)) == (18, (0, 0, 2, 8))
    commerce.cancel_order(actor=buyer, order_id=order.id, reason="Salah pesan", at=END)
    assert (level(product).available, units_of(offer)) == (20, (0, 0, 2, 8))
    assert faults() == []


@pytest.mark.parametrize("restock", [True, False])
def test_a_return_while_it_runs_gives_the_limit_back_and_the_units_if_restocked(restock):
    product, buyer = something_for_sale(stock=20), a_buyer()
    offer = entered(product, per_buyer=2)
    order = a_checkout(buyer=buyer, lines=[wanted(product, 2)], at=NOON).orders[0]
    seller = seller_of(product.business_id)
    commerce.ship_order(actor=seller, order_id=order.id, courier="JNE", tracking="1", at=NOON)
    asked = commerce.request_return(
        actor=buyer,
        return_id=ids.uuid7(),
        order_id=order.id,
        lines=[commerce.ReturnedLine(order.lines[0].id, 1)],
        reason="Robek",
        at=NOON,
    )
    commerce.approve_return(actor=seller, return_id=asked.id, restock=restock, at=NOON)
    assert units_of(offer) == ((9, 0, 1, 0) if restock else (8, 0, 2, 0))
    a_checkout(buyer=buyer, lines=[wanted(product, 1)], at=NOON)
    with refused(commerce.CampaignLimitReached):
        a_checkout(buyer=buyer, lines=[wanted(product, 1)], at=NOON)
    assert faults() == []


def test_an_unpaid_order_holds_campaign_units_and_gives_them_back_when_it_expires():
    product, buyer = something_for_sale(stock=20), a_buyer()
    offer = entered(product, per_buyer=2)
    a_checkout(buyer=buyer, lines=[wanted(product, 2)], at=NOON, method=commerce.Method.QRIS)
    assert units_of(offer) == (8, 2, 0, 0)
    later = NOON + timedelta(minutes=16)
    commerce.expire_unpaid(at=later)
    ledger.expire_due(later, 100)
    a_checkout(buyer=buyer, lines=[wanted(product, 2)], at=later)
    assert units_of(offer) == (8, 0, 2, 0)
    assert faults() == []


def test_a_payment_that_comes_after_the_end_in_time_still_gets_the_campaign_s_units():
    product = something_for_sale(stock=20)
    offer = entered(product)
    group = a_checkout(lines=[wanted(product, 2)], at=END - SECOND, method=commerce.Method.QRIS)
    assert commerce.settle_campaigns(at=END) == 1
    assert (units_of(offer), now_of(offer).settled_at) == ((0, 2, 0, 8), None)
    pay(group.id, at=END + timedelta(minutes=5))
    commerce.settle_campaigns(at=END + timedelta(minutes=6))
    assert units_of(offer) == (0, 0, 2, 8)
    assert now_of(offer).settled_at == END + timedelta(minutes=6)
    assert commerce.order(actor=SYSTEM, order_id=group.orders[0].id).total_minor == 2 * CHEAP
    assert faults() == []
