"""Do settlements, refunds, reserves and payouts agree with the ledger, row by row and in sum?"""

from __future__ import annotations

from collections.abc import Iterator

from kawasan.platform.checks import Finding, compared
from kawasan.rooms.payments.types import AccountCode
from kawasan.rooms.payments.types import PaymentCode as Code

FINDINGS_MAX = 100  # of each check

# One statement each, over rows and transfers together, so that it sees one moment while others pay.
_MOVED = f"""
with moved as (
    select reference as id,
           coalesce(sum(amount) filter (where code = {Code.PAYOUT:d} and kind = 'pending'), 0) as reserved,
           coalesce(sum(amount) filter (where code = {Code.PAYOUT:d} and kind = 'post'), 0) as sent,
           coalesce(sum(amount) filter (where code = {Code.PAYOUT:d} and kind = 'void'), 0) as freed,
           coalesce(sum(amount) filter (where code = {Code.PAYOUT_PAID:d}), 0) as paid,
           coalesce(sum(amount) filter (where code = {Code.PAYOUT_RETURNED:d}), 0) as returned,
           coalesce(sum(amount) filter (where code = {Code.RELEASE:d}), 0) as released,
           coalesce(sum(amount) filter (where code = {Code.FEE:d}), 0) as fee,
           coalesce(sum(amount) filter (where code = {Code.WITHHELD:d}), 0) as withheld,
           coalesce(sum(amount) filter (where code in ({Code.REFUND:d}, {Code.REFUND_FROM_SELLER:d})), 0) as refunded,
           coalesce(sum(amount) filter (where code = {Code.FEE_BACK:d}), 0) as fee_back,
           coalesce(sum(amount) filter (where code = {Code.WITHHELD_BACK:d}), 0) as withheld_back,
           coalesce(sum(amount) filter (where code = {Code.ADVANCE:d}), 0) as advanced,
           coalesce(sum(amount) filter (where code in ({Code.VOUCHER_BACK:d}, {Code.VOUCHER_BACK_FROM_SELLER:d})), 0)
               as to_voucher,
           coalesce(sum(amount) filter (where code = {Code.SEND_BACK:d}), 0) as taken,
           coalesce(sum(amount) filter (where code = {Code.SENT_BACK:d}), 0) as sent_back,
           coalesce(sum(amount) filter (where code = {Code.NOT_SENT_BACK:d}), 0) as kept
    from ledger_history where reference is not null and code between 100 and 199 group by reference
)
"""


def _balances(code: AccountCode) -> str:
    return f"""
(select owner, credits_posted - debits_posted as amount, debits_posted - credits_posted as owed,
        credits_posted - debits_posted - debits_pending as available
 from ledger_account where code = {int(code)})"""


# What a payout's transfers are in each state. One that was sent before there was money in transit has no second step.
_CHECKS = {
    "payout-differs": _MOVED
    + """
select 'payments_payout ' || p.id, p.status || ' ' || p.amount_minor,
       'reserved ' || m.reserved || ', sent ' || m.sent || ', freed ' || m.freed || ', paid ' || m.paid
       || ', returned ' || m.returned
from payments_payout p left join moved m on m.id = p.id
where not coalesce(m.reserved = p.amount_minor and case p.status
    when 'requested' then m.sent + m.freed + m.paid + m.returned = 0
    when 'sent' then m.sent = p.amount_minor and m.freed + m.paid + m.returned = 0
    when 'paid' then m.sent = p.amount_minor and m.freed + m.returned = 0 and m.paid in (0, p.amount_minor)
    when 'cancelled' then m.freed = p.amount_minor and m.sent + m.paid + m.returned = 0
    when 'returned' then m.freed + m.returned = p.amount_minor and m.sent + m.freed = p.amount_minor
                         and m.paid in (0, p.amount_minor)
    end, false)""",
    "payout-without-row": _MOVED
    + """
select 'ledger_transfer of ' || m.id, 'a payout', m.reserved::text from moved m
where m.reserved > 0 and not exists (select from payments_payout p where p.id = m.id)""",
    "payout-in-transit": f"""
select 'business ' || b.owner, coalesce(p.due, 0)::text, b.amount::text
from {_balances(AccountCode.TRANSIT)} b
left join (select business_id, sum(amount_minor) as due from payments_payout where status = 'sent' group by business_id)
     p on p.business_id = b.owner
where b.amount <> coalesce(p.due, 0)""",
    "batch-differs": """
select 'payments_payout_batch ' || b.number, b.count || ' of ' || b.total_minor,
       count(p.id) || ' of ' || coalesce(sum(p.amount_minor), 0)
from payments_payout_batch b left join payments_payout p on p.batch_id = b.id
group by b.id having b.count <> count(p.id) or b.total_minor <> coalesce(sum(p.amount_minor), 0)
  or b.status = 'closed' and bool_or(p.status in ('requested', 'sent'))
  or b.status = 'draft' and bool_or(p.status <> 'requested')
  or b.status = 'rejected' and bool_or(p.status <> 'cancelled')""",
    "settlement-differs": _MOVED
    + """
select 'payments_settlement ' || s.id,
       s.gross_minor - s.fee_minor - s.withheld_minor || ', fee ' || s.fee_minor || ', tax ' || s.withheld_minor,
       m.released || ', fee ' || m.fee || ', tax ' || m.withheld
from payments_settlement s left join moved m on m.id = s.id
where (s.fee_minor, s.withheld_minor, s.gross_minor - s.fee_minor - s.withheld_minor)
      is distinct from (m.fee, m.withheld, m.released)""",
    "refund-differs": _MOVED
    + """
select 'order ' || r.id,
       concat_ws(' ', r.refunded || ', back', r.fee_back, r.withheld_back, r.advanced, r.to_voucher),
       concat_ws(' ', m.refunded || ', back', m.fee_back, m.withheld_back, m.advanced, m.to_voucher)
from (select order_id as id, sum(amount_minor) as refunded, sum(fee_back_minor) as fee_back,
             sum(withheld_back_minor) as withheld_back, sum(advanced_minor) as advanced,
             sum(voucher_minor) as to_voucher
      from payments_refund group by order_id) r left join moved m on m.id = r.id
where r.refunded > coalesce(m.refunded, 0)
   or (r.fee_back, r.withheld_back, r.advanced, r.to_voucher)
      is distinct from (m.fee_back, m.withheld_back, m.advanced, m.to_voucher)""",
    "sending-back-differs": _MOVED
    + """
select 'payments_sending_back ' || b.refund_id, b.state || ' ' || b.amount_minor,
       'taken ' || coalesce(m.taken, 0) || ', sent ' || coalesce(m.sent_back, 0) || ', kept ' || coalesce(m.kept, 0)
from payments_sending_back b left join moved m on m.id = b.refund_id
where (coalesce(m.taken, 0), coalesce(m.sent_back, 0), coalesce(m.kept, 0)) is distinct from case b.state
    when 'wanted' then (0::numeric, 0::numeric, 0::numeric)
    when 'sent' then (b.amount_minor::numeric, 0::numeric, 0::numeric)
    when 'done' then (b.amount_minor::numeric, b.amount_minor::numeric, 0::numeric)
    when 'kept' then (coalesce(m.kept, 0)::numeric, 0::numeric, coalesce(m.kept, 0)::numeric)
    end""",
    "sending-back-without-row": _MOVED
    + """
select 'ledger_transfer of ' || m.id, 'a refund that is sent back', m.taken::text from moved m
where m.taken > 0 and not exists (select from payments_sending_back b where b.refund_id = m.id)""",
    "promotion-differs": f"""
select 'payments_promotion_entry ' || e.id, e.way || ' ' || e.state || ' ' || e.amount_minor,
       'in ' || coalesce(m.paid_in, 0) || ', out ' || coalesce(m.paid_out, 0)
from payments_promotion_entry e
left join (select reference as id, coalesce(sum(amount) filter (where code = {Code.PROMOTION_IN:d}), 0) as paid_in,
                  coalesce(sum(amount) filter (where code = {Code.PROMOTION_OUT:d}), 0) as paid_out
           from ledger_history where code in ({Code.PROMOTION_IN:d}, {Code.PROMOTION_OUT:d}) group by 1
) m on m.id = e.id
where (coalesce(m.paid_in, 0), coalesce(m.paid_out, 0)) is distinct from
    case when e.state <> 'approved' then (0::numeric, 0::numeric)
    when e.way = 'in' then (e.amount_minor::numeric, 0::numeric) else (0::numeric, e.amount_minor::numeric) end
union all
select 'ledger_transfer ' || t.id, 'an entry of promotion money', t.amount::text from ledger_history t
where t.code in ({Code.PROMOTION_IN:d}, {Code.PROMOTION_OUT:d})
  and not exists (select from payments_promotion_entry e where e.id = t.reference)""",
    "reserve-differs": f"""
select 'business ' || b.owner, coalesce(r.held, 0)::text, b.amount::text
from {_balances(AccountCode.RESERVE)} b
left join (select business_id, sum(amount_minor - used_minor - freed_minor) as held
           from payments_reserve group by business_id) r on r.business_id = b.owner
where b.amount <> coalesce(r.held, 0)""",
    "debt-beside-money": f"""
select 'business ' || d.owner, 'no free balance beside a debt of ' || d.owed, b.available::text
from {_balances(AccountCode.DEBT)} d join {_balances(AccountCode.BALANCE)} b on b.owner = d.owner
where d.owed > 0 and b.available > 0""",
}


def settlement_findings() -> Iterator[Finding]:
    """Return every settlement, refund, reserve, debt and payout that the ledger does not agree with."""
    for code, sql in _CHECKS.items():
        for row, expected, seen in compared(f"{sql} limit {FINDINGS_MAX}"):
            yield Finding(code, row, expected, seen)
