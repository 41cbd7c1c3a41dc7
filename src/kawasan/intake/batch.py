"""One batch: wishes become orders, or are told why not, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
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
from kawasan.rooms.commerce.engine import Listings, VouchersAsked, append, ask_numbers, earlier, give_numbers
from kawasan.rooms.commerce.rules import checkout as deciding
from kawasan.rooms.commerce.rules.checkout import Draft
from kawasan.rooms.commerce.rules.limits import grant, new_limit
from kawasan.rooms.commerce.rules.orders import PAYMENT_LIFETIME
from kawasan.rooms.commerce.rules.vouchers import (
    grant_discount,
    grant_uses,
    new_uses,
    plain_code,
    voucher_holds,
    wanted_uses,
)
from kawasan.rooms.commerce.types.offers import Listed, Offer
from kawasan.rooms.commerce.types.orders import Method
from kawasan.rooms.commerce.types.vouchers import VoucherTerms
from kawasan.rooms.ledger import engine
from kawasan.rooms.ledger.types import Answer, Applied, Entry, EntryIdReused, LedgerBusy
from kawasan.rooms.payments.engine import has_provider
from kawasan.rooms.payments.rules.accounts import new_accounts
from kawasan.rooms.payments.rules.deciding import check_request
from kawasan.rooms.payments.types import NoProvider, Split
from kawasan.rooms.zone.engine import Keyholders, stamp_keys

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


@dataclass(slots=True)
class _Asked:
    """What is known of a batch beyond itself."""

    actors: dict[str, Actor]
    shelf: dict[UUID, _Ware]
    vouchers: dict[str, VoucherTerms]


class Decider:
    """Decides batches of one zone, one in each of its lanes; remembers keys and listings for a moment between them."""

    def __init__(self, writer: engine.Writer, cipher: Box, *, has_sandbox: bool) -> None:
        self._writer, self._cipher, self._has_sandbox = writer, cipher, has_sandbox
        self._actors: Remembered[str, Actor] = Remembered(seconds=limits.KEY_SECONDS, most=limits.KEYS_MAX)
        self._wares: Remembered[UUID, _Ware] = Remembered(seconds=limits.OFFER_SECONDS, most=limits.OFFERS_MAX)
        self._banks: Remembered[str, bool] = Remembered(seconds=limits.OFFER_SECONDS, most=1)
        self._used_keys: set[UUID] = set()  # to be stamped

    def decide(self, reading: Connection, wishes: Sequence[Wish], *, at: datetime, now: float) -> None:
        """
        Give every wish its result, in order; what was placed is committed when this returns.

        ``reading`` is for questions, each on its own. A wish repeated under its key gets the first answer, whatever has
        changed since. Raises LedgerBusy, LedgerUnreachable and psycopg's errors: then a repeat tells what happened.
        """
        asked = self._ask(reading, wishes, at, now)
        for wish in wishes:
            try:
                wish.meaning = meaning_of(wish, asked.actors[wish.secret])
            except Refusal as refusal:
                wish.result = refusal
        cursor = psycopg.Cursor(reading)
        tries = self._tries(cursor, [wish for wish in wishes if wish.meaning is not None], asked, at, now)
        self._apply(reading, tries)
        self._repeat(cursor, [wish for wish in wishes if isinstance(wish.result, Refusal)])

    def rest(self, reading: Connection, *, at: datetime) -> None:
        """Do what may wait until nobody does: note when keys were last used."""
        if self._used_keys:
            used, self._used_keys = self._used_keys, set()
            stamp_keys(psycopg.Cursor(reading), used, at=at)

    def _ask(self, reading: Connection, wishes: Sequence[Wish], at: datetime, now: float) -> _Asked:
        """Return whose the keys are and how the variants are listed, asking once for all that is not remembered."""
        bodies = [wish.asked for wish in wishes if not isinstance(wish.asked, Refusal)]
        variants = [line.variant_id for body in bodies if not isinstance(body.lines, Refusal) for line in body.lines]
        actors, secrets = self._actors.known((wish.secret for wish in wishes), now)
        shelf, wanted = self._wares.known(variants, now)
        vouchers = {plain_code(body.voucher) for body in bodies if body.voucher} - {""}
        if not (secrets or wanted or vouchers):
            return _Asked(actors, shelf, {})
        cursors = partial(psycopg.Cursor, reading)
        with reading.pipeline():
            holders = Keyholders(cursors(), secrets)
            listings = Listings(cursors, wanted, at=at)
            terms = VouchersAsked(cursors(), vouchers)
        self._actors.learn(found := self._noted(*holders.answers(at=at)), now)
        self._wares.learn(wares := _wares(listings.answers(), at), now)
        return _Asked(actors | found, shelf | wares, terms.answers())

    def _noted(self, actors: dict[str, Actor], used: Collection[UUID]) -> dict[str, Actor]:
        self._used_keys.update(used)
        return actors

    def _tries(self, cursor: Cursor, wishes: Sequence[Wish], asked: _Asked, at: datetime, now: float) -> list[_Try]:
        """Return what may go to the ledger; the others have their refusal."""
        offers: dict[UUID, Offer] = {}
        has_bank = self._has_bank(cursor, wishes, now)
        found = []
        for wish in wishes:
            if wish.meaning is None:
                continue
            actor = asked.actors[wish.secret]
            try:
                offered = _offered(wish.meaning, actor, asked.shelf, offers, at)
                draft = _drafted(wish.meaning, actor, offered, asked.vouchers, at, has_bank=has_bank)
                found.append(_Try(wish, draft, Entry(wish.meaning.entry_id, at, deciding.transfers_of(draft))))
            except Refusal as refusal:
                wish.result = refusal
        return found

    def _has_bank(self, cursor: Cursor, wishes: Sequence[Wish], now: float) -> bool:
        """Tell whether somebody makes codes for those who pay by one."""
        if not any(wish.meaning is not None and wish.meaning.method is Method.QRIS for wish in wishes):
            return True
        known, missing = self._banks.known([""], now)
        if missing:
            known = {"": has_provider(cursor, with_sandbox=self._has_sandbox)}
            self._banks.learn(known, now)
        return known[""]

    def _apply(self, reading: Connection, tries: Sequence[_Try]) -> None:
        """Let the ledger decide, in order; where an account is missing, open it and decide the rest anew."""
        waiting = list(tries)
        for _ in range(limits.ATTEMPTS_MAX):
            orders = _Orders(waiting, self._cipher)
            answers = self._writer.apply([item.entry for item in waiting], orders.write, orders.ask)
            waiting = [item for item, answer in zip(waiting, answers, strict=True) if not _settled(item, answer)]
            if not waiting:
                return
            _open_accounts(reading, waiting, waiting[0].draft.at)
        for item in waiting:
            item.wish.result = LedgerBusy()

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


class _Orders:
    """The orders of those entries that are applied, written in the transaction of the ledger's rows."""

    def __init__(self, tries: Sequence[_Try], cipher: Box) -> None:
        self._tries, self._cipher = tries, cipher
        self._numbers: Cursor | None = None

    def ask(self, cursor: Cursor) -> None:
        """Ask for the numbers that people read aloud."""
        self._numbers = cursor
        ask_numbers(cursor, sum(len(item.draft.orders) for item in self._tries))

    def write(self, cursor: Cursor, answers: Sequence[Answer]) -> None:
        """Append the orders."""
        placed = [
            (item.entry.id, item.draft)
            for item, answer in zip(self._tries, answers, strict=True)
            if isinstance(answer, Applied)
        ]
        if placed and self._numbers is not None:
            give_numbers(self._numbers, [draft for _, draft in placed])
            append(cursor, placed, self._cipher.encrypt)


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


def _wares(listed: dict[UUID, Listed], at: datetime) -> dict[UUID, _Ware]:
    return {
        key: _Ware(item, None if item.windows or item.campaigns else deciding.offer_at(item, at))
        for key, item in listed.items()
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
