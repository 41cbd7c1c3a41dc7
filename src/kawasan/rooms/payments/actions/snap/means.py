"""
Ways to pay a bill: wanted (and committed), then made by the provider, then noted; closed when nobody shall use them.

The provider is called between two transactions. A code that is being made is ``unknown`` until its answer is noted: a
process that dies in between leaves it so, and the next run asks before it tells again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kawasan.core import ids
from kawasan.core.access import SYSTEM, Actor
from kawasan.platform.db import requires_transaction, transaction
from kawasan.platform.telemetry import log
from kawasan.rooms.payments import models
from kawasan.rooms.payments.actions.snap import calls
from kawasan.rooms.payments.actions.snap.client import SnapClient, client_of
from kawasan.rooms.payments.queries import payments as payment_queries
from kawasan.rooms.payments.queries import providers as queries
from kawasan.rooms.payments.rules import qris
from kawasan.rooms.payments.rules.references import reference_of
from kawasan.rooms.payments.rules.snap import wire
from kawasan.rooms.payments.rules.snap.answers import Answer
from kawasan.rooms.payments.rules.snap.codes import SnapOutcome
from kawasan.rooms.payments.rules.snap.notices import NotTaken, qr_money, va_money
from kawasan.rooms.payments.types import (
    MeansUnavailable,
    Notification,
    PaymentClosed,
    PaymentMeans,
    PaymentNotFound,
    PaymentStatus,
    ProviderSettings,
    UnknownProvider,
)
from kawasan.rooms.payments.types.snap import CodeKind, CodeState

VA_DIGITS = 12  # of the customer's part of a virtual account
CODES_MAX = 5  # of one kind for one payment
REASON_CLOSED = "tagihan ditutup"


@dataclass(frozen=True, slots=True)
class Order:
    """What a provider shall make: all that the call needs, so that no transaction is open meanwhile."""

    code_id: UUID
    kind: CodeKind
    settings: ProviderSettings
    wanted: calls.Wanted


@requires_transaction
def want_code(row: models.Payment, kind: CodeKind, *, at: datetime) -> models.Code:
    """
    Write down that a payment wants a code; the provider is asked from a job once this is committed.

    A code of the kind that is there or on its way is returned as it is. The first one carries the payment's own number.
    """
    rows = models.Code.objects.filter(payment=row, kind=kind.value)
    open_states = [CodeState.ASKED.value, CodeState.UNKNOWN.value, CodeState.MADE.value]
    if earlier := rows.filter(state__in=open_states).first():
        return earlier
    if rows.count() >= CODES_MAX:
        raise MeansUnavailable
    made = wanted_code(row, kind, at=at, is_first=kind is CodeKind.QRIS and not rows.exists())
    made.save(force_insert=True)
    return made


def wanted_code(row: models.Payment, kind: CodeKind, *, at: datetime, is_first: bool) -> models.Code:
    """Return a code that nobody was asked for yet, to be inserted."""
    code_id = ids.uuid7()
    return models.Code(
        id=code_id,
        payment=row,
        payer_id=row.payer_id,
        provider=row.provider,
        kind=kind.value,
        reference=row.reference if is_first else reference_of(code_id),
        customer_no=wire.customer_no(code_id, length=VA_DIGITS) if kind is CodeKind.VA else "",
        state=CodeState.ASKED.value,
        asked_at=at,
    )


@requires_transaction
def want_virtual_account(*, payment_id: UUID, actor: Actor, at: datetime) -> PaymentMeans:
    """
    Let a payment be payable by a virtual account, too. Repeating it returns the one that is there.

    Raises PaymentNotFound (also for somebody else's), PaymentClosed, MeansUnavailable.
    """
    row = payment_queries.lock_payment(payment_id=payment_id)
    if row is None or row.payer_id != actor.need_person():
        raise PaymentNotFound
    if row.status != PaymentStatus.REQUESTED:
        raise PaymentClosed(status=row.status)
    if not queries.provider_settings(name=row.provider).va_prefix:
        raise MeansUnavailable
    return queries.as_means(want_code(row, CodeKind.VA, at=at))


@requires_transaction
def begin_code(*, code_id: UUID, at: datetime) -> Order | None:
    """Take a code in hand: from now on the provider may have been told. None where there is nothing to do any more."""
    row = models.Code.objects.select_for_update().select_related("payment").filter(pk=code_id).first()
    if row is None or row.state not in (CodeState.ASKED, CodeState.UNKNOWN):
        return None
    if row.payment.status != PaymentStatus.REQUESTED or row.payment.expires_at <= at:
        return None
    wanted = calls.Wanted(
        reference=row.reference,
        amount_minor=row.payment.amount_minor,
        expires_at=row.payment.expires_at,
        name=row.payment.merchant_name,
        city=row.payment.merchant_city,
        customer_no=row.customer_no,
        was_told=row.attempts > 0,
    )
    settings = queries.provider_settings(name=row.provider)
    row.state, row.attempts, row.asked_at = CodeState.UNKNOWN.value, min(row.attempts + 1, 32_000), at
    row.save(update_fields=["state", "attempts", "asked_at"])
    return Order(row.pk, CodeKind(row.kind), settings, wanted)


def tell_provider(order: Order) -> Answer:
    """Let the provider make a code. Call it outside any transaction; a repeat makes no second one."""
    return (calls.make_qr if order.kind is CodeKind.QRIS else calls.make_va)(client_of(order.settings), order.wanted)


def drop_lost_code(order: Order, answer: Answer) -> None:
    """
    Close a code that the provider made and that got lost on the way: nobody can pay it. Call it after ``note_code``
    has said so, outside any transaction.
    """
    own = wire.text_at(dict(answer.body), "originalReferenceNo")
    calls.cancel_qr(
        client_of(order.settings), reference=order.wanted.reference, provider_reference=own, reason=REASON_CLOSED
    )


@requires_transaction
def note_code(*, code_id: UUID, answer: Answer, at: datetime) -> UUID | None:
    """
    Write down what the provider said about a code; return the code that shall be made instead of a lost one, if any.

    A code that does not say what was asked for is not shown to anybody.
    """
    code = models.Code.objects.select_for_update().filter(pk=code_id).first()
    if code is None or code.state not in (CodeState.ASKED, CodeState.UNKNOWN):
        return None
    payment = models.Payment.objects.get(pk=code.payment_id)
    if answer.outcome is SnapOutcome.REFUSED:
        _refuse(code, answer.code or answer.category)
    elif answer.outcome in (SnapOutcome.RETRY, SnapOutcome.UNKNOWN):
        code.problem = answer.code or answer.category
        code.save(update_fields=["problem"])
    elif answer.by_query and code.kind == CodeKind.QRIS:
        _refuse(code, "lost")
        is_open = payment.status == PaymentStatus.REQUESTED
        return want_code(payment, CodeKind.QRIS, at=at).pk if is_open else None
    else:
        _made(code, payment, answer, at)
    return None


def _made(code: models.Code, payment: models.Payment, answer: Answer, at: datetime) -> None:
    body = dict(answer.body)
    if code.kind == CodeKind.VA:
        code.content = wire.va_number(queries.provider_settings(name=code.provider).va_prefix, code.customer_no)
    else:
        problem = _place_qris(payment, wire.text_at(body, "qrContent"))
        if problem:
            _refuse(code, problem)
            return
        code.content = payment.qris
    code.provider_reference = wire.text_at(body, "referenceNo")
    code.state, code.made_at, code.problem = CodeState.MADE.value, at, ""
    code.save(update_fields=["content", "provider_reference", "state", "made_at", "problem"])


def _place_qris(payment: models.Payment, content: str) -> str:
    """Take a code over into its payment, with the names that a bank's app will show; return what is wrong with it."""
    try:
        found = qris.parse(content)
    except qris.InvalidQris:
        return "unreadable"
    if found.money is None or found.money.minor != payment.amount_minor:
        return "amount"
    payment.qris, payment.nmid = content, found.nmid or ""
    payment.merchant_name, payment.merchant_city = found.merchant_name, found.merchant_city
    payment.save(update_fields=["qris", "nmid", "merchant_name", "merchant_city"])
    return ""


def _refuse(code: models.Code, problem: str) -> None:
    code.state, code.problem = CodeState.REFUSED.value, problem
    code.save(update_fields=["state", "problem"])
    log.warning("code-refused", code=str(code.pk), kind=code.kind, problem=problem)


# Asking, and closing


def ask_provider(*, payment_id: UUID, at: datetime) -> tuple[Notification, ...]:
    """
    Ask the provider which money came for a payment. Call it outside any transaction: it opens its own to read.

    Raises UnknownProvider where the provider was taken away.
    """
    with transaction(SYSTEM):
        codes = queries.codes_of(payment_id=payment_id)
        settings = {name: queries.provider_settings(name=name) for name in {code.provider for code in codes}}
        models.Code.objects.filter(pk__in=[code.pk for code in codes]).update(asked_at=at)
    found = [_asked(client_of(settings[code.provider]), code, at) for code in codes]
    return tuple(one for one in found if one is not None)


def _asked(client: SnapClient, code: models.Code, at: datetime) -> Notification | None:
    event_id = f"query-{code.reference}"
    try:
        if code.kind == CodeKind.VA:
            answer = calls.ask_va(client, customer_no=code.customer_no, reference=code.reference)
            data = answer.body.get("virtualAccountData")
            if answer.outcome is not SnapOutcome.SUCCESS or not isinstance(data, dict):
                return None
            return va_money(data, provider=code.provider, event_id=event_id, reference=code.reference, at=at)
        answer = calls.ask_qr(client, reference=code.reference, provider_reference=code.provider_reference)
        if answer.outcome is not SnapOutcome.SUCCESS or answer.status is None or answer.status.name != "success":
            return None
        told = {"originalPartnerReferenceNo": code.reference} | dict(answer.body)
        return qr_money(
            client.profile, told, provider=code.provider, event_id=event_id, at=at,
            provider_reference=code.provider_reference,
        )  # fmt: skip
    except NotTaken as problem:
        log.warning("answer-not-understood", provider=code.provider, reference=code.reference, problem=str(problem))
        return None


def close_codes(*, payment_id: UUID) -> int:
    """
    Close at the provider what could still be paid of a closed payment; return how many. Call it outside a transaction.

    What the provider does not close (it was paid just now) stays open here: its money is told about and taken in.
    """
    with transaction(SYSTEM):
        codes = queries.open_codes_of_closed(payment_id=payment_id)
        try:
            settings = {code.provider: queries.provider_settings(name=code.provider) for code in codes}
        except UnknownProvider:
            return 0
    closed = []
    for code in codes:
        client = client_of(settings[code.provider])
        if code.kind == CodeKind.VA:
            answer = calls.delete_va(client, customer_no=code.customer_no, reference=code.reference)
        else:
            answer = calls.cancel_qr(
                client, reference=code.reference, provider_reference=code.provider_reference, reason=REASON_CLOSED
            )
        if answer.outcome is SnapOutcome.SUCCESS or answer.is_not_there:
            closed.append(code.pk)
    with transaction(SYSTEM):
        return models.Code.objects.filter(pk__in=closed).update(state=CodeState.CLOSED.value)
