"""What zone staff should look at, made through the payments room's own door, and what their desk shows of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.core.money import Money
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.api import EventFilter, Outcome
from kawasan.rooms.zone import api as zone
from tests.builders.payments import AT, an_account_of, money_for, money_for_a_business
from tests.builders.zone import a_business, owner_of, zone_staff

ENGLISH = {"accept-language": "en"}
SOON = AT + timedelta(minutes=1)


def actor(role: str) -> Actor:
    return zone.actor_of_person(person_id=zone_staff(role).pk)


def tell(payment: payments.Payment, at: Any = SOON, **changes: Any) -> payments.Notified:
    return payments.notify(notification=money_for(payment, **changes), at=at)


def a_returned_payout(whole: int = 75_000) -> payments.Payout:
    business = a_business()
    money_for_a_business(business.id, whole)
    an_account_of(business.id, bank="008", number="9876543210000")
    asked = payments.request_payout(
        actor=zone.actor_of_person(person_id=owner_of(business).pk),
        business_id=business.id,
        payout_id=ids.uuid7(),
        amount=Money(whole * 100),
        at=AT,
    )
    return payments.settle_payout(payout_id=asked.id, sent=False, bank_reference="BANK-404", at=SOON)


def the(outcome: Outcome) -> payments.StaffEvent:
    (found,) = payments.staff_events(actor=SYSTEM, wanted=EventFilter(outcome=outcome)).items
    return found


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
