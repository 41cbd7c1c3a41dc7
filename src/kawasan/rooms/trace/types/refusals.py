"""Refusals of the room."""

from __future__ import annotations

from typing import Any

from kawasan.core.errors import BodyTooLarge, Busy, Conflict, Invalid, NotFound, msg
from kawasan.rooms.trace.types.reasons import REASONS

__all__ = ["BodyTooLarge"]


class DocumentUnreadable(Invalid):
    """The body is no JSON document with events."""

    code = "document-unreadable"
    title = msg("This document cannot be read")
    detail = msg("It is no EPCIS document in JSON: {problem}")
    status = 400


class EventInvalid(Invalid):
    """An event or document breaks a rule of EPCIS 2.0."""

    code = "event-invalid"
    title = msg("This is no valid EPCIS 2.0")
    detail = msg("{place}: {problem}")
    status = 400

    def __init__(self, *, place: str, reason: str, **data: Any) -> None:
        super().__init__(place=place, reason=reason, problem=REASONS[reason], **data)


class EventIdTaken(Conflict):
    """Another event of the business has this id."""

    code = "event-id-taken"
    title = msg("Another event has this id")
    detail = msg(
        "The event {event_id} says something else already. Events never change: declare the error and send another."
    )


class TooManyEvents(Invalid):
    """A capture holds more events than are taken at once."""

    code = "too-many-events"
    title = msg("Too many events at once")
    detail = msg("At most {most} events are taken in one request.")
    status = 413


class HeaderInvalid(Invalid):
    """A header of EPCIS says what nobody knows how to do."""

    code = "header-invalid"
    title = msg("This header cannot be followed")
    detail = msg("{name}: {problem}")
    status = 400


class QueryInvalid(Invalid):
    """A parameter of an event query is not known or cannot be read."""

    code = "query-invalid"
    title = msg("This query cannot be answered")
    detail = msg("{name}: {problem}")
    status = 400


class QueryNameTaken(Conflict):
    """The business has another query of this name."""

    code = "query-name-taken"
    title = msg("A query has this name already")
    detail = msg("The query {name} asks something else. Delete it first, or choose another name.")


class BusinessNeeded(Invalid):
    """The caller has a role in several businesses and did not say which is meant."""

    code = "business-needed"
    title = msg("For which business?")
    detail = msg("Use a key of the business, or add business=… to the address.")
    status = 400


class DestinationRefused(Invalid):
    """An address that we do not call."""

    code = "destination-refused"
    title = msg("This address is not called")
    detail = msg("A subscription needs a public address that begins with https://.")
    status = 400


class TooManySubscriptions(Invalid):
    """A business has as many subscriptions as it may."""

    code = "too-many-subscriptions"
    title = msg("Too many subscriptions")
    detail = msg("A business may have {most}. Delete one first.")
    status = 400


class ScheduleInvalid(Invalid):
    """A subscription whose moments cannot be: neither schedule nor stream, both, or a schedule that never fires."""

    code = "schedule-invalid"
    title = msg("This schedule cannot be")
    detail = msg("{problem}")
    status = 400


class SecretRenewed(Conflict):
    """The secret was renewed already, by somebody else or by the same button."""

    code = "secret-renewed"
    title = msg("The secret was renewed already")
    detail = msg("A secret is shown once. Renew it again if nobody has kept it.")


class TrialUnderWay(Conflict):
    """A test message waits to be sent."""

    code = "test-under-way"
    title = msg("A test is under way")
    detail = msg("Please wait until it has been answered.")


class UnknownDelivery(NotFound):
    """There is no such message, or not for this caller, or it has not failed."""

    code = "unknown-delivery"
    title = msg("No such message")


class UnknownEvent(NotFound):
    """There is no such event, or not for this caller."""

    code = "unknown-event"
    title = msg("No such event")


class UnknownCapture(NotFound):
    """There is no such capture job, or not for this caller."""

    code = "unknown-capture"
    title = msg("No such capture job")


class UnknownQuery(NotFound):
    """There is no such query, or not for this caller."""

    code = "unknown-query"
    title = msg("No such query")


class UnknownSubscription(NotFound):
    """There is no such subscription, or not for this caller."""

    code = "unknown-subscription"
    title = msg("No such subscription")


class UnknownBatch(NotFound):
    """There is no such batch, or not for this caller."""

    code = "unknown-batch"
    title = msg("No such batch")


class UnknownIdentifier(NotFound):
    """Nobody in this zone has told anything about this identifier."""

    code = "unknown-identifier"
    title = msg("Nothing is known about this code")


class IdentifierInvalid(Invalid):
    """A GS1 key that cannot exist."""

    code = "identifier-invalid"
    title = msg("This code cannot exist")
    detail = msg("Its check digit or its form is wrong.")
    status = 400


class BatchTaken(Conflict):
    """The product has another batch with this number."""

    code = "batch-taken"
    title = msg("This batch number is taken")
    detail = msg("The product has a batch {lot} already.")


class BatchInvalid(Invalid):
    """A batch whose number or dates cannot be."""

    code = "batch-invalid"
    title = msg("Please check the batch")
    detail = msg("{problem}")


class StepInvalid(Invalid):
    """A step that cannot be noted."""

    code = "step-invalid"
    title = msg("Please check the step")
    detail = msg("A step needs a kind that is known, a moment that is past, and codes of other batches.")


class BatchRecalled(Conflict):
    """The batch was recalled already."""

    code = "batch-recalled"
    title = msg("This batch was recalled")
    detail = msg("It was recalled already. Every buyer has been told.")


class CertificateInvalid(Invalid):
    """A certificate that cannot be taken."""

    code = "certificate-invalid"
    title = msg("Please check the certificate")
    detail = msg("{problem}")


class UnknownCertificate(NotFound):
    """There is no such certificate."""

    code = "unknown-certificate"
    title = msg("No such certificate")


class DoubtInvalid(Invalid):
    """A doubt without a text."""

    code = "doubt-invalid"
    title = msg("Please write what seems wrong")
    detail = msg("Ten to a thousand letters help staff to look into it.")


class TooManyDoubts(Busy):
    """A batch has many open doubts; staff works on them."""

    code = "too-many-doubts"
    title = msg("Many people have reported this")
    detail = msg("Staff is looking into it already. Please come back tomorrow.")
    status = 429


class UnknownDoubt(NotFound):
    """There is no such doubt."""

    code = "unknown-doubt"
    title = msg("No such report")
