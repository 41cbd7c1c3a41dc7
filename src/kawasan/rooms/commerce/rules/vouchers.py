"""
Vouchers: what a discount is, how it falls on sellers and lines, and the transfers that keep its budget.

A shop's voucher lowers what the buyer pays it: its budget is a promise, counted in an asset of its own. The zone's is
money that was set aside from its fees: it goes into the seller's escrow beside what the buyer pays. How often a buyer
may use either is counted in a second asset, as limits in campaigns are. None of these accounts can be overdrawn, so
neither a budget nor a limit is ever exceeded, whoever is faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Refusal
from kawasan.core.money import Money
from kawasan.rooms.commerce.rules.orders import PAYMENT_LIFETIME
from kawasan.rooms.commerce.rules.prices import to_the_second
from kawasan.rooms.commerce.rules.products import check_text
from kawasan.rooms.commerce.rules.refunds import shared_discount
from kawasan.rooms.commerce.types.codes import AccountCode, TransferCode
from kawasan.rooms.commerce.types.orders import Method
from kawasan.rooms.commerce.types.vouchers import (
    BASIS_POINTS,
    BUDGET_MAX,
    CODE_LENGTH_MAX,
    CODE_LENGTH_MIN,
    LEAST_MIN,
    PER_BUYER_MAX,
    PERCENT_MAX,
    VOUCHER_DAYS_MAX,
    VOUCHER_NAME_LENGTH_MAX,
    NewVoucher,
    VoucherCodeInvalid,
    VoucherElsewhere,
    VoucherLimitReached,
    VoucherLimitsInvalid,
    VoucherMinimum,
    VoucherNotNow,
    VoucherPeriodInvalid,
    VoucherState,
    VoucherTerms,
    VoucherUnknown,
    VoucherUsedUp,
    VoucherWorthInvalid,
)
from kawasan.rooms.ledger.rules import DERIVED_MAX, account_id, asset_id
from kawasan.rooms.ledger.types import Entry, Flag, Kind, NewAccount, NewTransfer
from kawasan.rooms.payments.rules.accounts import voucher as money_of
from kawasan.rooms.payments.rules.transfers import pay_from_voucher, pay_from_voucher_id

if TYPE_CHECKING:
    from kawasan.rooms.commerce.rules.checkout import Draft, DraftOrder

RUPIAH = 100  # minor units
_CODE = re.compile(f"[A-Z0-9]{{{CODE_LENGTH_MIN},{CODE_LENGTH_MAX}}}")


def plain_code(typed: str) -> str:
    """Return a code as it is kept: without blanks, in capital letters."""
    return "".join(typed.split()).upper()[: CODE_LENGTH_MAX + 1]


def checked_voucher(new: NewVoucher, *, at: datetime) -> NewVoucher:
    """
    Return a voucher as it is kept: its code in capitals, its moments cut to the second.

    Raises VoucherCodeInvalid, TextMissing, TextTooLong, VoucherWorthInvalid, VoucherPeriodInvalid,
    VoucherLimitsInvalid.
    """
    code = plain_code(new.code)
    if not _CODE.fullmatch(code):
        raise VoucherCodeInvalid(field="code", fewest=CODE_LENGTH_MIN, most=CODE_LENGTH_MAX)
    starts_at, ends_at = to_the_second(new.starts_at), to_the_second(new.ends_at)
    if not starts_at < ends_at <= starts_at + timedelta(days=VOUCHER_DAYS_MAX) or ends_at <= at:
        raise VoucherPeriodInvalid(field="ends_at", days=VOUCHER_DAYS_MAX)
    _check_worth(new)
    least_budget = new.amount_minor or RUPIAH
    is_whole = new.budget_minor % RUPIAH == 0
    if not (least_budget <= new.budget_minor <= BUDGET_MAX and is_whole and 1 <= new.per_buyer <= PER_BUYER_MAX):
        field = "per_buyer" if not 1 <= new.per_buyer <= PER_BUYER_MAX else "budget"
        raise VoucherLimitsInvalid(field=field, budget=Money(BUDGET_MAX), uses=PER_BUYER_MAX)
    name = check_text(" ".join(new.name.split()), field="name", most=VOUCHER_NAME_LENGTH_MAX)
    is_promotion = new.is_promotion and new.business_id is None  # a shop's lowers what the shop gets
    return replace(new, code=code, name=name, starts_at=starts_at, ends_at=ends_at, is_promotion=is_promotion)


def _check_worth(new: NewVoucher) -> None:
    wrong = VoucherWorthInvalid(
        field="percent" if new.percent_bp else "amount", percent=PERCENT_MAX, least=Money(LEAST_MIN)
    )
    if bool(new.percent_bp) == bool(new.amount_minor) or min(new.percent_bp, new.amount_minor) < 0:
        raise wrong
    if new.percent_bp and not 100 <= new.percent_bp <= PERCENT_MAX * 100:
        raise wrong
    if new.amount_minor % RUPIAH or (new.most_minor is not None and new.most_minor < RUPIAH):
        raise wrong
    if new.least_minor < LEAST_MIN + new.amount_minor:
        raise wrong


def state_of_voucher(terms: VoucherTerms, *, at: datetime) -> VoucherState:
    """Return where a voucher stands at a moment."""
    if at >= terms.ends_at:
        return VoucherState.OVER
    return VoucherState.PLANNED if at < terms.starts_at else VoucherState.RUNNING


def discount_of(terms: VoucherTerms, goods_minor: int, *, lines: int) -> int:
    """Return what a voucher takes off goods, in whole rupiah; at least Rp1 of every line is left to be paid."""
    given = terms.amount_minor or goods_minor * terms.percent_bp // BASIS_POINTS
    if terms.most_minor is not None:
        given = min(given, terms.most_minor)
    return max(0, min(given // RUPIAH, goods_minor // RUPIAH - lines)) * RUPIAH


def grant_discount(draft: Draft, terms: VoucherTerms | None) -> Draft:
    """
    Take a voucher's discount off a checkout: off the voucher's shop, or off every seller, by what their lines cost.

    Raises VoucherUnknown, VoucherNotNow, VoucherElsewhere, VoucherMinimum.
    """
    if terms is None:
        raise VoucherUnknown(field="voucher")
    named = {"field": "voucher", "voucher": terms.code}
    if state_of_voucher(terms, at=draft.at) is not VoucherState.RUNNING:
        raise VoucherNotNow(**named)
    orders = [order for order in draft.orders if terms.business_id in (None, order.business_id)]
    if not orders:
        raise VoucherElsewhere(**named)
    lines = [line for order in orders for line in order.lines]
    goods = sum(line.total_minor for line in lines)
    discount = discount_of(terms, goods, lines=len(lines))
    if goods < terms.least_minor or not discount:
        raise VoucherMinimum(least=Money(terms.least_minor), now=Money(goods), **named)
    for line, share in zip(lines, shared_discount(discount, [line.total_minor for line in lines]), strict=True):
        line.discount_minor = share
    for order in orders:
        order.discount_minor = sum(line.discount_minor for line in order.lines)
        order.total_minor -= order.discount_minor
    draft.total_minor -= discount
    draft.voucher = terms
    return draft


def voucher_transfers(draft: Draft) -> list[NewTransfer]:
    """Return what a checkout takes of its voucher: held while a payment is awaited, given at once from a wallet."""
    terms = draft.voucher
    if terms is None:
        return []
    until = None if draft.method is Method.WALLET else draft.at + PAYMENT_LIFETIME
    kind = Kind.POSTED if until is None else Kind.PENDING
    use = NewTransfer(
        id=_use_id(draft.group_id),
        debit=uses_account(terms.id, draft.buyer_id),
        credit=_uses(terms.id, AccountCode.VOUCHER_SPENT),
        amount=1,
        code=int(TransferCode.VOUCHER_USE),
        kind=kind,
        expires_at=until,
        reference=draft.group_id,
    )
    return [use, *(_spent(terms, order, kind, until) for order in draft.orders if order.discount_minor)]


def _spent(terms: VoucherTerms, order: DraftOrder, kind: Kind, until: datetime | None) -> NewTransfer:
    if terms.is_paid_by_zone:
        return pay_from_voucher(
            voucher_id=terms.id,
            business_id=order.business_id,
            amount_minor=order.discount_minor,
            order_id=order.id,
            until=until,
        )
    return NewTransfer(
        id=_spend_id(order.id),
        debit=budget_account(terms),
        credit=_promise(terms.id, AccountCode.VOUCHER_SPENT),
        amount=order.discount_minor,
        code=int(TransferCode.VOUCHER_SPEND),
        kind=kind,
        expires_at=until,
        reference=order.id,
    )


def voucher_holds(draft: Draft) -> list[UUID]:
    """Return the pending transfers of a checkout's voucher that its payment takes."""
    if draft.voucher is None or draft.method is Method.WALLET:
        return []
    is_paid = draft.voucher.is_paid_by_zone
    return held_by_voucher(draft.group_id, [(order.id, is_paid) for order in draft.orders if order.discount_minor])


def held_by_voucher(group_id: UUID, orders: Iterable[tuple[UUID, bool]]) -> list[UUID]:
    """Return these transfers' ids by checkout, its orders with a discount, and whether the zone pays it."""
    spent = [pay_from_voucher_id(order) if is_paid else _spend_id(order) for order, is_paid in orders]
    return [_use_id(group_id), *spent] if spent else []


def voucher_refusal(draft: Draft, account: str) -> Refusal | None:
    """Return what a buyer reads where the ledger found too little on an account of the checkout's voucher."""
    terms = draft.voucher
    if terms is None:
        return None
    if account == str(budget_account(terms)):
        return VoucherUsedUp(field="voucher", voucher=terms.code)
    if account == str(uses_account(terms.id, draft.buyer_id)):
        return VoucherLimitReached(field="voucher", voucher=terms.code, limit=terms.per_buyer)
    return None


def given_back(*, discount_minor: int, paid_minor: int, refunded_minor: int) -> int:
    """
    Return how much of a line's discount is undone once so much of what was paid for it is refunded.

    In proportion, rounded down, and all of it with the last rupiah; so it does not matter in which portions.
    """
    if refunded_minor >= paid_minor:
        return discount_minor
    return discount_minor * refunded_minor // paid_minor


def unspend(*, voucher_id: UUID, order_id: UUID, amount_minor: int, cause: UUID) -> NewTransfer:
    """Return the transfer that gives a part of an order's discount back to the budget of its shop's voucher."""
    return NewTransfer(
        id=ids.derived("commerce.voucher-unspend", cause),
        debit=_promise(voucher_id, AccountCode.VOUCHER_SPENT),
        credit=_promise(voucher_id, AccountCode.VOUCHER_BUDGET),
        amount=amount_minor,
        code=int(TransferCode.VOUCHER_UNSPEND),
        reference=order_id,
    )


def use_back(*, voucher_id: UUID, buyer_id: UUID, group_id: UUID) -> NewTransfer:
    """Return the transfer that lets a buyer use a voucher again whose checkout was cancelled as a whole."""
    return NewTransfer(
        id=ids.derived("commerce.voucher-use-back", group_id),
        debit=_uses(voucher_id, AccountCode.VOUCHER_SPENT),
        credit=uses_account(voucher_id, buyer_id),
        amount=1,
        code=int(TransferCode.VOUCHER_USE_BACK),
        reference=group_id,
    )


def promise_code(voucher_id: UUID) -> str:
    """Return the code of the asset that a shop's promise is counted in."""
    return f"voucher:{voucher_id}"


def use_code(voucher_id: UUID) -> str:
    """Return the code of the asset that uses of a voucher are counted in."""
    return f"voucher-use:{voucher_id}"


def budget_account(terms: VoucherTerms) -> UUID:
    """Return the account of what is left of a voucher's budget: the zone's money, or the shop's promise."""
    return money_of(terms.id) if terms.is_paid_by_zone else _promise(terms.id, AccountCode.VOUCHER_BUDGET)


@lru_cache(maxsize=DERIVED_MAX)
def uses_account(voucher_id: UUID, buyer_id: UUID) -> UUID:
    """Return the account of how often a buyer may still use a voucher."""
    return account_id(buyer_id, asset_id(use_code(voucher_id)), AccountCode.VOUCHER_USES)


def new_uses(terms: VoucherTerms, buyer_id: UUID) -> NewAccount:
    """Return that account, to be opened."""
    account, asset = uses_account(terms.id, buyer_id), asset_id(use_code(terms.id))
    return NewAccount(account, buyer_id, asset, AccountCode.VOUCHER_USES, Flag.NO_OVERDRAW)


def grant_uses(terms: VoucherTerms, buyer_id: UUID, *, at: datetime) -> Entry:
    """Return the entry that grants a buyer the uses of a voucher; its ids follow from both, so it applies once."""
    transfer = NewTransfer(
        id=ids.derived("commerce.voucher-grant", terms.id, buyer_id),
        debit=_uses(terms.id, AccountCode.VOUCHER_ISSUED),
        credit=uses_account(terms.id, buyer_id),
        amount=terms.per_buyer,
        code=int(TransferCode.VOUCHER_GRANT),
        reference=terms.id,
    )
    return Entry(ids.derived("commerce.voucher-grant-entry", terms.id, buyer_id), at, (transfer,))


def new_accounts_of_voucher(terms: VoucherTerms) -> list[NewAccount]:
    """Return the accounts of a new voucher, to be opened; the zone's money has its own in payments."""
    codes = (AccountCode.VOUCHER_SPENT, AccountCode.VOUCHER_ISSUED)
    accounts = [_new(terms.id, use_code(terms.id), code) for code in codes]
    if not terms.is_paid_by_zone:
        promised = (AccountCode.VOUCHER_BUDGET, *codes)
        accounts += [_new(terms.id, promise_code(terms.id), code) for code in promised]
    return accounts


def promise(terms: VoucherTerms, budget_minor: int) -> NewTransfer:
    """Return the transfer that makes the budget of a shop's voucher."""
    return NewTransfer(
        id=ids.derived("commerce.voucher-issue", terms.id),
        debit=_promise(terms.id, AccountCode.VOUCHER_ISSUED),
        credit=_promise(terms.id, AccountCode.VOUCHER_BUDGET),
        amount=budget_minor,
        code=int(TransferCode.VOUCHER_ISSUE),
        reference=terms.id,
    )


def wanted_uses(drafts: Iterable[Draft]) -> dict[UUID, tuple[VoucherTerms, UUID]]:
    """Return, by account, the buyers' uses that these checkouts count against."""
    used = ((draft.voucher, draft.buyer_id) for draft in drafts if draft.voucher is not None)
    return {uses_account(terms.id, buyer): (terms, buyer) for terms, buyer in used}


def _new(voucher_id: UUID, asset: str, code: AccountCode) -> NewAccount:
    flags = Flag.NONE if code is AccountCode.VOUCHER_ISSUED else Flag.NO_OVERDRAW
    return NewAccount(account_id(voucher_id, asset_id(asset), code), voucher_id, asset_id(asset), code, flags)


def _promise(voucher_id: UUID, code: AccountCode) -> UUID:
    return account_id(voucher_id, asset_id(promise_code(voucher_id)), code)


def _uses(voucher_id: UUID, code: AccountCode) -> UUID:
    return account_id(voucher_id, asset_id(use_code(voucher_id)), code)


def _spend_id(order_id: UUID) -> UUID:
    return ids.derived("commerce.voucher-spend", order_id)


def _use_id(group_id: UUID) -> UUID:
    return ids.derived("commerce.voucher-use", group_id)
