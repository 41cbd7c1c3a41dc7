"""One batch: wishes become orders, or are told why not, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import psycopg

from kawasan.core import ids
from kawasan.core.access import Actor
from kawasan.core.cipher import Box
from kawasan.core.errors import Refusal
from kawasan.core.idempotency import IdempotencyKeyReused
from kawasan.intake import limits
from kawasan.intake.memory import Remembered
from kawasan.intake.wishes import Meaning, Wish, meaning_of
from kawasan.rooms.commerce.engine import append, draw_numbers, earlier, listed, vouchers_of_codes
from kawasan.rooms.commerce.rules import checkout as deciding
from kawasan.rooms.commerce.rules.checkout import Draft
from kawasan.rooms.commerce.rules.limits import grant, new_limit
from kawasan.rooms.commerce.rules.orders import PAYMENT_LIFETIME
from kawasan.rooms.commerce.rules.vouchers import grant_discount, grant_uses, new_uses, voucher_holds, wanted_uses
from kawasan.rooms.commerce.types.offers import Listed, Offer
from kawasan.rooms.commerce.types.orders import Method
from kawasan.rooms.commerce.types.vouchers import VoucherTerms
from kawasan.rooms.ledger import engine
from kawasan.rooms.ledger.types import Answer, Applied, Entry, EntryIdReused, LedgerBusy
from kawasan.rooms.payments.engine import has_provider
from kawasan.rooms.payments.rules.accounts import new_accounts
from kawasan.rooms.payments.rules.deciding import check_request
from kawasan.rooms.payments.types import NoProvider, Split
from kawasan.rooms.zone.engine import actors_of_keys

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
Cursor: TypeAlias = psycopg.Cursor[tuple[Any, ...]]


@dataclass(slots=True)
class _Ware:
    """A variant as it is listed, and its offer where that is the same at every moment until it is read again."""

    listed: Listed
    steady: Offer | None


@dataclass(slots=True)
class _Try:
    """A wish that is right in itself, on its way through the ledger."""

    wish: Wish
    draft: Draft
    entry: Entry


class Decider:
    """Decides batches of one zone, from several threads; remembers keys and listings for a moment between them."""

    def __init__(self, writer: engine.Writer, cipher: Box, *, has_sandbox: bool) -> None:
        self._writer, self._cipher, self._has_sandbox = writer, cipher, has_sandbox
        self._actors: Remembered[str, Actor] = Remembered(seconds=limits.KEY_SECONDS, most=limits.KEYS_MAX)
        self._wares: Remembered[UUID, _Ware] = Remembered(seconds=limits.OFFER_SECONDS, most=limits.OFFERS_MAX)
        self._banks: Remembered[str, bool] = Remembered(seconds=limits.OFFER_SECONDS, most=1)

    def decide(self, reading: Connection, wishes: Sequence[Wish], *, at: datetime, now: float) -> None:
        """
        Give every wish its result, in order; what was placed is committed when this returns.

        ``reading`` is for questions, each on its own. A wish repeated under its key gets the first answer, whatever has
        changed since. Raises LedgerBusy, LedgerUnreachable and psycopg's errors: then a repeat tells what happened.
        """
        cursor = psycopg.Cursor(reading)
        actors = self._actors.look_up(
            (wish.secret for wish in wishes), now, lambda secrets: actors_of_keys(cursor, secrets, at=at)
        )
        for wish in wishes:
            try:
                wish.meaning = meaning_of(wish, actors[wish.secret])
            except Refusal as refusal:
                wish.result = refusal
        tries = self._tries(cursor, [wish for wish in wishes if wish.meaning is not None], actors, at, now)
        self._apply(reading, tries)
        self._repeat(cursor, [wish for wish in wishes if isinstance(wish.result, Refusal)])

    def _tries(
        self, cursor: Cursor, wishes: Sequence[Wish], actors: dict[str, Actor], at: datetime, now: float
    ) -> list[_Try]:
        """Return what may go to the ledger; the others have their refusal."""
        variants = (line.variant_id for wish in wishes if wish.meaning for line in wish.meaning.lines)
        shelf = self._wares.look_up(variants, now, lambda wanted: _wares(cursor, wanted, at))
        offers: dict[UUID, Offer] = {}
        has_bank = self._has_bank(cursor, wishes, now)
        vouchers = vouchers_of_codes(cursor, {wish.meaning.voucher for wish in wishes if wish.meaning} - {""})
        found = []
        for wish in wishes:
            if wish.meaning is None:
                continue
            actor = actors[wish.secret]
            try:
                offered = _offered(wish.meaning, actor, shelf, offers, at)
                draft = _drafted(wish.meaning, actor, offered, vouchers, at, has_bank=has_bank)
                found.append(_Try(wish, draft, Entry(wish.meaning.entry_id, at, deciding.transfers_of(draft))))
            except Refusal as refusal:
                wish.result = refusal
        return found

    def _has_bank(self, cursor: Cursor, wishes: Sequence[Wish], now: float) -> bool:
        """Tell whether somebody makes codes for those who pay by one."""
        if not any(wish.meaning is not None and wish.meaning.method is Method.QRIS for wish in wishes):
            return True
        with_sandbox = self._has_sandbox
        ask = self._banks.look_up
        return ask([""], now, lambda _: {"": has_provider(cursor, with_sandbox=with_sandbox)})[""]

    def _apply(self, reading: Connection, tries: Sequence[_Try]) -> None:
        """Let the ledger decide, in order; where an account is missing, open it and decide the rest anew."""
        waiting = list(tries)
        for _ in range(limits.ATTEMPTS_MAX):
            answers = self._writer.apply([item.entry for item in waiting], self._written_by(waiting))
            waiting = [item for item, answer in zip(waiting, answers, strict=True) if not _settled(item, answer)]
            if not waiting:
                return
            _open_accounts(reading, waiting, waiting[0].draft.at)
        for item in waiting:
            item.wish.result = LedgerBusy()

    def _written_by(self, tries: Sequence[_Try]) -> Callable[[Cursor, Sequence[Answer]], None]:
        """Return what writes the orders of those entries that were applied, in the transaction of the ledger's rows."""

        def write(cursor: Cursor, answers: Sequence[Answer]) -> None:
            placed = [
                (item.entry.id, item.draft)
                for item, answer in zip(tries, answers, strict=True)
                if isinstance(answer, Applied)
            ]
            if placed:
                draw_numbers(cursor, [draft for _, draft in placed])
                append(cursor, placed, self._cipher.encrypt)

        return write

    # Note [Why repeats are looked for last]
    # A repeat is nearly always refused by the ledger itself: its entry's id is there, with other transfer ids. Only
    # then, and where something else was refused first (a price has changed since), is the first answer looked up.
    def _repeat(self, cursor: Cursor, refused: Sequence[Wish]) -> None:
        asked = [(wish, wish.meaning) for wish in refused if wish.meaning is not None]
        known = earlier(cursor, {meaning.entry_id for _, meaning in asked}, self._cipher.decrypt) if asked else {}
        for wish, meaning in asked:
            first = known.get(meaning.entry_id)
            if first is not None and first.digest == meaning.digest:
                wish.result, wish.repeated = first, True
            elif first is not None or isinstance(wish.result, EntryIdReused):
                wish.result = IdempotencyKeyReused()


def _drafted(
    meaning: Meaning,
    actor: Actor,
    offered: dict[UUID, Offer],
    vouchers: dict[str, VoucherTerms],
    at: datetime,
    *,
    has_bank: bool,
) -> Draft:
    """Return what a wish is at this moment. Raises what Django's checkout raises before it asks the ledger."""
    deciding.check_lines(actor, meaning.lines, offered)
    if meaning.method is Method.QRIS and not has_bank:
        raise NoProvider
    draft = Draft(ids.uuid7(), meaning.buyer, meaning.method, meaning.ship_to, meaning.digest, at)
    deciding.fill(draft, meaning.lines, offered)
    if meaning.voucher:
        grant_discount(draft, vouchers.get(meaning.voucher))
    if draft.method is Method.QRIS:
        splits = [Split(order.total_minor, order.business_id, order.id) for order in draft.orders]
        check_request(
            splits, holds=len(meaning.lines) + len(voucher_holds(draft)), expires_at=at + PAYMENT_LIFETIME, at=at
        )
    return draft


def _offered(
    meaning: Meaning, actor: Actor, shelf: dict[UUID, _Ware], offers: dict[UUID, Offer], at: datetime
) -> dict[UUID, Offer]:
    """Return the offers of a wish's lines at this moment; one is worked out once for the whole batch."""
    found: dict[UUID, Offer] = {}
    for line in meaning.lines:
        ware = shelf.get(line.variant_id)
        if ware is None or deciding.visible(ware.listed, actor.businesses) is None:
            continue
        offer = ware.steady or offers.get(line.variant_id)
        if offer is None:
            offer = offers[line.variant_id] = deciding.offer_at(ware.listed, at)
        found[line.variant_id] = offer
    return found


def _wares(cursor: Cursor, variant_ids: Collection[UUID], at: datetime) -> dict[UUID, _Ware]:
    found = listed(cursor, variant_ids, at=at)
    return {
        key: _Ware(item, None if item.windows or item.campaigns else deciding.offer_at(item, at))
        for key, item in found.items()
    }


def _open_accounts(reading: Connection, tries: Sequence[_Try], at: datetime) -> None:
    """Open what first orders lack: wallets, accounts of sellers, and buyers' limits in campaigns, granted at once."""
    drafts = [item.draft for item in tries]
    businesses = {order.business_id for draft in drafts for order in draft.orders}
    accounts = new_accounts(business_ids=businesses, person_ids={draft.buyer_id for draft in drafts})
    limited = {
        units.limit: (units.campaign, units.buyer_id)
        for draft in drafts
        for line in draft.lines
        if (units := deciding.line_units(draft, line)).campaign is not None
    }
    terms = [(campaign, buyer) for campaign, buyer in limited.values() if campaign is not None]
    uses = wanted_uses(drafts).values()
    limits_of_buyers = [new_limit(campaign, buyer) for campaign, buyer in terms]
    with reading.transaction():  # nobody may see a limit that is not granted yet
        engine.open_accounts(reading, [*accounts, *limits_of_buyers, *(new_uses(*item) for item in uses)])
        granted = [grant(campaign, buyer, at=at) for campaign, buyer in terms]
        engine.apply(reading, [*granted, *(grant_uses(*item, at=at) for item in uses)])


def _settled(item: _Try, answer: Answer) -> bool:
    """Note an answer of the ledger; False where the entry only needs an account to be opened."""
    if isinstance(answer, Applied):
        item.wish.result = item.draft
        return True
    refusal = deciding.meaning_of(item.draft, item.entry.transfers, answer)
    item.wish.result = refusal
    return refusal is not None
