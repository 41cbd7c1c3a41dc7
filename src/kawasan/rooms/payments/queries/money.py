"""What people and businesses have, and their statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.core.paging import LIMIT_MAX, Page
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.payments.rules import accounts
from kawasan.rooms.payments.types import Line, PaymentCode, SellerMoney

EXPORT_LINES_MAX = 10_000


def wallet_balance(*, person_id: UUID) -> int:
    """Return what a person may spend now, in minor units; nothing for a wallet never opened."""
    return _available([accounts.wallet(person_id)])[0]


def wallet_balances(*, person_ids: list[UUID]) -> dict[UUID, int]:
    """Return what several people may spend now."""
    return dict(zip(person_ids, _available([accounts.wallet(one) for one in person_ids]), strict=True))


def seller_money(*, actor: Actor, business_id: UUID) -> SellerMoney:
    """Return what a business has. Raises NotFound for people of other businesses, Unauthenticated for strangers."""
    need_money(actor, business_id)
    wanted = (accounts.balance, accounts.escrow, accounts.transit, accounts.reserve, accounts.debt)
    own, escrow, transit, reserve, debt = _balances([account(business_id) for account in wanted])
    return SellerMoney(
        available_minor=own.available,
        on_its_way_minor=own.debits_pending + transit.posted,
        escrow_minor=escrow.available,
        reserve_minor=reserve.available,
        debt_minor=-debt.posted,
    )


def wallet_statement(*, person_id: UUID, cursor: str | None = None, limit: int | None = None) -> Page[Line]:
    """Return one page of a wallet's movements, newest first. Raises BadCursor."""
    return _statement(accounts.wallet(person_id), cursor, limit)


def business_statement(
    *, actor: Actor, business_id: UUID, cursor: str | None = None, limit: int | None = None, escrow: bool = False
) -> Page[Line]:
    """
    Return one page of the movements of a business's balance (or its escrow), newest first.

    Raises NotFound for people of other businesses and BadCursor.
    """
    need_money(actor, business_id)
    account = accounts.escrow(business_id) if escrow else accounts.balance(business_id)
    return _statement(account, cursor, limit)


def all_lines(page: Callable[[str | None, int], Page[Line]]) -> Iterator[Line]:
    """Return every line of a statement, newest first, up to EXPORT_LINES_MAX."""
    cursor, count = None, 0
    while count < EXPORT_LINES_MAX:
        found = page(cursor, LIMIT_MAX)
        yield from found.items
        count, cursor = count + len(found.items), found.next_cursor
        if cursor is None:
            return


def need_money(actor: Actor, business_id: UUID) -> None:
    """Require any role in the business, or one in the zone that only reads."""
    if not actor.sees_zone:
        actor.need_business(business_id)


def _available(account_ids: list[UUID]) -> list[int]:
    return [balance.available for balance in _balances(account_ids)]


def _balances(account_ids: list[UUID]) -> list[ledger.Balance]:
    found = ledger.balances(account_ids)
    return [found.get(one, ledger.Balance()) for one in account_ids]


def _statement(account: UUID, cursor: str | None, limit: int | None) -> Page[Line]:
    try:
        page = ledger.statement(account, cursor, limit)
    except ledger.UnknownAccount:
        return Page(items=(), next_cursor=None)  # opened with the first money
    return Page(items=tuple(_line(line) for line in page.items), next_cursor=page.next_cursor)


def _line(line: ledger.StatementLine) -> Line:
    return Line(
        at=line.at,
        code=PaymentCode(line.code),
        change_minor=line.change,
        balance_minor=line.balance,
        reference=line.reference,
        transfer_id=line.transfer_id,
    )
