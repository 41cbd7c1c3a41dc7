"""Comparing a provider's list of movements with our receipts, and repairing what differs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor, ZoneRole
from kawasan.core.money import Money
from kawasan.platform.db import requires_transaction, transaction
from kawasan.platform.telemetry import log
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions.notifications import notify
from kawasan.rooms.payments.actions.shop.asking import money_of_line
from kawasan.rooms.payments.actions.snap import calls
from kawasan.rooms.payments.actions.snap.client import client_of
from kawasan.rooms.payments.queries import providers as queries
from kawasan.rooms.payments.queries.reconciling import as_difference, as_reconciliation
from kawasan.rooms.payments.queries.shop import shop_code_of
from kawasan.rooms.payments.rules.deciding import checked_note
from kawasan.rooms.payments.rules.snap.codes import SnapOutcome
from kawasan.rooms.payments.rules.snap.notices import statement_line
from kawasan.rooms.payments.rules.snap.reconciling import Ours, compared
from kawasan.rooms.payments.types import (
    Abroad,
    Difference,
    DifferenceClosed,
    DifferenceKind,
    DifferenceNotFound,
    ProviderSettings,
    Reconciliation,
    Repair,
    StatementLine,
)

_MISSING = (DifferenceKind.MISSING_HERE, DifferenceKind.MISSING_ABROAD)
LOOKS_BACK = timedelta(days=2)
LATE_MAX = timedelta(hours=1)
SETTLING = timedelta(seconds=45)  # what moved just now may still be on its way to us


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider said: its movements of a period, what it holds, and what kept it from saying all."""

    starts_at: datetime
    ends_at: datetime
    ours_from: datetime  # from when on all of ours must be in its list: what we counted late may be older than that
    lines: tuple[StatementLine, ...]
    balance_minor: int | None
    problem: str


def fetch_statement(settings: ProviderSettings, *, at: datetime, settling: timedelta = SETTLING) -> Told:
    """Ask a provider for its movements since LOOKS_BACK (or since we know it). Call it outside any transaction."""
    client = client_of(settings)
    starts_at, ends_at = max(at - LOOKS_BACK, settings.connected_at), at - settling
    ours_from = starts_at if starts_at == settings.connected_at else starts_at + LATE_MAX
    starts_at -= timedelta(seconds=1)  # the standard's times have no parts of a second
    if ends_at <= starts_at:
        return Told(starts_at, starts_at, ours_from, (), None, "")
    found, last = calls.history(client, starts_at=starts_at, ends_at=ends_at)
    lines = [statement_line(client.profile, one) for one in found]
    problem = "" if last.outcome is SnapOutcome.SUCCESS else last.code or last.category
    if None in lines:
        problem = problem or "line-not-understood"
    held = calls.balance_minor(client) if settings.account_no else None
    return Told(starts_at, ends_at, ours_from, tuple(line for line in lines if line is not None), held, problem)


@requires_transaction
def reconcile(*, provider: str, told: Told, at: datetime) -> Reconciliation:
    """
    Compare what a provider told with what we counted, and list what differs. A repeat lists nothing twice.

    An open difference that both sides agree on by now is closed. Where the provider did not tell everything, only what
    it has and we have not is listed: silence is no proof that it has nothing.
    """
    came = [line for line in told.lines if line.kind != "out"]
    ours = _ours(provider, told)
    found = compared(came, ours, is_whole=not told.problem)
    _close_what_agrees(provider, came, at)
    abroad = {line.money_id: line.abroad for line in came}
    new = [_listed(provider, one, abroad.get(one.money_id), at) for one in found if _counts(provider, one)]
    row = models.Reconciliation(
        id=ids.uuid7(),
        provider=provider,
        starts_at=told.starts_at,
        ends_at=told.ends_at,
        ran_at=at,
        theirs_count=len(came),
        theirs_minor=sum(line.amount_minor for line in came),
        ours_count=len(ours),
        ours_minor=sum(one.amount_minor for one in ours.values()),
        found=sum(new),
        balance_minor=told.balance_minor,
        problem=told.problem,
    )
    row.save(force_insert=True)
    if row.found or row.problem:
        log.warning("reconciliation-differs", provider=provider, found=row.found, problem=row.problem)
    return as_reconciliation(row)


@requires_transaction
def take_over(*, actor: Actor, difference_id: UUID, note: str, at: datetime) -> Difference:
    """
    Count a payment now that the provider has and we never heard of, as its notification would have. Once.

    What was paid in another currency is exchanged where its quote holds still, else it goes back as it came.

    Staff and operators may; who and why is kept. Raises DifferenceNotFound, DifferenceClosed, EventNoteInvalid, and the
    ledger's refusals where the money cannot be taken in.
    """
    row, person_id = _locked(actor, difference_id)
    if row.repair or row.kind not in _MISSING or row.payment_id is None or not row.theirs_minor:
        raise DifferenceClosed
    said = checked_note(note)
    line = StatementLine(row.money_id, row.reference, row.theirs_minor, row.happened_at, "in", _abroad(row))
    notify(notification=money_of_line(line, provider=row.provider), at=at)
    return _repaired(row, Repair.TAKEN_OVER, at, person_id=person_id, note=said)


@requires_transaction
def settle_difference(*, actor: Actor, difference_id: UUID, note: str, at: datetime) -> Difference:
    """
    Close a difference that was settled with the provider, saying how. It moves no money.

    Staff and operators may. Raises DifferenceNotFound, DifferenceClosed, EventNoteInvalid.
    """
    row, person_id = _locked(actor, difference_id)
    if row.repair:
        raise DifferenceClosed
    return _repaired(row, Repair.NOTED, at, person_id=person_id, note=checked_note(note))


def run_reconciliation(*, at: datetime, settling: timedelta = SETTLING) -> list[Reconciliation]:
    """Compare with every provider of the zone, one after the other. Call it outside any transaction."""
    with transaction(SYSTEM):
        known = queries.all_provider_settings()
    done = []
    for settings in known:
        told = fetch_statement(settings, at=at, settling=settling)
        with transaction(SYSTEM):
            done.append(reconcile(provider=settings.name, told=told, at=at))
    return done


def _ours(provider: str, told: Told) -> dict[str, Ours]:
    """Return our receipts of the period, and those of any time that the provider names."""
    named = [line.money_id for line in told.lines]
    in_period = models.Receipt.objects.filter(
        provider=provider, happened_at__gte=told.ours_from, at__gte=told.ours_from, at__lt=told.ends_at
    )
    rows = list(in_period) + list(models.Receipt.objects.filter(provider=provider, money_id__in=named))
    of_payments = models.Code.objects.filter(payment_id__in={row.payment_id for row in rows})
    names = dict(of_payments.values_list("payment_id", "reference"))
    of_bills = {
        row.money_id: Ours(
            money_id=row.money_id,
            reference=names.get(row.payment_id, ""),
            amount_minor=row.amount_minor,
            happened_at=row.happened_at,
            payment_id=row.payment_id,
        )
        for row in rows
    }
    return of_bills | _ours_of_shops(provider, told, named)


def _ours_of_shops(provider: str, told: Told, named: list[str]) -> dict[str, Ours]:
    in_period = Q(happened_at__gte=told.ours_from, at__gte=told.ours_from, at__lt=told.ends_at)
    rows = models.ShopPayment.objects.filter(in_period | Q(money_id__in=named), provider=provider)
    return {
        row.money_id: Ours(row.money_id, row.code.reference, row.amount_minor, row.happened_at, row.code_id)
        for row in rows.select_related("code")
    }


def _counts(provider: str, one: Difference) -> bool:
    """Whether a difference is news: not one that a person has settled for good already."""
    settled = models.Difference.objects.filter(provider=provider, money_id=one.money_id, repair=Repair.NOTED.value)
    return not settled.exists()


def _listed(provider: str, one: Difference, abroad: Abroad | None, at: datetime) -> bool:
    payment_id = one.payment_id or queries.payment_of_code(provider=provider, reference=one.reference)
    payment_id = payment_id or shop_code_of(provider=provider, reference=one.reference)
    row = models.Difference(
        id=ids.uuid7(),
        provider=provider,
        kind=one.kind.value,
        money_id=one.money_id,
        reference=one.reference,
        theirs_minor=one.theirs_minor,
        ours_minor=one.ours_minor,
        abroad_currency=abroad.paid.currency if abroad else "",
        abroad_minor=abroad.paid.minor if abroad else None,
        abroad_quote=abroad.quote_id if abroad else None,
        payment_id=payment_id,
        happened_at=one.happened_at,
        found_at=at,
    )
    models.Difference.objects.bulk_create([row], ignore_conflicts=True)
    return models.Difference.objects.filter(pk=row.pk).exists()


def _close_what_agrees(provider: str, came: list[StatementLine], at: datetime) -> None:
    theirs = {line.money_id: line.amount_minor for line in came}
    for row in models.Difference.objects.filter(provider=provider, repair="", money_id__in=list(theirs)):
        if theirs[row.money_id] == _counted_minor(provider, row.money_id):
            _repaired(row, Repair.AGREES, at)


def _counted_minor(provider: str, money_id: str) -> int | None:
    for table in (models.Receipt, models.ShopPayment):
        found = table._default_manager.filter(provider=provider, money_id=money_id).values_list(
            "amount_minor", flat=True
        )
        if (minor := found.first()) is not None:
            return int(minor)
    return None


def _abroad(row: models.Difference) -> Abroad | None:
    if row.abroad_minor is None:
        return None
    return Abroad(Money(row.abroad_minor, row.abroad_currency), row.abroad_quote)


def _locked(actor: Actor, difference_id: UUID) -> tuple[models.Difference, UUID]:
    actor.need_zone(ZoneRole.STAFF)
    row = models.Difference.objects.select_for_update().filter(pk=difference_id).first()
    if row is None:
        raise DifferenceNotFound
    return row, actor.need_person()


def _repaired(
    row: models.Difference, repair: Repair, at: datetime, *, person_id: UUID | None = None, note: str = ""
) -> Difference:
    row.repair, row.repaired_at, row.repaired_by_id, row.note = repair.value, at, person_id, note
    row.save(update_fields=["repair", "repaired_at", "repaired_by_id", "note"])
    return as_difference(row, "")
