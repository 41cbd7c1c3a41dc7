"""The digitalisation panel: who is admitted (zone), who publishes (commerce), who sells (the follower)."""

from __future__ import annotations

from datetime import date, timedelta

from kawasan.core.access import Actor
from kawasan.platform.db import requires_transaction
from kawasan.rooms.authority.queries.access import need_figures
from kawasan.rooms.authority.queries.figures import sums_by_business
from kawasan.rooms.authority.queries.places import admitted_places
from kawasan.rooms.authority.rules import digital, grouping
from kawasan.rooms.authority.types import Activity, By, Digitalisation, Filter, Period, Place
from kawasan.rooms.commerce import api as commerce

DAYS = 30


@requires_transaction
def digitalisation(*, actor: Actor, day: date, by: By = By.SECTOR, wanted: Filter = Filter()) -> Digitalisation:  # noqa: B008
    """
    Return how many businesses are admitted, publish and sell, by sector or region, in the DAYS that end with ``day``.

    Derived from the register, the catalogue and the ledger as they are now; nothing is typed in. Zone roles only:
    raises Unauthenticated, Forbidden.
    """
    need_figures(actor)
    period = _period(day)
    places = [place for place in admitted_places(actor) if grouping.fits(place, wanted)]
    rows, total = digital.grouped(places, commerce.businesses_with_products(), sums_by_business(period), by)
    return Digitalisation(by=by, period=period, rows=rows, total=total)


@requires_transaction
def digital_businesses(*, actor: Actor, day: date, activity: Activity, wanted: Filter) -> list[Place]:
    """Return the businesses that one figure of the panel counts, by name. Raises as ``digitalisation``."""
    need_figures(actor)
    places = [place for place in admitted_places(actor) if grouping.fits(place, wanted)]
    return digital.members(places, commerce.businesses_with_products(), sums_by_business(_period(day)), activity)


def _period(day: date) -> Period:
    return Period(day - timedelta(days=DAYS - 1), day)
