"""What must hold between campaigns, the orders in them and the ledger, row by row."""

from __future__ import annotations

from kawasan.platform.checks import Finding
from kawasan.rooms.commerce.queries.verify_orders import findings

# As in verify_orders, each check is one statement, so that it sees one moment. Codes: types/codes.py.
_MOVED = """
with moved as (
    select reference as id,
           coalesce(sum(amount) filter (where code = 205), 0) as set_aside,
           coalesce(sum(amount) filter (where code = 206), 0) as from_campaign,
           coalesce(sum(amount) filter (where code = 208), 0) as used
    from ledger_history
    where code in (205, 206, 208) and kind in ('posted', 'post') and reference is not null
    group by reference
),
offers as (
    select o.*, coalesce(m.set_aside, 0) as set_aside, coalesce(m.from_campaign, 0) as from_campaign,
           a.id as account, a.credits_posted - a.debits_posted as posted, a.debits_pending as held
    from commerce_campaign_offer o
    left join moved m on m.id = o.id
    left join ledger_account a on a.owner = o.id and a.code = 23
),
flows as (
    select o.id, coalesce(sum(t.amount) filter (where t.code in (202, 203)), 0) as sold,
           coalesce(sum(t.amount) filter (where t.code = 204), 0) as came_back
    from ledger_history t
    join offers o on o.account = case when t.code = 204 then t.credit else t.debit end
    where t.code in (202, 203, 204) and t.kind in ('posted', 'post')
    group by o.id
),
bought as (
    select l.campaign_offer_id as id, sum(l.quantity) as units
    from commerce_order_line l join moved m on m.id = l.order_id and m.used > 0
    where l.campaign_offer_id is not null group by l.campaign_offer_id
)
"""
_CHECKS = {
    "campaign-set-aside": "select id::text, units, set_aside from offers where units <> set_aside",
    # What was set aside is still there, or sold (less what came back), or back in the stock.
    "campaign-units": """
        select o.id::text, o.units, o.posted + coalesce(f.sold - f.came_back, 0) + o.from_campaign
        from offers o left join flows f on f.id = o.id
        where o.units is distinct from o.posted + coalesce(f.sold - f.came_back, 0) + o.from_campaign""",
    "campaign-sold": """
        select o.id::text, coalesce(b.units, 0), coalesce(f.sold, 0)
        from offers o left join flows f on f.id = o.id left join bought b on b.id = o.id
        where coalesce(f.sold, 0) <> coalesce(b.units, 0)""",
    "campaign-settled": "select id::text, 0, posted from offers where settled_at is not null and posted + held <> 0",
    # Nobody was granted more than the limit, so nobody has taken more: their accounts cannot be overdrawn.
    "campaign-limit": """
        select o.id::text, o.per_buyer, sum(t.amount)
        from offers o join ledger_history t on t.reference = o.id and t.code = 207 and t.kind = 'posted'
        group by o.id, o.per_buyer, t.credit having sum(t.amount) <> o.per_buyer""",
    "campaign-order": """
        select o.number, l.units, coalesce(m.used, 0)
        from commerce_order o
        join (select order_id, coalesce(sum(quantity) filter (where campaign_offer_id is not null), 0) as units
              from commerce_order_line group by order_id) l on l.order_id = o.id
        left join moved m on m.id = o.id
        where coalesce(m.used, 0) not in (0, l.units) or (o.paid_at is not null and coalesce(m.used, 0) <> l.units)""",
}


def verify_campaigns() -> list[Finding]:
    """
    Check that set-aside units, sales, limits and orders of campaigns agree; return what does not, row by row.

    Reads only, and may run while orders are placed.
    """
    return [finding for code, sql in _CHECKS.items() for finding in findings(code, f"{_MOVED} {sql}")]
