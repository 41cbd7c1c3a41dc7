"""Exchanges as the zone looks after them: trades with the bank, rates, what is owed, what verify sees; races."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from tests.builders.exchange import AT, BILL, DAY, YUAN, a_quote, exchanged, posted, some_rates
from tests.builders.zone import an_actor

from kawasan.core import ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Forbidden
from kawasan.core.money import Money, rupiah
from kawasan.platform.db import transaction
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.exchange import models
from kawasan.rooms.ledger import api as ledger

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rates(db: None) -> None:
    with nullcontext() if connection.in_atomic_block else transaction(SYSTEM):
        some_rates()


def test_a_trade_with_the_bank_needs_two_people_and_books_what_was_gained() -> None:
    exchanged(Money(1_000_00, "CNY"))
    first, second = an_actor(zone_role="staff"), an_actor(zone_role="staff")
    given_ = {"given": Money(400_00, "CNY"), "taken": rupiah(970_000), "bank_reference": "VA-1", "at": AT}
    trade = exchange.enter_trade(actor=first, trade_id=ids.uuid7(), **given_)
    assert exchange.enter_trade(actor=first, trade_id=trade.id, **given_) == trade
    assert posted(exchange.position("CNY")) == [1_000_00]
    with pytest.raises(exchange.TradeNeedsOther):
        exchange.decide_trade(actor=first, trade_id=trade.id, is_approved=True, at=AT)
    with pytest.raises(Forbidden):
        exchange.decide_trade(actor=an_actor(zone_role="auditor"), trade_id=trade.id, is_approved=True, at=AT)
    done = exchange.decide_trade(actor=second, trade_id=trade.id, is_approved=True, at=AT)
    assert (done.state, done.result) == ("approved", rupiah(10_000))
    assert posted(exchange.position("CNY"), exchange.result("IDR")) == [600_00, 10_000_00]
    assert posted(exchange.position("IDR")) == [-600 * 2_400_00]  # what is left costs what it cost
    with pytest.raises(exchange.TradeClosed):
        exchange.decide_trade(actor=second, trade_id=trade.id, is_approved=False, at=AT)
    assert exchange.verify() == []


def test_a_trade_that_has_become_too_large_is_refused_and_may_be_rejected_by_who_entered_it() -> None:
    exchanged(Money(1_000_00, "CNY"))
    first, second = an_actor(zone_role="staff"), an_actor(zone_role="staff")

    def entered(yuan: int) -> exchange.Trade:
        given_ = Money(yuan * 100, "CNY")
        return exchange.enter_trade(
            actor=first, trade_id=ids.uuid7(), given=given_, taken=rupiah(1), bank_reference="", at=AT
        )

    one, two = entered(600), entered(600)
    exchange.decide_trade(actor=second, trade_id=one.id, is_approved=True, at=AT)
    with pytest.raises(exchange.TradeAmountInvalid):
        exchange.decide_trade(actor=second, trade_id=two.id, is_approved=True, at=AT)
    assert exchange.decide_trade(actor=first, trade_id=two.id, is_approved=False, at=AT).state == "rejected"
    assert posted(exchange.position("CNY")) == [400_00]
    with pytest.raises(exchange.TradeAmountInvalid):
        entered(401)
    assert exchange.verify() == []


def test_operators_set_spread_and_limit_from_now_on() -> None:
    operator, given_ = an_actor(zone_role="operator"), {"currency": "CNY", "is_offered": True}
    exchange.set_currency(actor=operator, **given_, limit=Money(1, "CNY"), spread_points=0, at=AT)
    assert exchange.spread_points("CNY", "IDR", at=AT) == 0
    assert exchange.spread_points("CNY", "IDR", at=AT - timedelta(seconds=1)) == 150
    with pytest.raises(exchange.PositionLimitReached):
        a_quote(BILL)
    for wrong in ({"spread_points": 1001}, {"spread_points": -1}, {"limit": Money(-1, "CNY")}):
        with pytest.raises(exchange.CurrencySettingsInvalid):
            exchange.set_currency(
                actor=operator, **({**given_, "limit": Money(1, "CNY"), "spread_points": 0} | wrong), at=AT
            )
    with pytest.raises(Forbidden):
        exchange.set_currency(
            actor=an_actor(zone_role="staff"), **given_, limit=Money(9, "CNY"), spread_points=0, at=AT
        )
    assert models.Currency.objects.get(pk="CNY").limit_minor == 1


def test_rates_are_taken_in_once_corrected_by_a_new_sheet_and_checked_when_they_jump() -> None:
    staff = an_actor(zone_role="staff")

    def take(yuan: str, **more: bool) -> int:
        content = f"date,IDR,CNY\n2026-11-11,19200,{yuan}\n2026-11-10,19200,8\n".encode()
        return exchange.take_rates(actor=staff, content=content, source="Bank A", at=AT, **more)

    assert [take("8"), take("8"), take("8.1")] == [2, 0, 1]
    with pytest.raises(exchange.RatesUnusual):
        take("9.1")
    preview = exchange.preview_rates(
        actor=staff, content=b"date,IDR,CNY\n2026-11-12,19200,9.1", source="Bank A", at=AT + timedelta(days=1)
    )
    assert (preview.days, preview.known_days, preview.is_unusual) == (1, 0, True)
    assert [(line.currency, line.is_unusual) for line in preview.lines] == [("CNY", True), ("IDR", False)]
    assert take("9.1", is_checked=True) == 1
    assert exchange.newest_rates("CNY", at=AT).per_euro["CNY"] == Decimal("9.1")
    assert exchange.sheets(actor=staff)[0].source == "Bank A"
    with pytest.raises(Forbidden):
        exchange.take_rates(actor=an_actor(), content=b"", source="x", at=AT)


def test_prices_are_shown_at_the_middle_rate_and_not_at_all_with_old_rates() -> None:
    for currency, worth in (("CNY", 10_42), ("JPY", 223)):
        shown = exchange.shown_rate(currency, at=AT)
        assert shown is not None
        assert (shown.of(BILL), shown.day) == (Money(worth, currency), DAY)
    assert exchange.shown_rate("THB", at=AT) is None
    assert exchange.shown_rate(None, at=AT) is None
    assert exchange.shown_rate("CNY", at=AT + timedelta(days=9)) is None


@pytest.mark.parametrize("fault", ["amount", "income", "cost", "elsewhere", "owed"])
def test_verify_sees_what_does_not_agree(fault: str) -> None:
    quote = exchanged(BILL)
    if fault == "amount":
        models.Quote.objects.filter(pk=quote.id).update(source_minor=YUAN.minor + 1)
    elif fault == "income":
        models.Quote.objects.filter(pk=quote.id).update(income_minor=391_99)
    elif fault == "cost":
        models.Currency.objects.filter(pk="CNY").update(cost_minor=1)
    elif fault == "owed":
        an_owed_sum()
        models.OwedBack.objects.update(amount_minor=1)
    else:
        stray = ledger.NewTransfer(ids.uuid7(), exchange.abroad("CNY"), exchange.position("CNY"), 1, 1)
        ledger.post(ledger.Entry(ids.uuid7(), AT, (stray,)))
    expected = {
        "amount": {"exchange-differs", "position-differs"}, "elsewhere": {"exchange-differs", "position-differs"},
        "income": {"exchange-differs", "position-differs"}, "cost": {"position-cost-differs"},
        "owed": {"owed-back-differs"},
    }  # fmt: skip
    assert {one.code for one in exchange.verify()} == expected[fault]


def an_owed_sum() -> exchange.OwedBack:
    return exchange.owe_back(
        person_id=ids.uuid7(), purpose_id=ids.uuid7(), provider="sandbox", money_id="m1", amount=YUAN, reason="late",
        entry_id=ids.uuid7(), at=AT,
    )  # fmt: skip


def test_money_that_fits_nothing_is_owed_back_and_sent_once() -> None:
    back = an_owed_sum()
    book = exchange.owed(back.person_id, "CNY")
    assert posted(book, exchange.abroad("CNY")) == [YUAN.minor, -YUAN.minor]
    assert exchange.waiting_to_be_sent(at=AT, limit=5) == [back]
    exchange.note_sent(back_id=back.id, is_sent=None, problem="504", at=AT)
    assert exchange.waiting_to_be_sent(at=AT, limit=5) == []  # asked again in a minute
    assert len(exchange.waiting_to_be_sent(at=AT + timedelta(minutes=1), limit=5)) == 1
    for _ in range(2):
        sent = exchange.note_sent(back_id=back.id, is_sent=True, problem="", at=AT)
        assert sent is not None
        assert sent.state == "sent"
    assert posted(book, exchange.abroad("CNY")) == [0, 0]
    assert exchange.verify() == []


def test_money_that_a_provider_cannot_send_back_waits_for_staff() -> None:
    back, staff = an_owed_sum(), an_actor(zone_role="staff")
    exchange.note_sent(back_id=back.id, is_sent=False, problem="Inactive Account", at=AT)
    assert exchange.waiting_to_be_sent(at=AT + timedelta(days=1), limit=5) == []
    (waiting,) = exchange.owed_back(actor=staff)
    assert (waiting.state, waiting.problem) == ("refused", "Inactive Account")
    with pytest.raises(Forbidden):
        exchange.settle_owed(actor=an_actor(), back_id=back.id, note="x", at=AT)
    exchange.settle_owed(actor=staff, back_id=back.id, note="sent by the bank's counter", at=AT)
    assert exchange.owed_back(actor=staff) == []
    assert exchange.verify() == []
