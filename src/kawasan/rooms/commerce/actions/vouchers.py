"""Vouchers made, closed and tried; what the zone did not give away goes back to where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole, ZoneRole
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.queries import carts
from kawasan.rooms.commerce.queries.offers import offers
from kawasan.rooms.commerce.queries.voucher_terms import terms_of_code
from kawasan.rooms.commerce.queries.vouchers import as_terms, as_vouchers, may_see
from kawasan.rooms.commerce.rules import checkout as deciding
from kawasan.rooms.commerce.rules import orders as orders_rules
from kawasan.rooms.commerce.rules import vouchers as rules
from kawasan.rooms.commerce.rules.checkout import Draft
from kawasan.rooms.commerce.types.orders import Method, ShipTo, Wanted
from kawasan.rooms.commerce.types.vouchers import (
    Discount,
    NewVoucher,
    Voucher,
    VoucherBudgetUncovered,
    VoucherCodeTaken,
    VoucherIdReused,
    VoucherNotFound,
    VoucherPromotionUncovered,
    VoucherTerms,
)
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

SWEPT_MAX = 200  # vouchers in one transaction


@requires_transaction
def make_voucher(*, actor: Actor, voucher: NewVoucher, at: datetime) -> Voucher:
    """
    Make a voucher: a business's owner for the own shop, or zone staff (without a business) for every shop.

    A shop's voucher lowers what the shop gets. The zone's is paid from its fees or from promotion money: its budget is
    set aside now. The same id with the same content returns what was made. Raises Forbidden, NotFound,
    VoucherCodeInvalid, VoucherWorthInvalid, VoucherPeriodInvalid, VoucherLimitsInvalid, TextMissing, TextTooLong,
    VoucherCodeTaken, VoucherIdReused, VoucherBudgetUncovered, VoucherPromotionUncovered.
    """
    _need_maker(actor, voucher.business_id)
    wish = rules.checked_voucher(voucher, at=at)
    if earlier := models.Voucher.objects.filter(pk=wish.id).first():
        return _same(actor, earlier, wish, at)
    row = _insert(wish, actor, at)
    terms = as_terms(row)
    _open(terms, row, at)
    return as_vouchers([row], at=at)[0]


@requires_transaction
def close_voucher(*, actor: Actor, voucher_id: UUID, at: datetime) -> Voucher:
    """
    End a voucher now: no checkout can use it any more, orders keep what they got. A repeat changes nothing.

    What the zone's voucher did not give away goes back to where it came from. Raises VoucherNotFound, Forbidden.
    """
    row = models.Voucher.objects.select_for_update().filter(pk=voucher_id).first()
    if row is None or not may_see(actor, row):
        raise VoucherNotFound
    _need_maker(actor, row.business_id)
    if row.closed_at is None and at < row.ends_at:
        row.closed_at = at
        row.save(update_fields=["closed_at"])
        _give_back([row], at)
    return as_vouchers([row], at=at)[0]


@requires_transaction
def try_voucher(*, actor: Actor, code: str, lines: Sequence[Wanted], at: datetime, from_cart: bool = False) -> Discount:
    """
    Return what a voucher takes off these lines now, without ordering anything; ``from_cart`` for what a cart holds.

    Budget and limit are the ledger's to say when it is ordered. Raises Unauthenticated, what ``place_orders`` says of
    lines, and VoucherUnknown, VoucherNotNow, VoucherElsewhere, VoucherMinimum.
    """
    buyer = actor.need_person()
    orders_rules.check_wanted(lines)
    held = carts.held_by(buyer, at=at) if from_cart else {}
    offered = offers([line.variant_id for line in lines], at=at, held=held)
    blank = [Wanted(line.variant_id, line.quantity) for line in lines]  # prices are compared when it is ordered
    deciding.check_lines(actor, blank, offered)
    draft = deciding.fill(Draft(ids.uuid7(), buyer, Method.WALLET, ShipTo("", "", ""), b"", at), blank, offered)
    goods, plain = draft.total_minor, rules.plain_code(code)
    rules.grant_discount(draft, terms_of_code(plain))
    return Discount(code=plain, discount_minor=goods - draft.total_minor, total_minor=draft.total_minor)


@requires_transaction
def settle_vouchers(*, at: datetime, limit: int = SWEPT_MAX) -> int:
    """Give what over vouchers of the zone still hold back to where it came from; return how many had something left."""
    over = models.Voucher.objects.filter(business_id__isnull=True)
    over = over.exclude(closed_at__isnull=True, ends_at__gt=at).order_by("-pk")
    return _give_back(over[:limit], at)


def _need_maker(actor: Actor, business_id: UUID | None) -> None:
    if business_id is None:
        actor.need_zone(ZoneRole.STAFF)
    else:
        actor.need_business(business_id, BusinessRole.OWNER)


def _insert(wish: NewVoucher, actor: Actor, at: datetime) -> models.Voucher:
    names = (
        "id", "code", "name", "business_id", "percent_bp", "amount_minor", "most_minor", "least_minor", "per_buyer",
        "budget_minor", "starts_at", "ends_at", "is_promotion",
    )  # fmt: skip
    row = models.Voucher(made_by=actor.person_id, made_at=at, **{name: getattr(wish, name) for name in names})
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "commerce_voucher_code" in str(error):
            raise VoucherCodeTaken(field="code", voucher=wish.code) from None
        raise VoucherIdReused from None
    return row


def _same(actor: Actor, row: models.Voucher, wish: NewVoucher, at: datetime) -> Voucher:
    same = ("code", "name", "business_id", "percent_bp", "amount_minor", "most_minor", "least_minor", "per_buyer")
    more = ("budget_minor", "starts_at", "ends_at", "is_promotion")
    if not may_see(actor, row) or any(getattr(row, name) != getattr(wish, name) for name in (*same, *more)):
        raise VoucherIdReused
    return as_vouchers([row], at=at)[0]


def _open(terms: VoucherTerms, row: models.Voucher, at: datetime) -> None:
    """Open a voucher's accounts and give it its budget, in one entry under its id."""
    codes = [rules.use_code(terms.id)] + ([] if terms.is_paid_by_zone else [rules.promise_code(terms.id)])
    ledger.open_assets([ledger.NewAsset(code) for code in codes])
    accounts = rules.new_accounts_of_voucher(terms)
    if not terms.is_paid_by_zone:
        ledger.open_accounts(accounts)
        ledger.post(ledger.Entry(terms.id, at, (rules.promise(terms, row.budget_minor),)))
        return
    ledger.open_accounts([*accounts, payments.new_voucher(terms.id), payments.new_fee(), payments.new_promotion()])
    funded = payments.fund_voucher(voucher_id=terms.id, amount_minor=row.budget_minor, is_promotion=row.is_promotion)
    (answer,) = ledger.post_many([ledger.Entry(terms.id, at, (funded,))])
    if isinstance(answer, ledger.Refused):
        if not isinstance(answer.refusal, ledger.InsufficientBalance):
            raise answer.refusal
        available = Money(max(0, int(answer.refusal.data["available"])))
        refusal = VoucherPromotionUncovered if row.is_promotion else VoucherBudgetUncovered
        raise refusal(field="budget", available=available, needed=Money(row.budget_minor))


def _give_back(closed: Iterable[models.Voucher], at: datetime) -> int:
    ours = [row for row in closed if row.business_id is None]
    left = ledger.balances([payments.voucher(row.pk) for row in ours])
    moves = [
        payments.close_voucher(voucher_id=row.pk, amount_minor=found.available, is_promotion=row.is_promotion)
        for row in ours
        if (found := left.get(payments.voucher(row.pk))) is not None and found.available > 0
    ]
    # Where somebody else was faster, the ledger refuses: there is nothing left then.
    answers = ledger.post_many([ledger.Entry(ids.uuid7(), at, (move,)) for move in moves])
    return sum(isinstance(answer, ledger.Applied) for answer in answers)
