"""Background work of payments: let providers make codes, ask them, compare the books, close what is over, pay out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.facts import told_together
from kawasan.platform.jobs import job, periodic
from kawasan.platform.telemetry import log
from kawasan.rooms.exchange import api as exchange
from kawasan.rooms.payments import api
from kawasan.rooms.payments.facts import PaymentClosedUnpaid, PaymentRequested, PaymentSucceeded, ShopCodeWanted

DUE_MAX = 100  # payments closed in one round; the next one follows in seconds
PAYOUTS_MAX = 50
STUCK_MAX = 50
CODES_MAX = 50
CODES_TOGETHER = 5  # made side by side by one job; four such jobs are all the connections that a client opens
COUNTER_QUIET = timedelta(seconds=30)  # after which somebody is asked whether the counter was paid
AGAIN_AFTER = timedelta(seconds=60)  # longer than one run can take with all its timeouts


@told_together
def on_payment_requested(facts: Sequence[PaymentRequested], at: datetime) -> None:
    """Let the provider make the codes of new payments."""
    wanted = [str(fact.code_id) for fact in facts]
    some = [wanted[start : start + CODES_TOGETHER] for start in range(0, len(wanted), CODES_TOGETHER)]
    make_codes.defer_many({"code_ids": code_ids} for code_ids in some)


def on_payment_closed(fact: PaymentClosedUnpaid | PaymentSucceeded, at: datetime) -> None:
    """Close at the provider what nobody shall pay any more: all codes, or those that were not the one paid."""
    if api.has_open_codes(payment_id=fact.payment_id):
        close_codes.defer(payment_id=str(fact.payment_id))


@job(queue="payments", priority=PaymentRequested.PRIORITY)
def make_code(*, code_id: str) -> None:
    """Let the provider make a code: taken in hand (committed), called, noted. A repeat makes no second one."""
    _make([UUID(code_id)])


@job(queue="payments", priority=PaymentRequested.PRIORITY)
def make_codes(*, code_ids: list[str]) -> None:
    """Let the provider make several codes at the same time, each as ``make_code`` does."""
    _make_what_can_be([UUID(code_id) for code_id in code_ids])


def _make(wanted: Sequence[UUID]) -> None:
    """Make codes side by side, so that many take no longer than one; and those wanted instead of lost ones."""
    while wanted:
        with transaction(SYSTEM):
            orders = [order for one in sorted(wanted) if (order := api.begin_code(code_id=one, at=clock.now()))]
        if not orders:
            return
        with ThreadPoolExecutor(len(orders)) as pool:
            answers = list(pool.map(api.tell_provider, orders))
        with transaction(SYSTEM):
            instead = [
                api.note_code(code_id=order.code_id, answer=answer, at=clock.now())
                for order, answer in zip(orders, answers, strict=True)
            ]
        for order, answer, another in zip(orders, answers, instead, strict=True):
            if another is not None:
                api.drop_lost_code(order, answer)
        wanted = [another for another in instead if another is not None]


@job(queue="payments")
def close_codes(*, payment_id: str) -> None:
    """Close at the provider what could still be paid of a closed payment."""
    api.close_codes(payment_id=UUID(payment_id))


@job(queue="payments")
def check_payment(*, payment_id: str) -> None:
    """Ask the provider whether money came for a payment and do what it says. A repeat finds nothing new."""
    ask_about(UUID(payment_id))


@periodic("* * * * * */5", outside=True)
def close_due_payments() -> None:
    """Close payments whose time is over; before that ask the provider, since a notification may have been lost."""
    with transaction(SYSTEM):
        due = api.due_payments(at=clock.now(), limit=DUE_MAX)
    for payment in due:
        _try_to_ask(payment.id)
    if due:
        with transaction(SYSTEM):
            api.expire_payments(at=clock.now(), limit=DUE_MAX)


@periodic("* * * * * */10", outside=True)
def ask_about_stuck_payments() -> None:
    """Ask about open payments that nobody told about for long, or that end soon, while they can still be in time."""
    with transaction(SYSTEM):
        stuck = api.stuck_payments(at=clock.now(), limit=STUCK_MAX)
    for payment_id in stuck:
        _try_to_ask(payment_id)


@periodic("* * * * * */20", outside=True)
def make_waiting_codes() -> None:
    """Take codes in hand again whose making was cut short, or whose provider did not answer."""
    make_codes_again(again_after=AGAIN_AFTER)


def make_codes_again(*, again_after: timedelta) -> None:
    """Take codes in hand that were wanted so long ago and are not made."""
    with transaction(SYSTEM):
        waiting = api.waiting_codes(at=clock.now(), again_after=again_after, limit=CODES_MAX)
    for start in range(0, len(waiting), CODES_TOGETHER):
        _make_what_can_be(waiting[start : start + CODES_TOGETHER])
    with transaction(SYSTEM):
        of_shops = api.waiting_shop_codes(at=clock.now(), again_before=clock.now() - again_after, limit=CODES_MAX)
    for code_id in of_shops:
        make_shop_code(code_id=str(code_id))


def _make_what_can_be(code_ids: Sequence[UUID]) -> None:
    """Make codes; where one of them is refused (its connection was taken away), the others one by one."""
    try:
        _make(code_ids)
    except Refusal as refusal:
        log.warning("code-not-made", code_ids=[str(code_id) for code_id in code_ids], code=refusal.code)
        if len(code_ids) > 1:
            for code_id in code_ids:
                _make_what_can_be([code_id])


@job(queue="payments")
def compare_books() -> None:
    """Compare every provider's list of movements with ours now, because somebody asked for it."""
    api.run_reconciliation(at=clock.now())


@periodic("*/10 * * * *", outside=True)
def reconcile() -> None:
    """Compare every provider's list of movements with ours, every ten minutes."""
    api.run_reconciliation(at=clock.now())


@periodic("* * * * * */5", outside=True)
def send_payouts() -> None:
    """Tell the bank about requested payouts, and note what it did with each."""
    with transaction(SYSTEM):
        waiting = api.open_payouts(limit=PAYOUTS_MAX)
    for payout, account in waiting:
        with transaction(SYSTEM):
            sent = api.mark_payout_sent(payout_id=payout.id, at=clock.now())
        if sent.batch_id is not None:  # a batch took it in the meantime and tells the bank
            continue
        answer = api.send_to_bank(payout=payout, account=account, at=clock.now())
        if answer is None:  # not known yet: asked again in the next round
            continue
        with transaction(SYSTEM):
            api.settle_payout(
                payout_id=payout.id,
                sent=answer.sent,
                bank_reference=answer.reference,
                reason=answer.reason,
                at=clock.now(),
            )


@periodic("* * * * * */5", outside=True)
def send_money_back() -> None:
    """Let providers send refunds back to where their orders were paid from, and note what they did with each."""
    send_back_again(again_after=AGAIN_AFTER)


def send_back_again(*, again_after: timedelta) -> None:
    """Send refunds back; those that a provider did not answer about so long ago are asked about."""
    with transaction(SYSTEM):
        waiting = api.waiting_to_send_back(at=clock.now(), again_after=again_after, limit=PAYOUTS_MAX)
    for refund_id in waiting:
        with transaction(SYSTEM):
            order = api.begin_sending_back(refund_id=refund_id, at=clock.now())
        if order is None:
            continue
        answer = api.tell_provider_back(order)
        with transaction(SYSTEM):
            api.settle_sending_back(refund_id=refund_id, answer=answer, at=clock.now())


@periodic("* * * * *", outside=True)
def check_bank_accounts() -> None:
    """Ask the bank whose accounts are that were saved while it did not say, and note the answers."""
    with transaction(SYSTEM):
        waiting = api.unchecked_accounts(limit=PAYOUTS_MAX)
    for account_id, account in waiting:
        owner = api.ask_bank_for_name(account=account)
        if owner is None:
            continue
        with transaction(SYSTEM):
            api.note_name_at_bank(account_id=account_id, owner=owner, at=clock.now())


@periodic("* * * * *")
def free_reserves() -> None:
    """Let reserves whose time is over become free."""
    with transaction(SYSTEM):
        api.free_reserves(at=clock.now())


@periodic("* * * * * */10")
def send_back_money_abroad() -> None:
    """Let providers send back what came in another currency and fitted nothing."""
    with transaction(SYSTEM):
        waiting = exchange.waiting_to_be_sent(at=clock.now(), limit=PAYOUTS_MAX)
    for back in waiting:
        answer = api.send_back_abroad(back)
        with transaction(SYSTEM):
            api.note_sent_back(back_id=back.id, answer=answer, at=clock.now())


def ask_about(payment_id: UUID) -> None:
    """Ask the provider about one payment, outside any transaction, and do what it says."""
    for notification in api.ask_provider(payment_id=payment_id, at=clock.now()):
        with transaction(SYSTEM):
            api.notify(notification=notification, at=clock.now())


def _try_to_ask(payment_id: UUID) -> None:
    try:
        ask_about(payment_id)
    except Refusal as refusal:  # of one provider or wallet: the others must not wait for it
        log.warning("payment-not-asked", payment=str(payment_id), code=refusal.code)


# Shops' own codes


def on_shop_code_wanted(fact: ShopCodeWanted, at: datetime) -> None:
    """Let the provider make a shop's own code."""
    make_shop_code.defer(code_id=str(fact.code_id))


@job(queue="payments", priority=PaymentRequested.PRIORITY)
def make_shop_code(*, code_id: str) -> None:
    """Let the provider make a shop's own code, as ``make_code`` does for a bill."""
    while True:
        with transaction(SYSTEM):
            order = api.begin_shop_code(code_id=UUID(code_id), at=clock.now())
        if order is None:
            return
        answer = api.tell_provider_of_shop(order)
        with transaction(SYSTEM):
            is_wanted_again = api.note_shop_code(code_id=order.code_id, answer=answer, at=clock.now())
        if not is_wanted_again:
            return


@job(queue="payments")
def close_counter(*, counter_id: str) -> None:
    """Close at the provider what was cancelled at the counter; was it paid after all, its money is told about."""
    if not api.close_counter_code(counter_id=UUID(counter_id)):
        check_counter(counter_id=counter_id)


@job(queue="payments")
def check_counter(*, counter_id: str) -> None:
    """Ask the provider whether a payment at the counter was made. A repeat finds nothing new."""
    _take_in(api.ask_about_counter(counter_id=UUID(counter_id), at=clock.now()))


@job(queue="payments")
def check_static(*, business_id: str) -> None:
    """Ask the provider what was paid to a shop's static code lately. A repeat finds nothing new."""
    _take_in(api.ask_about_static(business_id=UUID(business_id), at=clock.now()))


@periodic("* * * * * */20", outside=True)
def ask_about_counters() -> None:
    """Ask about payments at the counter that nobody told about for half a minute."""
    at = clock.now()
    with transaction(SYSTEM):
        waiting = api.open_counter_codes(at=at, since=at - COUNTER_QUIET, limit=CODES_MAX)
    for counter_id in waiting:
        try:
            check_counter(counter_id=str(counter_id))
        except Refusal as refusal:
            log.warning("counter-not-asked", counter=str(counter_id), code=refusal.code)


def _take_in(told: Iterable[api.Notification]) -> None:
    for notification in told:
        with transaction(SYSTEM):
            api.notify(notification=notification, at=clock.now())
