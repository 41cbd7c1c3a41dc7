"""The JSON routes of settlement and wallets: bank account, statement, limits, money between people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.responses import Status

from kawasan.core import clock, ids
from kawasan.core.money import Money
from kawasan.platform.api import once
from kawasan.platform.db import transaction
from kawasan.platform.web import actor_of
from kawasan.rooms.payments import api as payments
from kawasan.rooms.payments.http.money import note_money_look, plain

router = Router(tags=["payments"])


class LimitsOut(Schema):
    """What holds for the caller's wallet; amounts in minor units."""

    level: str
    is_frozen: bool
    reason: str
    balance_max_minor: int
    month_max_minor: int
    came_this_month_minor: int
    send_max_minor: int


class TransferIn(Schema):
    """Who shall get how much."""

    email: str
    amount_minor: int
    note: str = ""


class TransferOut(Schema):
    """A transfer to another person; the name is masked. Nothing has moved while ``sent_at`` is empty."""

    id: str
    recipient: str
    amount_minor: int
    note: str
    prepared_at: datetime
    sent_at: datetime | None

    @classmethod
    def of(cls, found: payments.WalletTransfer) -> TransferOut:
        """Return a transfer as programs see it."""
        return cls(
            id=found.public_id,
            recipient=found.masked_recipient,
            amount_minor=found.amount_minor,
            note=found.note,
            prepared_at=found.prepared_at,
            sent_at=found.sent_at,
        )


class BankAccountIn(Schema):
    """Where a business wants its money, how often (daily, weekly, manual) and from which balance on."""

    bank: str
    number: str
    holder: str
    rhythm: payments.Rhythm = payments.Rhythm.WEEKLY
    smallest_minor: int = payments.PAYOUT_MIN.minor


class BankAccountOut(Schema):
    """Where a business wants its money; the number is masked, and a name at the bank that is not the holder's."""

    bank: str
    masked_number: str
    holder: str
    name_check: str
    name_at_bank: str
    rhythm: str
    smallest_minor: int

    @classmethod
    def of(cls, found: payments.SavedAccount) -> BankAccountOut:
        """Return an account as programs see it."""
        return cls(
            bank=found.bank,
            masked_number=found.masked_number,
            holder=found.holder,
            name_check=found.name_check,
            name_at_bank=found.name_at_bank,
            rhythm=found.rhythm,
            smallest_minor=found.smallest_minor,
        )


class RowOut(Schema):
    """One movement; the last three are of the order that it settles, else empty."""

    at: datetime
    kind: str
    reference: str
    change_minor: int
    balance_minor: int
    gross_minor: int | None
    fee_minor: int | None
    withheld_minor: int | None


class PeriodOut(Schema):
    """A statement: opening + all changes = closing."""

    start: date
    end: date
    opening_minor: int
    closing_minor: int
    is_whole: bool
    rows: list[RowOut]


@router.get("/wallet/limits", response=LimitsOut)
def limits(request: HttpRequest) -> Any:
    """Return the level and the limits of the caller's wallet, and whether it is frozen."""
    actor = actor_of(request)
    person = actor.need_person()
    actor.need_scope("payments:read")
    with transaction(actor):
        state = payments.wallet_state(person_id=person, at=clock.now())
    return LimitsOut(
        level=state.level,
        is_frozen=state.is_frozen,
        reason=state.reason,
        balance_max_minor=state.balance_max.amount_minor,
        month_max_minor=state.month_max.amount_minor,
        came_this_month_minor=state.came_this_month_minor,
        send_max_minor=state.send_max.amount_minor,
    )


@router.post("/wallet/transfers", response={201: TransferOut})
def prepare(request: HttpRequest, body: TransferIn) -> HttpResponse:
    """Prepare a transfer to another person (needs an Idempotency-Key); the answer has the masked name."""
    actor, at = actor_of(request), clock.now()
    actor.need_person()
    actor.need_scope("payments:write")

    def run() -> tuple[int, dict[str, Any]]:
        made = payments.prepare_transfer(
            actor=actor,
            transfer_id=ids.uuid7(),
            email=body.email,
            amount=Money(body.amount_minor),
            note=body.note,
            at=at,
        )
        return 201, plain(TransferOut.of(made))

    with transaction(actor):
        return once(request, run)


@router.post("/wallet/transfers/{transfer_id}/confirmation", response=TransferOut)
def confirm(request: HttpRequest, transfer_id: str) -> Any:
    """Send what was prepared. Repeating it changes nothing."""
    actor = actor_of(request)
    actor.need_person()
    actor.need_scope("payments:write")
    with transaction(actor):
        done = payments.confirm_transfer(actor=actor, transfer_id=ids.parse("wtr", transfer_id), at=clock.now())
    return TransferOut.of(done)


@router.get("/businesses/{business_id}/bank-account", response={200: BankAccountOut, 204: None})
def bank_account(request: HttpRequest, business_id: str) -> Any:
    """Return where a business wants its money; 204 where it has not said so."""
    actor = actor_of(request)
    actor.need_scope("payments:read")
    with transaction(actor):
        found = payments.bank_account_of(actor=actor, business_id=ids.parse("biz", business_id))
        note_money_look(actor, business_id)
    return Status(204, None) if found is None else Status(200, BankAccountOut.of(found))


@router.post("/businesses/{business_id}/bank-account", response={201: BankAccountOut})
def save_bank_account(request: HttpRequest, business_id: str, body: BankAccountIn) -> HttpResponse:
    """
    Save where a business's money goes (owners only; needs an Idempotency-Key). The bank is asked whose it is first.

    ``name_check`` is ``waiting`` where the bank did not say; it is asked again, and nothing is paid out by itself yet.
    """
    actor, at, business = actor_of(request), clock.now(), ids.parse("biz", business_id)
    actor.need_scope("payments:write")
    owner = payments.ask_whose_account(
        actor=actor, business_id=business, bank=body.bank, number=body.number, holder=body.holder
    )

    def run() -> tuple[int, dict[str, Any]]:
        saved = payments.save_bank_account(
            actor=actor,
            business_id=business,
            account_id=ids.uuid7(),
            bank=body.bank,
            number=body.number,
            holder=body.holder,
            rhythm=body.rhythm,
            smallest=Money(body.smallest_minor),
            owner=owner,
            at=at,
        )
        return 201, plain(BankAccountOut.of(saved))

    with transaction(actor):
        return once(request, run)


@router.get("/businesses/{business_id}/money/period", response=PeriodOut)
def period(request: HttpRequest, business_id: str, start: date, end: date) -> Any:
    """Return the movements of a business's balance on the days ``start`` to ``end``, oldest first."""
    actor = actor_of(request)
    actor.need_scope("payments:read")
    with transaction(actor):
        found = payments.balance_statement(actor=actor, business_id=ids.parse("biz", business_id), start=start, end=end)
        note_money_look(actor, business_id)
    return PeriodOut(
        start=found.start,
        end=found.end,
        opening_minor=found.opening_minor,
        closing_minor=found.closing_minor,
        is_whole=found.is_whole,
        rows=[
            RowOut(
                at=row.line.at,
                kind=row.line.code.name.lower(),
                reference=row.line.shown_reference,
                change_minor=row.line.change_minor,
                balance_minor=row.line.balance_minor,
                gross_minor=row.order.gross_minor if row.order else None,
                fee_minor=row.order.fee_minor if row.order else None,
                withheld_minor=row.order.withheld_minor if row.order else None,
            )
            for row in found.rows
        ],
    )
