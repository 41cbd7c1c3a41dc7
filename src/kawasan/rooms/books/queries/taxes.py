"""A year's taxes, and an owner's month, from the same sums as the statements."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from kawasan.core import clock
from kawasan.core.access import Actor
from kawasan.rooms.books.queries.desk import accounts, need_books, profile
from kawasan.rooms.books.queries.periods import closed_through
from kawasan.rooms.books.queries.rates import tax_tables
from kawasan.rooms.books.queries.stock import method_on
from kawasan.rooms.books.queries.sums import FIRST_DAY, by_day, net, ppn_by_month, sums
from kawasan.rooms.books.rules import cashflow, chart, duties, pph, ppn, statements
from kawasan.rooms.books.rules.tax_tables import on
from kawasan.rooms.books.types.desk import Profile
from kawasan.rooms.books.types.months import Span, month_of
from kawasan.rooms.books.types.rates import TaxTables
from kawasan.rooms.books.types.reports import OwnersMonth, TaxYear
from kawasan.rooms.books.types.stock import StockMethod
from kawasan.rooms.books.types.tax import FinalTaxMonth, Taxpayer

# Turnover is gross, before fees; what was given back for returned goods lowers the month in which it was given (our
# reading of PP 55/2022: for goods that came back nothing was received).
TURNOVER = (chart.SALES, chart.RETURNS)


def year_of(business_id: UUID, year: int, today: date) -> TaxYear:
    """Return a year's turnover, final tax and duties up to a day, for whoever has checked who asks."""
    who, tables = profile(business_id), tax_tables()
    months, uses_final = _months(business_id, who, year, today, tables)
    turnover = sum(month.turnover_minor for month in months)
    day = min(today, date(year, 12, 31))
    whole = Decimal(turnover) / pph.MINOR
    taxed = months if uses_final else [replace(month, tax_minor=0) for month in months]  # PPN is due all the same
    ppn_left = ppn_by_month(business_id, date(year, 1, 1), day) if who.is_pkp else {}
    due = duties.duties_of(taxed, tables=tables, taxpayer=who.taxpayer, is_pkp=who.is_pkp, today=today, ppn=ppn_left)
    final = on(tables.final, day, "PPh Final")
    return TaxYear(
        year=year,
        months=tuple(months),
        uses_final_tax=uses_final,
        turnover_minor=turnover,
        allowance_minor=final.allowance * pph.MINOR if who.taxpayer is Taxpayer.INDIVIDUAL else 0,
        pkp_threshold_minor=on(tables.pkp, day, "PKP").amount * pph.MINOR,
        must_register=ppn.must_register(whole, thresholds=tables.pkp, day=day) and not who.is_pkp,
        nears_registration=ppn.nears_registration(whole, thresholds=tables.pkp, day=day) and not who.is_pkp,
        duties=tuple(due),
        final_percent=(final.rate * 100).normalize(),
        law="; ".join((final.law, on(tables.terms, day, "PPh Final").law, on(tables.ppn, day, "PPN").law)),
        last_final_year=pph.last_final_year(who.taxpayer, tables=tables, registered=who.registered_year, day=day),
    )


def owners_month(*, actor: Actor, business_id: UUID, month: date, at: datetime) -> OwnersMonth:
    """Return in, out, left, cash and the tax to put aside of a month. Raises Unauthenticated, NotFound, Forbidden."""
    need_books(actor, business_id)
    span, known = month_of(month), accounts(business_id)
    moved = net(sums(business_id, span.first, span.last))
    result = statements.profit_and_loss(moved, known)
    income = sum(row.amount_minor for row in result.rows[:2])
    until = net(sums(business_id, FIRST_DAY, span.last))
    cash = sum(amount for code, amount in until.items() if known[code].line == cashflow.CASH_LINE)
    closed = closed_through(business_id)
    is_kept = method_on(business_id, span.last) is not StockMethod.COUNTED  # cards know what was sold cost
    return OwnersMonth(
        span=span,
        income_minor=income,
        expenses_minor=income - result.before_tax_minor,
        cash_minor=cash,
        tax_minor=month_tax(business_id, span, clock.business_day(at)),
        is_closed=closed is not None and closed >= span.last,
        stock_minor=0 if is_kept else until.get(chart.STOCK, 0),
    )


def month_tax(business_id: UUID, span: Span, today: date) -> int:
    """Return the final tax of one month, counted over its year so far."""
    until, tables = max(today, span.last), tax_tables()
    months, uses_final = _months(business_id, profile(business_id), span.first.year, until, tables)
    return months[span.first.month - 1].tax_minor if uses_final else 0


def _months(
    business_id: UUID, who: Profile, year: int, today: date, tables: TaxTables
) -> tuple[list[FinalTaxMonth], bool]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    turnovers = [0] * (12 if today > last else max(today.month, 1) if today.year == year else 0)
    for day, _, amount in by_day(business_id, TURNOVER, first, last):
        if day.month <= len(turnovers):
            turnovers[day.month - 1] -= amount
    last_year = net(sums(business_id, first.replace(year=year - 1), first - timedelta(days=1)))
    before = -sum(last_year.get(code, 0) for code in TURNOVER)
    uses_final = pph.may_use_final_tax(
        who.taxpayer,
        tables=tables,
        registered=who.registered_year,
        day=min(last, max(first, today)),
        turnover_last_year=before // pph.MINOR,
    )
    return pph.final_tax_months(turnovers, tables=tables, year=year, taxpayer=who.taxpayer), uses_final
