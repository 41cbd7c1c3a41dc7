"""What must hold between vouchers, the orders that had them and the ledger, row by row."""

from __future__ import annotations

from kawasan.platform.checks import Finding
from kawasan.rooms.commerce.queries.verify_orders import findings

# Each check is one statement, so that it sees one moment. Codes: types/codes.py and payments' types.
_MOVED = """
with moved as (
    select reference as id,
           coalesce(sum(amount) filter (where code in (125, 211)), 0) as given,
           coalesce(sum(amount) filter (where code in (126, 127, 212)), 0) as undone,
           coalesce(sum(amount) filter (where code in (124, 149)), 0) as funded,
           coalesce(sum(amount) filter (where code in (128, 150)), 0) as closed,
           coalesce(sum(amount) filter (where code = 210), 0) as promised
    from ledger_history
    where code in (124, 125, 126, 127, 128, 149, 150, 210, 211, 212)
      and kind in ('posted', 'post') and reference is not null
    group by reference
),
budgets as (
    select v.*, a.credits_posted - a.debits_posted as left_over, coalesce(m.funded + m.promised, 0) as made,
           coalesce(m.closed, 0) as closed,
           (select coalesce(sum(o.discount_minor - o.discount_back_minor), 0) from commerce_order o
            join moved g on g.id = o.id where o.voucher_id = v.id and g.given > 0) as spent
    from commerce_voucher v
    left join moved m on m.id = v.id
    left join ledger_account a on a.owner = v.id and a.code = case when v.business_id is null then 13 else 27 end
)
"""
_CHECKS = {
    # An order that is paid got its whole discount; one that waits, or never was paid, got none.
    "voucher-order": """
        select o.number, o.discount_minor || ' less ' || o.discount_back_minor,
               coalesce(m.given, 0) || ' less ' || coalesce(m.undone, 0)
        from commerce_order o left join moved m on m.id = o.id
        where coalesce(m.undone, 0) <> o.discount_back_minor
           or coalesce(m.given, 0) not in (0, o.discount_minor)
           or (o.paid_at is not null and coalesce(m.given, 0) <> o.discount_minor)""",
    "voucher-shares": """
        select o.number, o.discount_minor, sum(l.discount_minor)
        from commerce_order o join commerce_order_line l on l.order_id = o.id
        group by o.id having o.discount_minor <> sum(l.discount_minor)""",
    "voucher-made": "select code, budget_minor, made from budgets where made <> budget_minor",
    # What was set aside is still there, or with orders, or back with the zone; once the intake's are written out.
    "voucher-budget": """
        select code, budget_minor, left_over + spent + closed from budgets b
        where left_over + spent + closed is distinct from budget_minor
          and not exists (select from commerce_intake_order i where i.voucher_id = b.id)""",
    "voucher-uses": """
        select v.code, v.per_buyer, sum(t.amount) from commerce_voucher v
        join ledger_history t on t.reference = v.id and t.code = 213 and t.kind = 'posted'
        group by v.id, t.credit having sum(t.amount) <> v.per_buyer""",
}


def verify_vouchers() -> list[Finding]:
    """
    Check that budgets, discounts of orders and uses agree; return what does not, row by row.

    Reads only, and may run while orders are placed.
    """
    return [finding for code, sql in _CHECKS.items() for finding in findings(code, f"{_MOVED} {sql}")]
