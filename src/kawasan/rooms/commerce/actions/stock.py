"""Units come and go: every change is a ledger entry with a reason, and none takes stock below zero."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import Actor, BusinessRole
from kawasan.platform.db import requires_transaction
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.actions.shelves import changed
from kawasan.rooms.commerce.queries.catalogue import own_variant
from kawasan.rooms.commerce.queries.desk import as_stock_rows
from kawasan.rooms.commerce.rules.products import check_quantity, check_reason, check_text
from kawasan.rooms.commerce.rules.units import unit_account, unit_asset, unit_code
from kawasan.rooms.commerce.types.catalogue import StockRow
from kawasan.rooms.commerce.types.codes import AccountCode, TransferCode
from kawasan.rooms.commerce.types.refusals import QuantityInvalid, StockBelowZero
from kawasan.rooms.commerce.types.stock import NOTE_LENGTH_MAX, QUANTITY_MAX, StockReason
from kawasan.rooms.ledger import api as ledger

# Neither stock nor what was sold can be given out twice; where units come from has no bound.
_FLAGS = {
    AccountCode.STOCK: ledger.Flag.NO_OVERDRAW,
    AccountCode.SOLD: ledger.Flag.NO_OVERDRAW,
    AccountCode.SUPPLY: ledger.Flag.NONE,
}


@requires_transaction
def open_units(variants: Iterable[tuple[UUID, UUID]]) -> None:
    """Open the ledger accounts of variants, given as (business id, variant id). Repeating it changes nothing."""
    listed = list(variants)
    ledger.open_assets([ledger.NewAsset(unit_code(variant_id)) for _, variant_id in listed])
    ledger.open_accounts(
        [
            ledger.NewAccount(
                unit_account(business_id, variant_id, code), business_id, unit_asset(variant_id), code, flags
            )
            for business_id, variant_id in listed
            for code, flags in _FLAGS.items()
        ]
    )


def movement_entry(
    *, movement_id: UUID, business_id: UUID, variant_id: UUID, quantity: int, at: datetime
) -> ledger.Entry:
    """Return the ledger entry of a change of stock: its ids follow from the movement's."""
    stock = unit_account(business_id, variant_id, AccountCode.STOCK)
    supply = unit_account(business_id, variant_id, AccountCode.SUPPLY)
    debit, credit, code = (
        (supply, stock, TransferCode.STOCK_IN) if quantity > 0 else (stock, supply, TransferCode.STOCK_OUT)
    )
    transfer = ledger.NewTransfer(
        ids.derived("commerce.movement.transfer", movement_id),
        debit,
        credit,
        abs(quantity),
        code,
        reference=movement_id,
    )
    return ledger.Entry(ids.derived("commerce.movement", movement_id), at, (transfer,))


@requires_transaction
def move_stock(
    *,
    actor: Actor,
    business_id: UUID,
    variant_id: UUID,
    movement_id: UUID,
    quantity: int,
    reason: str,
    note: str = "",
    at: datetime,
) -> StockRow:
    """
    Add units to a variant's stock or take some away, with the reason, and return its level.

    Repeating a movement changes nothing. Raises StockBelowZero where fewer units can be taken out, QuantityInvalid,
    StockReasonInvalid, TextTooLong, UnknownVariant, and the ledger's EntryIdReused for the id of another movement.
    """
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    check_quantity(quantity)
    known = check_reason(reason, quantity)
    note = check_text(note, field="note", most=NOTE_LENGTH_MAX, needed=False)
    variant = own_variant(business_id=business_id, variant_id=variant_id)
    _move(variant, movement_id=movement_id, quantity=quantity, reason=known, note=note, actor=actor, at=at)
    return as_stock_rows([variant])[0]


@requires_transaction
def count_stock(
    *, actor: Actor, business_id: UUID, variant_id: UUID, movement_id: UUID, counted: int, note: str = "", at: datetime
) -> StockRow:
    """
    Set a variant's stock to what was counted on the shelf, units held by orders included, and return its level.

    Raises StockBelowZero where orders hold more units than were counted, QuantityInvalid, TextTooLong, UnknownVariant.
    """
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.STAFF)
    if type(counted) is not int or not 0 <= counted <= QUANTITY_MAX:
        raise QuantityInvalid(field="quantity", most=QUANTITY_MAX)
    note = check_text(note, field="note", most=NOTE_LENGTH_MAX, needed=False)
    variant = own_variant(business_id=business_id, variant_id=variant_id, lock=True)
    if not models.StockMovement.objects.filter(pk=movement_id, variant=variant).exists():
        difference = counted - as_stock_rows([variant])[0].stock.on_shelf
        if difference:
            _move(
                variant,
                movement_id=movement_id,
                quantity=difference,
                reason=StockReason.COUNTED,
                note=note,
                actor=actor,
                at=at,
            )
    return as_stock_rows([variant])[0]


def _move(
    variant: models.Variant,
    *,
    movement_id: UUID,
    quantity: int,
    reason: StockReason,
    note: str,
    actor: Actor,
    at: datetime,
) -> None:
    entry = movement_entry(
        movement_id=movement_id,
        business_id=variant.business_id,
        variant_id=variant.id,
        quantity=quantity,
        at=at,
    )
    try:
        answer = ledger.post(entry)
    except ledger.InsufficientBalance as refusal:
        raise StockBelowZero(field="quantity", available=refusal.data["available"]) from refusal
    if answer.repeated:
        return
    record_movements([movement_row(variant, movement_id, quantity, reason, note=note, actor=actor, at=at)])


def movement_row(
    variant: models.Variant,
    movement_id: UUID,
    quantity: int,
    reason: StockReason,
    *,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> models.StockMovement:
    """Return the row that says why; its entry is the one of ``movement_entry``."""
    return models.StockMovement(
        id=movement_id,
        variant=variant,
        business_id=variant.business_id,
        quantity=quantity,
        reason=reason,
        note=note,
        actor_id=actor.person_id,
        entry_id=ids.derived("commerce.movement", movement_id),
        at=at,
    )


def record_movements(rows: Sequence[models.StockMovement]) -> None:
    """Write the reasons of changes that the ledger has applied."""
    models.StockMovement.objects.bulk_create(rows)
    changed(*{row.business_id for row in rows})
