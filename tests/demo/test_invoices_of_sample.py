"""The sample's papers: every state is there to be seen, and one month waits for Coretax."""

from __future__ import annotations

import pytest

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.demo.sample import books as kept
from kawasan.demo.sample import businesses, people, plan
from kawasan.demo.sample import invoices as sample
from kawasan.rooms.invoices import api as invoices

State = invoices.State


@pytest.mark.django_db
def test_the_sample_shows_papers_in_every_state_and_a_month_for_coretax() -> None:
    now, shops = clock.now(), plan.shops()[: kept.CLIENTS]
    known = people.add_people([(shop.owner, shop.email) for shop in shops], at=now)
    businesses.join_all(shops, known, first_orders_at=now)
    sample.bill(shops, known, now=now)
    first = list(invoices.all_documents(actor=SYSTEM, business_id=shops[0].id, at=now))
    states = {paper.state for paper in first}
    assert states >= {State.DRAFT, State.ISSUED, State.SENT, State.PARTLY_PAID, State.PAID, State.OVERDUE}
    assert any(paper.credited_minor for paper in first)
    assert len(invoices.all_recurring(actor=SYSTEM, business_id=shops[0].id)) == 1
    month = invoices.tax_month(
        actor=SYSTEM, business_id=shops[sample.COLLECTOR].id, month=clock.business_day(now).replace(day=1)
    )
    assert (len(month.rows), month.waiting, month.is_ready) == (3, 2, True)
    assert not list(invoices.differences())
