"""Uploaded files of products: what each would do or did."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kawasan.core.access import Actor
from kawasan.core.money import Money
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.types.imports import ImportReport, LineProblem
from kawasan.rooms.commerce.types.refusals import UnknownImport

RECENT_MAX = 10


def import_report(*, actor: Actor, business_id: UUID, import_id: UUID) -> ImportReport:
    """Return what an uploaded file would do or did. Raises UnknownImport."""
    actor.need_business(business_id)
    row = models.Import.objects.defer("content").filter(pk=import_id, business_id=business_id).first()
    if row is None:
        raise UnknownImport
    return as_report(row)


def recent_imports(*, actor: Actor, business_id: UUID) -> list[ImportReport]:
    """Return the files uploaded last, the newest first."""
    actor.need_business(business_id)
    rows = models.Import.objects.defer("content").filter(business_id=business_id)
    return [as_report(row) for row in rows.order_by("-id")[:RECENT_MAX]]


def as_report(row: models.Import) -> ImportReport:
    """Return a row as a value."""
    report: dict[str, Any] = row.report
    problems = [LineProblem(**(item | {"data": _from_json(item["data"])})) for item in report["problems"]]
    return ImportReport(
        id=row.id,
        business_id=row.business_id,
        filename=row.filename,
        rows=report["rows"],
        creates=report["creates"],
        updates=report["updates"],
        unchanged=report["unchanged"],
        problems=tuple(problems),
        at=row.at,
        applied_at=row.applied_at,
    )


def to_json(data: dict[str, Any]) -> dict[str, Any]:
    """Return a refusal's data as JSON keeps it."""
    return {
        name: {"minor": value.minor, "currency": value.currency} if isinstance(value, Money) else value
        for name, value in data.items()
    }


def _from_json(data: dict[str, Any]) -> dict[str, Any]:
    return {name: Money(**value) if isinstance(value, dict) else value for name, value in data.items()}
