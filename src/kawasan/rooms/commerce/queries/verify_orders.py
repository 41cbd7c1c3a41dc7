"""What must hold between orders and the ledger, row by row."""

from __future__ import annotations

from collections.abc import Iterator

from kawasan.platform.checks import Finding, compared

FINDINGS_MAX = 100  # of each check

# Each check is one statement over orders and transfers together, so that it sees one moment while others buy and sell;
# asking the ledger's door first and the orders afterwards would see two. Codes: types/codes.py and payments' types.
_SUMS = """
with moved as (
    select reference as id,
           coalesce(sum(amount) filter (where code in (101, 102)), 0) as paid,
           coalesce(sum(amount) filter (where code = 103), 0) as refunded,
           coalesce(sum(amount) filter (where code = 104), 0) as refunded_late,
           coalesce(sum(amount) filter (where code = 105), 0) as released,
           coalesce(sum(amount) filter (where code = 106), 0) as fee,
           coalesce(sum(amount) filter (where code = 109), 0) as fee_back,
           coalesce(sum(amount) filter (where code = 112), 0) as withheld,
           coalesce(sum(amount) filter (where code = 125), 0) as subsidised,
           coalesce(sum(amount) filter (where code = 126), 0) as unsubsidised,
           coalesce(sum(amount) filter (where code in (202, 203)), 0) as sold,
           coalesce(sum(amount) filter (where code = 204), 0) as back
    from ledger_history
    where reference is not null and kind in ('posted', 'post')
    group by reference
),
sums as (
    select o.*, coalesce(m.paid, 0) as paid, coalesce(m.refunded, 0) as refunded,
           coalesce(m.refunded_late, 0) as refunded_late, coalesce(m.released, 0) as released,
           coalesce(m.fee, 0) as fee, coalesce(m.fee_back, 0) as fee_back,
           coalesce(m.sold, 0) as sold, coalesce(m.back, 0) as back,
           coalesce(m.paid + m.subsidised - m.refunded - m.unsubsidised - m.released - m.fee - m.withheld, 0)
               as left_over
    from commerce_order o left join moved m on m.id = o.id
),
lines as (
    select order_id as id, sum(quantity) as units, sum(quantity * unit_price_minor - discount_minor) as total,
           sum(refunded_minor) as refunded, sum(refunded_quantity) as refunded_units
    from commerce_order_line group by order_id
)
"""
# A payment that came in is in the ledger a moment before its orders hear of it: such an order is not wrong.
_CHECKS = {
    "order-paid": """
        select number, case when paid_at is null then 0 else total_minor end, paid from sums
        where paid <> case when paid_at is null then 0 else total_minor end
          and not (paid_at is null and cancelled_at is null and expired_at is null and paid = total_minor)""",
    "order-refunded": "select number, refunded_minor, refunded + refunded_late from sums"
    " where refunded_minor <> refunded + refunded_late",
    "order-escrow": "select number, 'nothing left in escrow', left_over from sums"
    " where (completed_at is not null or cancelled_at is not null) and left_over <> 0 or left_over < 0",
    "order-released-early": "select number, 0, released + fee from sums"
    " where completed_at is null and released + fee <> 0",
    "order-fee": "select number, fee_minor, fee - fee_back from sums where fee_minor <> fee - fee_back",
    "order-total": "select s.number, s.total_minor, l.total from sums s left join lines l on l.id = s.id"
    " where s.total_minor is distinct from l.total",
    "order-units": """
        select s.number, l.units, s.sold from sums s join lines l on l.id = s.id
        where s.sold <> case when s.paid = 0 then 0 else l.units end""",
    "order-units-back": """
        select s.number, case when s.cancelled_at is null then l.refunded_units else l.units end, s.back
        from sums s join lines l on l.id = s.id
        where s.paid > 0 and (s.cancelled_at is not null and s.back <> l.units or s.back > greatest(l.units, 0)
              or s.cancelled_at is null and s.back > l.refunded_units)""",
    "order-line-refund": """
        select s.number, s.refunded_minor, l.refunded from sums s join lines l on l.id = s.id
        where s.cancelled_at is null and s.refunded_minor <> l.refunded""",
    "order-group-total": """
        select g.id::text, g.total_minor, sum(s.total_minor)
        from commerce_order_group g left join sums s on s.group_id = g.id
        group by g.id, g.total_minor having g.total_minor is distinct from sum(s.total_minor)""",
    "order-missing": """
        select t.id::text, 'an order for ' || t.reference, 'none' from ledger_history t
        where t.code in (101, 203) and not exists (select from commerce_order o where o.id = t.reference)
          and not exists (select from commerce_intake_order i where i.id = t.reference)""",
    "intake-order-unbooked": """
        select i.number, 'a ledger entry ' || i.entry_id, 'none' from commerce_intake_order i
        where not exists (select from ledger_entry e where e.id = i.entry_id)""",
    "intake-order-twice": """
        select i.number, 'either taken or written out', 'both' from commerce_intake_order i
        where exists (select from commerce_order o where o.id = i.id)""",
    "intake-order-total": """
        select i.number, i.total_minor, l.total from commerce_intake_order i
        cross join lateral (
            select sum((line ->> 5)::bigint * (line ->> 6)::bigint - coalesce((line ->> 9)::bigint, 0)) as total
            from jsonb_array_elements(i.lines) line
        ) l where l.total is distinct from i.total_minor""",
    "intake-order-paid": """
        select i.number, case when i.method = 'wallet' then i.total_minor else 0 end, coalesce(m.paid, 0)
        from commerce_intake_order i left join moved m on m.id = i.id
        where coalesce(m.paid, 0) <> case when i.method = 'wallet' then i.total_minor else 0 end""",
    "intake-group-total": """
        select group_id::text, min(group_total_minor), sum(total_minor) from commerce_intake_order
        group by group_id having min(group_total_minor) <> sum(total_minor)""",
}


def verify_orders() -> list[Finding]:
    """
    Check that every order's money and units agree with the ledger's transfers; return what does not, row by row.

    Reads only, and may run while orders are placed. At most FINDINGS_MAX findings of each kind.
    """
    return [finding for code, sql in _CHECKS.items() for finding in findings(code, f"{_SUMS} {sql}")]


def findings(code: str, sql: str) -> Iterator[Finding]:
    """Run a check that selects (row, expected, found); each row is a finding, at most FINDINGS_MAX."""
    for row, expected, found in compared(f"{sql} limit {FINDINGS_MAX}"):
        yield Finding(code=code, row=str(row), expected=_plain(expected), found=_plain(found))


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str) else int(str(value))
