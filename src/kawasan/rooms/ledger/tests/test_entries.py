"""Entries apply whole or not at all, once; pending transfers reserve and are posted, voided or expire."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from tests.builders.ledger import (
    AT,
    a_hold,
    a_resolution,
    a_source,
    a_transfer,
    an_account,
    an_asset,
    an_entry,
)

from kawasan.core import ids
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.ledger.api import Balance, Flag, Kind, PendingState

pytestmark = pytest.mark.django_db


def transfer_count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from ledger_transfer")
        return int(cursor.fetchone()[0])


def test_a_transfer_moves_an_amount_from_one_account_to_the_other() -> None:
    buyer, seller = an_account(holding=100), an_account()
    order = ids.uuid7()
    moved = a_transfer(buyer, seller, 30, reference=order)
    answer = ledger.post(an_entry(moved))
    assert not answer.repeated
    assert ledger.balance(buyer).available == 70
    assert ledger.balance(seller) == Balance(credits_posted=30)
    row = ledger.transfer(moved.id)
    assert (row.debit, row.credit, row.amount, row.reference) == (buyer, seller, 30, order)
    assert (row.at, row.sequence, row.kind) == (AT, answer.last_sequence, Kind.POSTED)


def test_a_linked_group_applies_whole_or_not_at_all() -> None:
    piece = an_asset()
    buyer, seller = an_account(holding=100), an_account()
    stock, bought = an_account(asset=piece, holding=1), an_account(asset=piece)
    before = transfer_count()
    with pytest.raises(ledger.InsufficientBalance) as refused:
        ledger.post(an_entry(a_transfer(buyer, seller, 40), a_transfer(stock, bought, 2)))
    assert refused.value.data == {"account": str(stock), "available": 1, "amount": 2}
    assert transfer_count() == before
    assert ledger.balance(buyer).available == 100
    ledger.post(an_entry(a_transfer(buyer, seller, 40), a_transfer(stock, bought, 1)))
    assert (ledger.balance(buyer).available, ledger.balance(bought).available) == (60, 1)


def test_a_later_transfer_of_an_entry_may_spend_what_an_earlier_one_brought() -> None:
    payer, escrow, seller = an_account(holding=10), an_account(), an_account()
    ledger.post(an_entry(a_transfer(payer, escrow, 10), a_transfer(escrow, seller, 9)))
    assert ledger.balance(seller).available == 9
    assert ledger.balance(escrow).available == 1


def test_repeating_an_entry_returns_the_first_answer_and_moves_nothing() -> None:
    buyer, seller = an_account(holding=100), an_account()
    entry = an_entry(a_hold(buyer, seller, 30))
    first = ledger.post(entry)
    later = ledger.Entry(entry.id, AT + timedelta(hours=1), entry.transfers)
    again = ledger.post(later)
    assert (again.last_sequence, again.repeated) == (first.last_sequence, True)
    assert ledger.entry(entry.id) == again
    assert ledger.balance(buyer).debits_pending == 30


def test_an_entry_id_with_another_content_is_refused() -> None:
    buyer, seller = an_account(holding=100), an_account()
    entry = an_entry(a_transfer(buyer, seller, 30))
    ledger.post(entry)
    with pytest.raises(ledger.EntryIdReused):
        ledger.post(an_entry(a_transfer(buyer, seller, 31), id=entry.id))
    assert ledger.balance(seller).posted == 30


@pytest.mark.parametrize("field", ["id", "debit", "credit", "amount", "code", "kind", "pending_of", "reference"])
def test_a_repeat_must_match_in_every_field(field: str) -> None:
    buyer, seller, other = an_account(holding=100), an_account(), an_account(holding=100)
    transfer = a_transfer(buyer, seller, 30)
    entry = an_entry(transfer)
    ledger.post(entry)
    changes = {"debit": other, "credit": other, "amount": 31, "code": 101, "kind": Kind.PENDING}
    changed = replace(transfer, **{field: changes.get(field, ids.uuid7())})
    with pytest.raises(ledger.EntryIdReused):
        ledger.post(an_entry(changed, id=entry.id))
    with pytest.raises(ledger.EntryIdReused):
        ledger.post(an_entry(transfer, a_transfer(buyer, seller, 1), id=entry.id))
    assert (ledger.balance(seller).posted, ledger.balance(other).posted) == (30, 100)


def test_a_refused_entry_may_be_sent_again_once_there_is_enough() -> None:
    buyer, seller = an_account(), an_account()
    entry = an_entry(a_transfer(buyer, seller, 5))
    with pytest.raises(ledger.InsufficientBalance):
        ledger.post(entry)
    assert ledger.entry(entry.id) is None
    ledger.post(an_entry(a_transfer(a_source(), buyer, 5)))
    assert not ledger.post(entry).repeated


def test_a_batch_is_answered_entry_by_entry_in_order() -> None:
    wallet, shop = an_account(holding=10), an_account()
    good, too_much, rest = (an_entry(a_transfer(wallet, shop, amount)) for amount in (6, 5, 4))
    answers = ledger.post_many([good, too_much, rest, good])
    kinds = [type(answer).__name__ for answer in answers]
    assert kinds == ["Applied", "Refused", "Applied", "Applied"]
    assert [answer.entry_id for answer in answers] == [good.id, too_much.id, rest.id, good.id]
    assert answers[3] == ledger.Applied(good.id, answers[0].last_sequence, repeated=True)
    assert ledger.balance(wallet).available == 0


def test_an_empty_batch_has_no_answers_and_an_oversized_one_is_refused_whole() -> None:
    wallet, shop = an_account(holding=10), an_account()
    assert ledger.post_many([]) == []
    entry = an_entry(a_transfer(wallet, shop, 1))
    with pytest.raises(ledger.BatchTooLarge):
        ledger.post_many([entry] * (ledger.ENTRIES_PER_BATCH_MAX + 1))
    assert ledger.balance(shop).posted == 0


def test_an_entry_takes_a_thousand_transfers_and_not_one_more() -> None:
    source, wallet = a_source(), an_account()
    transfers = [a_transfer(source, wallet, 1) for _ in range(ledger.TRANSFERS_PER_ENTRY_MAX)]
    ledger.post(an_entry(*transfers))
    assert ledger.balance(wallet).posted == ledger.TRANSFERS_PER_ENTRY_MAX
    with pytest.raises(ledger.EntrySizeInvalid):
        ledger.post(an_entry(*[a_transfer(source, wallet, 1) for _ in range(ledger.TRANSFERS_PER_ENTRY_MAX + 1)]))


def test_a_transfer_id_of_the_past_is_refused_and_the_rest_of_the_batch_applies() -> None:
    wallet, shop = an_account(holding=10), an_account()
    old = a_transfer(wallet, shop, 1)
    ledger.post(an_entry(old))
    new = [a_transfer(wallet, shop, 2), a_transfer(wallet, shop, 3)]
    answers = ledger.post_many([an_entry(new[0]), an_entry(old), an_entry(new[1])])
    assert [getattr(answer, "refusal", None) and answer.refusal.code for answer in answers] == [
        None,
        "transfer-id-reused",
        None,
    ]
    assert ledger.balance(shop).posted == 6


def test_a_pending_transfer_reserves_and_posting_it_moves() -> None:
    wallet, shop = an_account(holding=100), an_account()
    hold = a_hold(wallet, shop, 40, reference=ids.uuid7())
    ledger.post(an_entry(hold))
    assert ledger.balance(wallet) == Balance(debits_pending=40, credits_posted=100)
    assert (ledger.balance(wallet).available, ledger.balance(shop).available) == (60, 0)
    posting = a_resolution(Kind.POST, hold)
    ledger.post(an_entry(posting))
    assert ledger.balance(wallet) == Balance(debits_posted=40, credits_posted=100)
    assert ledger.balance(shop) == Balance(credits_posted=40)
    assert ledger.pending_state(hold.id) is PendingState.POSTED
    row = ledger.transfer(posting.id)
    assert (row.debit, row.credit, row.amount, row.code, row.reference) == (wallet, shop, 40, hold.code, hold.reference)


def test_what_is_reserved_cannot_be_spent_again() -> None:
    wallet, shop = an_account(holding=100), an_account()
    ledger.post(an_entry(a_hold(wallet, shop, 80)))
    with pytest.raises(ledger.InsufficientBalance):
        ledger.post(an_entry(a_transfer(wallet, shop, 21)))
    assert ledger.balance(wallet).available == 20


def test_posting_a_part_releases_the_rest() -> None:
    wallet, shop = an_account(holding=100), an_account()
    hold = a_hold(wallet, shop, 40)
    ledger.post(an_entry(hold))
    ledger.post(an_entry(a_resolution(Kind.POST, hold, 15)))
    assert ledger.balance(wallet) == Balance(debits_posted=15, credits_posted=100)
    assert ledger.balance(shop) == Balance(credits_posted=15)


def test_voiding_releases_all() -> None:
    wallet, shop = an_account(holding=100), an_account()
    hold = a_hold(wallet, shop, 40, minutes=None)
    ledger.post(an_entry(hold))
    assert ledger.pending_state(hold.id) is PendingState.OPEN
    ledger.post(an_entry(a_resolution(Kind.VOID, hold)))
    assert ledger.balance(wallet) == Balance(credits_posted=100)
    assert ledger.pending_state(hold.id) is PendingState.VOIDED


@pytest.mark.parametrize("second", [Kind.POST, Kind.VOID])
@pytest.mark.parametrize("first", [Kind.POST, Kind.VOID])
def test_a_pending_transfer_is_resolved_once(first: Kind, second: Kind) -> None:
    wallet, shop = an_account(holding=100), an_account()
    hold = a_hold(wallet, shop, 40)
    ledger.post(an_entry(hold))
    ledger.post(an_entry(a_resolution(first, hold)))
    balances = ledger.balances([wallet, shop])
    with pytest.raises(ledger.PendingAlreadyResolved) as refused:
        ledger.post(an_entry(a_resolution(second, hold)))
    assert refused.value.data["resolution"] == first
    assert ledger.balances([wallet, shop]) == balances


@pytest.mark.parametrize("kind", [Kind.POST, Kind.VOID])
@pytest.mark.parametrize("swept", [False, True])
def test_what_has_expired_can_be_neither_posted_nor_voided_swept_or_not(kind: Kind, swept: bool) -> None:
    wallet, shop = an_account(holding=100), an_account()
    hold = a_hold(wallet, shop, 40, minutes=15)
    ledger.post(an_entry(hold))
    assert ledger.expire_due(AT + timedelta(minutes=15)) == 1 if swept else True
    with pytest.raises(ledger.PendingExpired):
        ledger.post(an_entry(a_resolution(kind, hold), at=AT + timedelta(minutes=15)))
    assert ledger.balance(shop).posted == 0
    assert ledger.pending_state(hold.id) is (PendingState.EXPIRED if swept else PendingState.OPEN)


def test_a_pending_transfer_may_be_posted_until_the_moment_before_it_expires() -> None:
    wallet, shop = an_account(holding=100), an_account()
    hold = a_hold(wallet, shop, 40, minutes=15)
    ledger.post(an_entry(hold))
    ledger.post(an_entry(a_resolution(Kind.POST, hold), at=AT + timedelta(minutes=15, microseconds=-1)))
    assert ledger.balance(shop).posted == 40
    assert ledger.expire_due(AT + timedelta(days=1)) == 0


def test_the_sweep_releases_what_is_due_oldest_first_and_only_once() -> None:
    wallet, shop = an_account(holding=100), an_account()
    holds = [a_hold(wallet, shop, 10, minutes=minutes) for minutes in (3, 1, 2, 9)]
    forever = a_hold(wallet, shop, 10, minutes=None)
    ledger.post(an_entry(*holds, forever))
    at = AT + timedelta(minutes=5)
    assert ledger.expire_due(at, limit=2) == 2
    states = [ledger.pending_state(hold.id) for hold in (*holds, forever)]
    assert states == ["open", "expired", "expired", "open", "open"]
    assert (ledger.expire_due(at), ledger.expire_due(at)) == (1, 0)
    assert ledger.balance(wallet).debits_pending == 20


def test_frozen_accounts_take_part_in_nothing_new_but_let_go_what_they_hold() -> None:
    wallet, shop = an_account(holding=100), an_account()
    posted, voided, _ = holds = [a_hold(wallet, shop, 10, minutes=5) for _ in range(3)]
    ledger.post(an_entry(*holds))
    ledger.freeze_account(wallet)
    ledger.freeze_account(wallet)
    for refused in (a_transfer(wallet, shop, 1), a_transfer(shop, wallet, 1), a_resolution(Kind.POST, posted)):
        with pytest.raises(ledger.AccountFrozen):
            ledger.post(an_entry(refused))
    ledger.post(an_entry(a_resolution(Kind.VOID, voided)))
    assert ledger.expire_due(AT + timedelta(minutes=5)) == 2
    assert ledger.balance(wallet) == Balance(credits_posted=100)
    assert ledger.account(wallet).flags == Flag.NO_OVERDRAW | Flag.FROZEN
    ledger.thaw_account(wallet)
    ledger.post(an_entry(a_transfer(wallet, shop, 1)))


def test_a_purchase_limit_is_an_account_that_cannot_be_overfilled() -> None:
    piece = an_asset("limit")
    limit = an_account(flags=Flag.NO_OVERFILL, asset=piece)
    used, granted = an_account(flags=Flag.NONE, asset=piece, code=2), an_account(flags=Flag.NONE, asset=piece, code=3)
    ledger.post(an_entry(a_transfer(limit, granted, 2)))
    ledger.post(an_entry(a_transfer(used, limit, 1)))
    with pytest.raises(ledger.AccountFull) as refused:
        ledger.post(an_entry(a_transfer(used, limit, 2)))
    assert refused.value.data == {"account": str(limit), "available": 1, "amount": 2}


def test_followers_read_transfers_in_order_with_their_owners() -> None:
    owner = ids.uuid7()
    wallet, shop = an_account(holding=100), an_account(owner=owner)
    one, two, three = (a_transfer(wallet, shop, n, code=code) for n, code in ((1, 200), (2, 100), (3, 200)))
    start = ledger.post(an_entry(one)).last_sequence
    last = ledger.post(an_entry(two, three)).last_sequence
    rows = ledger.transfers_between(start, last)
    assert [row.amount for row in rows] == [2, 3]
    assert {row.credit_owner for row in rows} == {owner}
    assert [row.amount for row in ledger.transfers_between(start - 1, last, codes=[200])] == [1, 3]
    assert ledger.transfers_between(last, last + 100) == []


def test_asking_for_what_is_not_there_is_told_so() -> None:
    nobody = ids.uuid7()
    with pytest.raises(ledger.TransferNotFound):
        ledger.transfer(nobody)
    with pytest.raises(ledger.PendingNotFound):
        ledger.pending_state(nobody)
    with pytest.raises(ledger.UnknownAccount):
        ledger.balance(nobody)
    assert ledger.balances([nobody]) == {}


@pytest.mark.parametrize("count", [1, 2])  # alone, and in an entry of several
def test_an_account_that_may_not_be_debited_still_takes_what_comes(count: int) -> None:
    wallet, source = an_account(holding=100), a_source()
    for _ in range(2):
        ledger.stop_debits(wallet)
    out = [a_transfer(wallet, source, 10) for _ in range(count)]
    with pytest.raises(ledger.AccountFrozen):
        ledger.post(an_entry(*out))
    with pytest.raises(ledger.AccountFrozen):
        ledger.post(an_entry(a_hold(wallet, source, 10)))
    ledger.post(an_entry(*[a_transfer(source, wallet, 5) for _ in range(count)]))
    assert ledger.balance(wallet).available == 100 + 5 * count
    ledger.allow_debits(wallet)
    ledger.post(an_entry(*out))
    assert ledger.verify() == []
