"""Whose books, by whom: access, the chart with the owner's accounts, the tax profile."""

from __future__ import annotations

from uuid import UUID

from kawasan.core import clock
from kawasan.core.access import Actor, BusinessRole
from kawasan.rooms.books import models
from kawasan.rooms.books.rules import chart
from kawasan.rooms.books.types.accounts import Account, Kind
from kawasan.rooms.books.types.desk import Profile
from kawasan.rooms.books.types.tax import Taxpayer
from kawasan.rooms.zone import api as zone

_TAXPAYERS = {
    "individual": Taxpayer.INDIVIDUAL,
    "sole_company": Taxpayer.SOLE_COMPANY,
    "company": Taxpayer.COMPANY,
    "cv": Taxpayer.CV,
    "firm": Taxpayer.FIRM,
    "cooperative": Taxpayer.COOPERATIVE,
    "village_enterprise": Taxpayer.VILLAGE,
}


def need_books(actor: Actor, business_id: UUID) -> None:
    """Let owner and accountant in; others of the business are refused, and for strangers it does not exist."""
    actor.need_business(business_id, BusinessRole.OWNER, BusinessRole.ACCOUNTANT)


def accounts(business_id: UUID) -> dict[str, Account]:
    """Return the chart of a business by code: the standard one and the owner's own accounts."""
    own = models.OwnAccount.objects.filter(business_id=business_id).order_by("code")
    found = {row.code: Account(row.code, row.name, row.name, row.name, Kind(row.kind), row.line, True) for row in own}
    return dict(sorted((chart.standard() | found).items()))


def chart_of(*, actor: Actor, business_id: UUID) -> list[Account]:
    """Return the chart for whoever may see the books. Raises Unauthenticated, NotFound, Forbidden."""
    need_books(actor, business_id)
    return list(accounts(business_id).values())


def profile_of(*, actor: Actor, business_id: UUID) -> Profile:
    """Return how a business pays taxes. Raises Unauthenticated, NotFound, Forbidden."""
    need_books(actor, business_id)
    return profile(business_id)


def profile(business_id: UUID) -> Profile:
    """Return how a business pays taxes; until somebody says, as its legal form and the day it joined suggest."""
    row = models.Desk.objects.filter(business_id=business_id).first()
    business = zone.business(business_id=business_id)
    taxpayer = _TAXPAYERS.get(business.legal_form.value, Taxpayer.OTHER)
    year = clock.business_day(business.joined_at or business.applied_at).year
    if row is None or row.registered_year is None:
        reminds = row is None or row.reminds
        return Profile(business_id, taxpayer, year, is_pkp=False, is_said=False, reminds=reminds)
    said = Taxpayer(row.taxpayer), row.registered_year, row.is_pkp
    return Profile(business_id, *said, is_said=True, reminds=row.reminds)
