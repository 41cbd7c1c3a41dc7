"""The whole nervous system on one page: facts and who hears them, followers, who asks, what verify checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from uuid import UUID

from kawasan.core import clock
from kawasan.core.access import Actor
from kawasan.platform.checks import Finding
from kawasan.platform.followers import Follower
from kawasan.rooms.authority import checks as authority_checks
from kawasan.rooms.authority import followers as authority_followers
from kawasan.rooms.books import api as books
from kawasan.rooms.books import checks as books_checks
from kawasan.rooms.books import followers as books_followers
from kawasan.rooms.commerce import api as commerce
from kawasan.rooms.commerce import checks as commerce_checks
from kawasan.rooms.commerce import followers as commerce_followers
from kawasan.rooms.commerce.facts import OrderCancelled, OrderPaid, OrderRefunded
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.invoices import api as invoices
from kawasan.rooms.invoices import checks as invoices_checks
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger import followers as ledger_followers
from kawasan.rooms.log import api as log
from kawasan.rooms.log import checks as log_checks
from kawasan.rooms.log import followers as log_followers
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.facts import (
    PaymentClosedUnpaid,
    PaymentRequested,
    PaymentSucceeded,
    ShopCodeWanted,
    ShopPaid,
)
from kawasan.rooms.sensors import checks as sensors_checks
from kawasan.rooms.sensors import followers as sensors_followers
from kawasan.rooms.sensors.facts import AlarmClosed, AlarmOpened, BinVisited, WasteTaken
from kawasan.rooms.trace import api as trace
from kawasan.rooms.trace import checks as trace_checks
from kawasan.rooms.trace import followers as trace_followers
from kawasan.rooms.zone import api as zone
from kawasan.rooms.zone.facts import BusinessAdmitted, BusinessRestored, BusinessSentBack, BusinessSuspended

# fact -> dotted names of listeners (functions in a room's tasks.py, called as f(fact, at=at) in a transaction)
LISTENERS: dict[type, tuple[str, ...]] = {
    BusinessAdmitted: ("kawasan.rooms.zone.tasks.on_decision", "kawasan.rooms.commerce.tasks.on_business_changed"),
    BusinessSentBack: ("kawasan.rooms.zone.tasks.on_decision",),
    BusinessSuspended: ("kawasan.rooms.zone.tasks.on_decision", "kawasan.rooms.commerce.tasks.on_business_changed"),
    BusinessRestored: ("kawasan.rooms.zone.tasks.on_decision", "kawasan.rooms.commerce.tasks.on_business_changed"),
    PaymentRequested: ("kawasan.rooms.payments.tasks.on_payment_requested",),
    PaymentSucceeded: (
        "kawasan.rooms.commerce.tasks.on_payment_succeeded",
        "kawasan.rooms.payments.tasks.on_payment_closed",
    ),
    PaymentClosedUnpaid: (
        "kawasan.rooms.commerce.tasks.on_payment_closed_unpaid",
        "kawasan.rooms.payments.tasks.on_payment_closed",
    ),
    ShopCodeWanted: ("kawasan.rooms.payments.tasks.on_shop_code_wanted",),
    ShopPaid: ("kawasan.rooms.invoices.tasks.on_shop_paid",),
    OrderPaid: ("kawasan.rooms.commerce.tasks.on_order_paid",),
    AlarmClosed: ("kawasan.rooms.trace.tasks.on_alarm_closed",),
    OrderCancelled: (
        "kawasan.rooms.commerce.tasks.on_order_cancelled",
        "kawasan.rooms.invoices.tasks.on_order_cancelled",
    ),
    OrderRefunded: ("kawasan.rooms.invoices.tasks.on_order_refunded",),
    AlarmOpened: ("kawasan.rooms.sensors.tasks.on_alarm_opened",),
    BinVisited: ("kawasan.rooms.trace.tasks.on_bin_visited",),
    WasteTaken: ("kawasan.rooms.trace.tasks.on_waste_taken",),
}


# projections of the ledger, of captured events and of readings, in the order in which they catch up
FOLLOWERS: tuple[Follower, ...] = (
    ledger_followers.LINES,
    authority_followers.SALES,
    commerce_followers.SELLER_DAYS,
    books_followers.JOURNAL,
    log_followers.TRANSFERS,
    log_followers.LOOKS,
    log_followers.LEAVES,
    trace_followers.SUBSCRIPTIONS,
    sensors_followers.HOURS,
    sensors_followers.ALARMS,
    trace_followers.DRAWS,
)

# what `kawasan verify` asks, each returning findings
CHECKS: dict[str, Callable[[], Iterable[Finding]]] = {
    "ledger": ledger.verify,
    "log": log_checks.verify,
    "exchange": exchange.verify,
    "payments": payments.verify,
    "commerce.orders": commerce_checks.orders,
    "commerce.campaigns": commerce_checks.campaigns,
    "commerce.vouchers": commerce_checks.vouchers,
    "books": books_checks.verify,
    "invoices": invoices_checks.verify,
    "trace": trace_checks.verify,
    "sensors": sensors_checks.verify,
    "authority": authority_checks.verify,
}


# what the worker writes out as soon as it is there: called again while it returns more than nothing
WRITERS: tuple[Callable[[], int], ...] = (commerce.write_next_taken,)


# who may still need the transfers of a month that is over: each returns its reasons why the month must stay
MONTH_USERS: tuple[Callable[[date], Iterable[str]], ...] = (commerce.needs_of_month,)

# whose open documents stand among a business's receivables and payables
OPEN_DOCUMENTS: tuple[books.DocumentSource, ...] = (
    books.DocumentSource(invoices.SOURCE, invoices.open_documents, invoices.hear_settled),
)

# the last day of documents that PPN was counted for: its dated rows up to there stay as they are
PPN_DOCUMENTS: tuple[Callable[[], date | None], ...] = (invoices.last_ppn_day,)


def batches_of_product(product_id: UUID) -> tuple[trace.Batch, ...]:
    """Return the batches of a product whose passports its page links to, the newest first."""
    return trace.public_batches_of(product_id=product_id, limit=3)


def leaves_of_city(sources: Iterable[UUID]) -> Mapping[UUID, log.LeafId]:
    """Return the log's leaves of what the city service did, for the pages of stops and weighings."""
    return trace.leaves_of_city(business_id=zone.ZONE_OWNER, sources=sources)


def batches_of_order(order_id: UUID) -> tuple[trace.Batch, ...]:
    """Return the batches that an order's units came from, for the order's own page."""
    return trace.batches_of_order(order_id=order_id)


def write_payment(payment_id: UUID) -> None:
    """Let a payment that somebody asks for be written, where its order was only just taken."""
    commerce.write_taken(group_ids=[payment_id])


def actor_of_person(person_id: UUID) -> Actor:
    """Return the actor that a signed-in person is."""
    return zone.actor_of_person(person_id=person_id)


def actor_of_key(secret: str) -> Actor:
    """Return the actor that an API key stands for (a stranger for an unknown one)."""
    return zone.actor_of_key(secret=secret, at=clock.now())
