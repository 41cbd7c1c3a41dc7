"""What happened at the counter comes into the books: each document exactly once, fitting or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.core.errors import Refusal
from kawasan.platform.db import requires_transaction
from kawasan.platform.problems import texts
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.queries import till as queries
from kawasan.rooms.commerce.rules import till as rules
from kawasan.rooms.commerce.types.till import (
    SYNC_DOCUMENTS_MAX,
    ConflictKind,
    NewSale,
    NewShift,
    NewTillReturn,
    NotTaken,
    ShiftNotFound,
    Taken,
    TillConflict,
    TillDocumentReused,
    TillMethod,
    TillSaleNotFound,
    TillSyncTooLarge,
)
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments import api as payments

ATTEMPTS_MAX = 5  # units may be sold elsewhere between reading and posting


@dataclass(slots=True)
class _Desk:
    """Where documents come in: whose they are, when, and what the books held, lowered by each that was planned."""

    actor: Actor
    business_id: UUID
    at: datetime
    books: queries.TillBooks


@requires_transaction
def sync_till(
    *,
    actor: Actor,
    business_id: UUID,
    shifts: Sequence[NewShift] = (),
    sales: Sequence[NewSale] = (),
    returns: Sequence[NewTillReturn] = (),
    at: datetime,
) -> list[Taken | NotTaken]:
    """
    Take in what a till did and answer each document: shifts, sales, returns, in the order given.

    A document's id was chosen by the device: sending it again is answered as the first time. What no longer fits (stock
    gone, another price) is taken in nevertheless, since it happened, and told as conflicts. What cannot be right, or
    has the id of another content, is not taken and stays on the device; it keeps nothing else from coming in. Raises
    TillSyncTooLarge, and NotFound for anybody but the business's people.
    """
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    if len(shifts) + len(sales) + len(returns) > SYNC_DOCUMENTS_MAX:
        raise TillSyncTooLarge(limit=SYNC_DOCUMENTS_MAX)
    payments.ensure_drawer(business_id=business_id)
    opened = [_answered(shift.id, partial(_open_shift, actor, business_id, shift)) for shift in shifts]
    # Two requests of one till meet here: the second waits and then finds what the first took in.
    documents: list[NewSale | NewTillReturn] = [*sales, *returns]
    queries.lock_shifts({document.shift_id for document in documents} | {shift.id for shift in shifts})
    variants = {line.variant_id for document in documents for line in document.lines if line.variant_id}
    moments = [sale.sold_at for sale in sales]
    desk = _Desk(actor, business_id, at, queries.till_books(business_id, variants, moments))
    taken = {sale.id: _answered(sale.id, partial(_take_sale, desk, sale)) for sale in sorted(sales, key=_sold_at)}
    taken |= {back.id: _answered(back.id, partial(_take_return, desk, back)) for back in returns}
    told = [
        _answered(shift.id, partial(_close_shift, business_id, shift, at)) if isinstance(answer, Taken) else answer
        for shift, answer in zip(shifts, opened, strict=True)
    ]
    return [*told, *(taken[document.id] for document in documents)]


@requires_transaction
def mark_conflicts_seen(*, actor: Actor, business_id: UUID, sale_id: UUID, at: datetime) -> None:
    """Note that somebody looked at what did not fit. Repeats change nothing. Raises TillSaleNotFound."""
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    row = models.TillSale.objects.select_for_update().filter(pk=sale_id, business_id=business_id).first()
    if row is None:
        raise TillSaleNotFound
    if row.seen_at is None:
        row.seen_at, row.seen_by = at, actor.need_person()
        row.save(update_fields=["seen_at", "seen_by"])


def _answered(document_id: UUID, take: Callable[[], Taken]) -> Taken | NotTaken:
    """Answer one document: one that is refused keeps none of the others from coming in."""
    try:
        return take()
    except Refusal as refusal:
        title, detail = texts(refusal)
        return NotTaken(document_id, refusal.code, title, detail)


def _sold_at(sale: NewSale) -> tuple[datetime, UUID]:
    return sale.sold_at, sale.id


def _open_shift(actor: Actor, business_id: UUID, shift: NewShift) -> Taken:
    rules.check_shift(shift)
    fresh = models.TillShift(
        id=shift.id,
        business_id=business_id,
        till=shift.till.strip(),
        opened_by=actor.need_person(),
        opened_at=shift.opened_at,
        opening_minor=shift.opening_minor,
        note=shift.note,
    )
    models.TillShift.objects.bulk_create([fresh], ignore_conflicts=True)
    row = models.TillShift.objects.filter(pk=shift.id, business_id=business_id).first()
    if row is None or (row.opening_minor, row.opened_at) != (shift.opening_minor, shift.opened_at):
        raise TillDocumentReused
    return Taken(shift.id, repeated=False)


def _close_shift(business_id: UUID, shift: NewShift, at: datetime) -> Taken:
    """Close a shift that the device closed; what was counted is what there is. Repeats must count the same."""
    row = models.TillShift.objects.get(pk=shift.id, business_id=business_id)
    if shift.closed_at is None:
        return Taken(shift.id, repeated=row.closed_at is not None)
    if row.closed_at is not None:
        if row.counted_minor != shift.counted_minor:
            raise TillDocumentReused
        return Taken(shift.id, repeated=True)
    row.closed_at, row.counted_minor, row.note = shift.closed_at, shift.counted_minor, shift.note
    row.save(update_fields=["closed_at", "counted_minor", "note"])
    difference = queries.shift(business_id=business_id, shift_id=shift.id).difference_minor
    if difference:
        transfer = payments.cash_counted(business_id=business_id, difference_minor=difference, shift_id=shift.id)
        ledger.post(ledger.Entry(ids.derived("commerce.till.count", shift.id), at, (transfer,)))
    return Taken(shift.id, repeated=False)


def _take_sale(desk: _Desk, sale: NewSale) -> Taken:
    rules.check_sale(sale)
    if earlier := _earlier(desk, sale):
        return earlier
    money: tuple[ledger.NewTransfer, ...] = ()
    if sale.method is TillMethod.CASH and sale.total_minor:
        money = (payments.cash_sale(business_id=desk.business_id, amount_minor=sale.total_minor, sale_id=sale.id),)
    wanted = {line.variant_id: line.unit_price_minor for line in sale.lines if line.variant_id}
    prices = {one: desk.books.price(one, sale.sold_at, told_minor=told) for one, told in wanted.items()}
    plan = _post(
        desk,
        sale,
        lambda books: rules.plan_sale(
            sale, business_id=desk.business_id, stock=books.stock, sold=books.sold, prices=prices
        ),
        money,
    )
    conflicts = (*rules.clock_conflicts(sale.sold_at, desk.at), *plan.conflicts, *_unpaid(desk, sale))
    _insert(desk, sale, conflicts, method=sale.method, total_minor=sale.total_minor, sold_at=sale.sold_at)
    return Taken(sale.id, repeated=False, conflicts=conflicts)


def _take_return(desk: _Desk, back: NewTillReturn) -> Taken:
    rules.check_return(back)
    if earlier := _earlier(desk, back):
        return earlier
    money: tuple[ledger.NewTransfer, ...] = ()
    if back.refund_minor:
        money = (payments.cash_back(business_id=desk.business_id, amount_minor=back.refund_minor, return_id=back.id),)
    left = queries.left_of_sale(business_id=desk.business_id, sale_id=back.sale_id) if back.sale_id else None
    plan = _post(
        desk,
        back,
        lambda books: rules.plan_return(back, business_id=desk.business_id, sold=books.sold, left=left),
        money,
    )
    conflicts = (*rules.clock_conflicts(back.at, desk.at), *plan.conflicts)
    _insert(desk, back, conflicts, method=TillMethod.CASH, total_minor=back.refund_minor, sold_at=back.at)
    return Taken(back.id, repeated=False, conflicts=conflicts)


def _earlier(desk: _Desk, document: NewSale | NewTillReturn) -> Taken | None:
    row = models.TillSale.objects.filter(pk=document.id).first()
    if row is None:
        if not models.TillShift.objects.filter(pk=document.shift_id, business_id=desk.business_id).exists():
            raise ShiftNotFound
        return None
    if row.business_id != desk.business_id or bytes(row.content_hash) != rules.digest(document):
        raise TillDocumentReused
    return Taken(document.id, repeated=True, conflicts=queries.as_conflicts(row.conflicts))


def _post(
    desk: _Desk,
    document: NewSale | NewTillReturn,
    plan: Callable[[queries.TillBooks], rules.Plan],
    money: tuple[ledger.NewTransfer, ...],
) -> rules.Plan:
    """Move units and cash in one entry; where units went elsewhere in the meantime, read again and plan anew."""
    for _ in range(ATTEMPTS_MAX):
        planned = plan(desk.books)
        transfers = (*planned.transfers, *money)
        if not transfers:
            return planned
        entry = ledger.Entry(ids.derived("commerce.till.document", document.id), desk.at, transfers)
        (answer,) = ledger.post_many([entry])
        if isinstance(answer, ledger.Applied):
            return planned
        if not isinstance(answer.refusal, ledger.InsufficientBalance):
            raise answer.refusal
        desk.books = queries.read_again(desk.books)
    raise ledger.LedgerBusy


# Money that came without cash is booked where it comes in (payments); here it is only looked for.
def _unpaid(desk: _Desk, sale: NewSale) -> tuple[TillConflict, ...]:
    if sale.method is TillMethod.CASH or not sale.total_minor:
        return ()
    paid = sale.payment_id is not None and queries.is_paid_for(sale, business_id=desk.business_id, at=desk.at)
    return () if paid else (TillConflict(ConflictKind.PAYMENT_OPEN, then_minor=sale.total_minor),)


def _insert(
    desk: _Desk,
    document: NewSale | NewTillReturn,
    conflicts: tuple[TillConflict, ...],
    *,
    method: TillMethod,
    total_minor: int,
    sold_at: datetime,
) -> None:
    is_return = isinstance(document, NewTillReturn)
    fields: dict[str, Any] = (
        {"sale_id": document.sale_id, "reason": document.reason}
        if isinstance(document, NewTillReturn)
        else {
            "discount_minor": document.discount_minor,
            "tendered_minor": document.tendered_minor,
            "payment_id": document.payment_id,
        }
    )
    models.TillSale(
        id=document.id,
        business_id=desk.business_id,
        shift_id=document.shift_id,
        number=document.number,
        is_return=is_return,
        sold_at=sold_at,
        received_at=desk.at,
        method=method.value,
        total_minor=total_minor,
        lines=[queries.line_as_json(line) for line in document.lines],
        conflicts=[asdict(conflict) for conflict in conflicts],
        content_hash=rules.digest(document),
        **fields,
    ).save(force_insert=True)
