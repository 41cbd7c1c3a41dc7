"""Orders leave escrow, refunds come back out of it: what each moves, and the rows that tell why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.platform.db import requires_transaction, seeing_everything
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions.accounts import ensure_accounts
from kawasan.rooms.payments.actions.reach import lock_sellers
from kawasan.rooms.payments.actions.sending_back import want_back_unless_used
from kawasan.rooms.payments.queries.money_rules import rule_now, rules_of
from kawasan.rooms.payments.queries.settlement import as_refund, turnover_before
from kawasan.rooms.payments.rules import accounts, settling
from kawasan.rooms.payments.rules.money_rules import rule_on
from kawasan.rooms.payments.rules.transfers import move, refund_from_seller, refund_to_wallet
from kawasan.rooms.payments.types import (
    MoneyRule,
    Parts,
    PaymentCode,
    Refunded,
    RefundIdReused,
    Released,
    RuleKind,
    Sources,
    VoucherBack,
)

_KINDS = (RuleKind.RESERVE, RuleKind.WITHHOLDING, RuleKind.TURNOVER_STATEMENT)


@requires_transaction
def settle_orders(*, orders: Sequence[Released], at: datetime) -> dict[UUID, tuple[ledger.NewTransfer, ...]]:
    """
    Return, for each order, the transfers that take its money out of escrow, and note what became of it.

    Fee to the zone, withheld tax to the tax account, the rest to the seller's balance; of that, a debt is recovered
    and a reserve held back, as the rules of the day say. The caller posts each order's transfers in one entry, in the
    same transaction. An order of nothing has none. Raises ValueError for a fee above the gross; the database refuses
    an order that was settled before.
    """
    wanted = [order for order in orders if order.gross_minor]
    businesses = {order.business_id for order in wanted}
    lock_sellers(businesses)
    ensure_accounts(business_ids=tuple(sorted(businesses)))
    with seeing_everything():
        rules = rules_of(_KINDS, business_ids=businesses)
        debts = debts_of(businesses)
        parts = {order.order_id: _parts(order, rules, debts, at) for order in wanted}
        _note(wanted, parts, rules, at)
    return {order.order_id: _transfers(order, parts[order.order_id]) for order in wanted}


@requires_transaction
def refund(
    *,
    refund_id: UUID,
    order_id: UUID,
    business_id: UUID,
    person_id: UUID,
    amount_minor: int,
    left_minor: int,
    fee_back_minor: int = 0,
    voucher: VoucherBack | None = None,
    is_released: bool,
    at: datetime,
) -> tuple[ledger.NewTransfer, ...]:
    """
    Return the transfers that give a buyer money back into the wallet, and note where it came from.

    Where the order was paid by QRIS and the buyer does not use the wallet, a provider is asked afterwards to send it on
    to where it was paid from (Note [Through the wallet]).

    Where the zone paid a part of the order, ``voucher`` names what of that goes back to it, from the same sources.

    Before the release it comes from escrow. After it, the zone gives back its fee and the tax of what is refunded
    (``left_minor`` is what remains of the order), then the seller's balance pays, then the seller's reserve, then the
    zone, which the seller owes it; never the buyer. Raises RefundIdReused for an id that refunded before, and
    SellerDebtFull where the seller owes too much already.
    """
    given = _Refund(refund_id, order_id, business_id, person_id, amount_minor, left_minor, fee_back_minor, voucher)
    with seeing_everything():
        if models.Refund.objects.filter(pk=refund_id).exists():
            raise RefundIdReused
        if not is_released:
            want_back_unless_used(_note_refund(given, None, at), at)
            return (_refund_to_wallet(given), *_to_voucher(given, None))
        lock_sellers([business_id])
        ensure_accounts(business_ids=(business_id,), person_id=person_id)
        sources = _sources(given, at)
        _take_from_reserve(business_id, sources.from_reserve_minor)
        want_back_unless_used(_note_refund(given, sources, at), at)
        return _transfers_back(given, sources)


@requires_transaction
def find_refund(*, refund_id: UUID) -> Refunded | None:
    """Return a refund that was made, or nothing; for whoever is about to repeat one."""
    with seeing_everything():
        row = models.Refund.objects.filter(pk=refund_id).first()
    return None if row is None else as_refund(row)


def debts_of(business_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return what businesses owe the zone, as positive figures."""
    owed = {business: accounts.debt(business) for business in business_ids}
    found = ledger.balances(list(owed.values()))
    return {business: -found.get(account, ledger.Balance()).posted for business, account in owed.items()}


@dataclass(frozen=True, slots=True)
class _Refund:
    refund_id: UUID
    order_id: UUID
    business_id: UUID
    person_id: UUID
    amount_minor: int
    left_minor: int
    fee_back_minor: int
    voucher: VoucherBack | None = None

    @property
    def whole_minor(self) -> int:
        """What leaves the seller's side: the buyer's money and the voucher's."""
        return self.amount_minor + (self.voucher.amount_minor if self.voucher else 0)


def _parts(order: Released, rules: list[MoneyRule], debts: dict[UUID, int], at: datetime) -> Parts:
    day, business = clock.business_day(at), order.business_id
    reserve = rule_on(rules, RuleKind.RESERVE, day, business_id=business)
    parts = settling.parts_of(
        gross_minor=order.gross_minor,
        fee_minor=order.fee_minor,
        withheld_permille=_withheld_permille(business, rules, at),
        debt_minor=debts[business],
        reserve_permille=reserve.permille if reserve and reserve.is_on else 0,
    )
    debts[business] -= parts.recovered_minor
    return parts


# Freed by a statement are businesses whose turnover up to the end of last month has not passed the limit: above it a
# new statement is due by the end of that month, and tax is withheld from the next one on (PMK 37/2025).
def _withheld_permille(business_id: UUID, rules: list[MoneyRule], at: datetime) -> int:
    day = clock.business_day(at)
    rule = rule_on(rules, RuleKind.WITHHOLDING, day)
    if rule is None or not rule.is_on:
        return 0
    statement = rule_on(rules, RuleKind.TURNOVER_STATEMENT, day, business_id=business_id)
    if statement is None or not statement.is_on:
        return rule.permille
    return rule.permille if turnover_before(business_id, day.replace(day=1)) > rule.amount_minor else 0


def _note(orders: list[Released], parts: dict[UUID, Parts], rules: list[MoneyRule], at: datetime) -> None:
    day = clock.business_day(at)
    settlements, reserves = [], []
    for order in orders:
        part = parts[order.order_id]
        settlements.append(
            models.Settlement(
                id=order.order_id,
                business_id=order.business_id,
                gross_minor=order.gross_minor,
                fee_minor=part.fee_minor,
                withheld_minor=part.withheld_minor,
                recovered_minor=part.recovered_minor,
                reserved_minor=part.reserved_minor,
                at=at,
            )
        )
        rule = rule_on(rules, RuleKind.RESERVE, day, business_id=order.business_id)
        if part.reserved_minor and rule:
            reserves.append(_reserve(order, part, rule, at))
    models.Settlement.objects.bulk_create(settlements)
    models.Reserve.objects.bulk_create(reserves)


def _reserve(order: Released, part: Parts, rule: MoneyRule, at: datetime) -> models.Reserve:
    return models.Reserve(
        id=order.order_id,
        business_id=order.business_id,
        amount_minor=part.reserved_minor,
        held_at=at,
        free_at=at + timedelta(days=rule.number),
    )


def _transfers(order: Released, parts: Parts) -> tuple[ledger.NewTransfer, ...]:
    business, escrow, balance = (
        order.business_id,
        accounts.escrow(order.business_id),
        accounts.balance(order.business_id),
    )
    steps = (
        (PaymentCode.RELEASE, escrow, balance, parts.released_minor),
        (PaymentCode.FEE, escrow, accounts.fee(), parts.fee_minor),
        (PaymentCode.WITHHELD, escrow, accounts.tax(), parts.withheld_minor),
        (PaymentCode.RECOVERY, balance, accounts.debt(business), parts.recovered_minor),
        (PaymentCode.RESERVED, balance, accounts.reserve(business), parts.reserved_minor),
    )
    of = order.order_id
    return tuple(
        move(ids.derived_in_time("payments.release", of, int(code)), code, debit, credit, amount, of)
        for code, debit, credit, amount in steps
        if amount
    )


def _sources(given: _Refund, at: datetime) -> Sources:
    settled = models.Settlement.objects.filter(pk=given.order_id).first()
    balances = ledger.balances([accounts.balance(given.business_id), accounts.reserve(given.business_id)])
    free = balances.get(accounts.balance(given.business_id), ledger.Balance()).available
    held = balances.get(accounts.reserve(given.business_id), ledger.Balance()).available
    cap = rule_now(RuleKind.DEBT_CAP, clock.business_day(at), business_id=given.business_id)
    return settling.sources_of(
        amount_minor=given.whole_minor,
        fee_back_minor=given.fee_back_minor,
        withheld_back_minor=_withheld_back(given, settled, at),
        available_minor=free,
        reserve_minor=held,
        may_owe_minor=max(0, (cap.amount_minor if cap else 0) - debts_of([given.business_id])[given.business_id]),
    )


# Within the month the tax is still ours to give back; a month's list that is handed in is not changed any more, and the
# seller settles the tax of a later refund in the tax return (own reading of PMK 37/2025).
def _withheld_back(given: _Refund, settled: models.Settlement | None, at: datetime) -> int:
    if settled is None or not settled.withheld_minor:
        return 0
    month, now = clock.business_day(settled.at).replace(day=1), clock.business_day(at).replace(day=1)
    if month != now:
        return 0
    earlier = models.Refund.objects.filter(order_id=given.order_id).values_list("withheld_back_minor", flat=True)
    kept = settled.withheld_minor - sum(earlier)
    stays = settling.withheld_after(
        gross_minor=settled.gross_minor, withheld_minor=settled.withheld_minor, left_minor=given.left_minor
    )
    return min(max(0, kept - stays), given.whole_minor - given.fee_back_minor)


def _take_from_reserve(business_id: UUID, amount_minor: int) -> None:
    rows = models.Reserve.objects.select_for_update().filter(business=business_id, freed_at__isnull=True)
    for row in rows.order_by("free_at", "pk") if amount_minor else ():
        part = min(amount_minor, row.amount_minor - row.used_minor)
        row.used_minor += part
        row.save(update_fields=["used_minor"])
        amount_minor -= part


def _note_refund(given: _Refund, sources: Sources | None, at: datetime) -> models.Refund:
    row = models.Refund(
        id=given.refund_id,
        order_id=given.order_id,
        business_id=given.business_id,
        person_id=given.person_id,
        amount_minor=given.amount_minor,
        is_after_release=sources is not None,
        fee_back_minor=sources.fee_back_minor if sources else 0,
        withheld_back_minor=sources.withheld_back_minor if sources else 0,
        from_reserve_minor=sources.from_reserve_minor if sources else 0,
        advanced_minor=sources.advanced_minor if sources else 0,
        voucher_minor=given.whole_minor - given.amount_minor,
        at=at,
    )
    row.save(force_insert=True)
    return row


def _refund_to_wallet(given: _Refund) -> ledger.NewTransfer:
    return refund_to_wallet(
        person_id=given.person_id,
        business_id=given.business_id,
        amount_minor=given.amount_minor,
        order_id=given.order_id,
        refund_id=given.refund_id,
    )


# Everything goes through the seller's balance, so that its statement tells the whole story of the refund.
def _transfers_back(given: _Refund, sources: Sources) -> tuple[ledger.NewTransfer, ...]:
    business, balance = given.business_id, accounts.balance(given.business_id)
    steps = (
        (PaymentCode.FEE_BACK, accounts.fee(), sources.fee_back_minor),
        (PaymentCode.WITHHELD_BACK, accounts.tax(), sources.withheld_back_minor),
        (PaymentCode.RESERVE_FREED, accounts.reserve(business), sources.from_reserve_minor),
        (PaymentCode.ADVANCE, accounts.debt(business), sources.advanced_minor),
    )
    of = given.refund_id
    into_balance = [
        move(ids.derived_in_time("payments.refund", of, int(code)), code, debit, balance, amount, given.order_id)
        for code, debit, amount in steps
        if amount
    ]
    back = refund_from_seller(
        person_id=given.person_id,
        business_id=business,
        amount_minor=given.amount_minor,
        order_id=given.order_id,
        refund_id=given.refund_id,
    )
    return (*into_balance, back, *_to_voucher(given, balance))


def _to_voucher(given: _Refund, balance: UUID | None) -> tuple[ledger.NewTransfer, ...]:
    """Return the transfer that gives the zone its part of a refunded order back: from the balance, else from escrow."""
    if given.voucher is None or not given.voucher.amount_minor:
        return ()
    code = PaymentCode.VOUCHER_BACK if balance is None else PaymentCode.VOUCHER_BACK_FROM_SELLER
    transfer_id = ids.derived_in_time("payments.refund", given.refund_id, int(code))
    debit, credit = balance or accounts.escrow(given.business_id), accounts.voucher(given.voucher.voucher_id)
    return (move(transfer_id, code, debit, credit, given.voucher.amount_minor, given.order_id),)
