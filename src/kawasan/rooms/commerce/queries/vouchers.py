"""Reads of vouchers: what a business or the zone has made, with what is left of each budget."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q, Sum

from kawasan.core.access import Actor
from kawasan.core.paging import Page, clamp_limit, decode_cursor, page_of
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.queries.orders import uuid_of
from kawasan.rooms.commerce.rules.vouchers import budget_account, state_of_voucher
from kawasan.rooms.commerce.types.vouchers import Voucher, VoucherNotFound, VoucherTerms
from kawasan.rooms.ledger import api as ledger


def vouchers(
    *, actor: Actor, business_id: UUID | None, at: datetime, cursor: str | None = None, limit: int | None = None
) -> Page[Voucher]:
    """
    Return a page of a business's vouchers, the last made first; without a business the zone's own, for zone roles.

    Raises Unauthenticated, NotFound, Forbidden, BadCursor.
    """
    if business_id is None:
        actor.need_zone()
    else:
        actor.need_business(business_id)
    key, size = decode_cursor(cursor, str), clamp_limit(limit)
    rows = models.Voucher.objects.filter(business_id=business_id)
    if key:
        rows = rows.filter(pk__lt=uuid_of(key[0]))
    found = as_vouchers(rows.order_by("-pk")[: size + 1], at=at)
    return page_of(found, size, key=lambda item: [str(item.terms.id)])


def voucher(*, actor: Actor, voucher_id: UUID, at: datetime) -> Voucher:
    """Return a voucher, for its business's people and zone roles. Raises VoucherNotFound."""
    row = models.Voucher.objects.filter(pk=voucher_id).first()
    if row is None or not may_see(actor, row):
        raise VoucherNotFound
    return as_vouchers([row], at=at)[0]


def may_see(actor: Actor, row: models.Voucher) -> bool:
    """Whether somebody may look at a voucher: the people of its business, and zone roles at every one."""
    return actor.sees_zone or (row.business_id is not None and row.business_id in actor.businesses)


def as_vouchers(rows: Iterable[models.Voucher], *, at: datetime) -> list[Voucher]:
    """Return rows as they cross the door, with their budgets and how many orders they were used in."""
    rows = list(rows)
    terms = {row.pk: as_terms(row) for row in rows}
    budgets = ledger.balances([budget_account(one) for one in terms.values()])
    used = models.Order.objects.filter(voucher_id__in=list(terms), paid_at__isnull=False).values_list("voucher_id")
    given = F("discount_minor") - F("discount_back_minor")
    sums = {
        key: (orders, minor)
        for key, orders, minor in used.annotate(
            orders=Count("pk", filter=Q(cancelled_at__isnull=True)), given=Sum(given)
        )
    }
    return [
        _voucher(row, terms[row.pk], budgets.get(budget_account(terms[row.pk])), sums.get(row.pk, (0, 0)), at)
        for row in rows
    ]


def as_terms(row: models.Voucher) -> VoucherTerms:
    """Return a row's terms."""
    ends_at = min(row.ends_at, row.closed_at) if row.closed_at else row.ends_at
    return VoucherTerms(
        row.pk, row.code, row.business_id, row.percent_bp, row.amount_minor, row.most_minor, row.least_minor,
        row.per_buyer, row.starts_at, ends_at,
    )  # fmt: skip


def _voucher(
    row: models.Voucher, terms: VoucherTerms, budget: ledger.Balance | None, used: tuple[int, int], at: datetime
) -> Voucher:
    budget, (orders, given) = budget or ledger.Balance(), used
    return Voucher(
        terms=terms,
        name=row.name,
        budget_minor=row.budget_minor,
        left_minor=budget.available,
        held_minor=budget.debits_pending,
        given_minor=int(given),
        orders=orders,
        made_at=row.made_at,
        closed_at=row.closed_at,
        is_promotion=row.is_promotion,
        state=state_of_voucher(terms, at=at),
    )
