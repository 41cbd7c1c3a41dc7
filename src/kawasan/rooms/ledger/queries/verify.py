"""Recompute what the ledger says from its transfers, set-wise, and name every row that differs."""

from __future__ import annotations

from collections.abc import Iterator

from kawasan.platform.checks import Finding, compared
from kawasan.rooms.ledger import models
from kawasan.rooms.ledger.engine.away import away_table

FINDINGS_MAX = 100  # of each check: a broken ledger is not made clearer by a million lines

# Each check is one statement, so it sees one moment although others write meanwhile. It returns (row, expected, found).
_BALANCES = """
with resolved as (select pending_of from ledger_transfer where pending_of is not null),
sums as (
    select debit, credit, kind,
           case when kind in ('posted', 'post') then amount else 0 end as posted,
           case when kind = 'pending' and r.pending_of is null then amount else 0 end as pending
    from ledger_transfer t left join resolved r on r.pending_of = t.id
),
legs as (
    select debit as account, sum(pending) as dp, sum(posted) as d, 0 as cp, 0 as c from sums group by debit
    union all
    select credit, 0, 0, sum(pending), sum(posted) from sums group by credit
    union all
    select account, 0, sum(debits_posted), 0, sum(credits_posted) from ledger_closing group by account
),
expected as (select account, sum(dp) as dp, sum(d) as d, sum(cp) as cp, sum(c) as c from legs group by account)
select coalesce(a.id, e.account),
       format('pending %%s/%%s posted %%s/%%s',
              coalesce(e.dp, 0), coalesce(e.cp, 0), coalesce(e.d, 0), coalesce(e.c, 0)),
       case when a.id is null then 'no account' else
            format('pending %%s/%%s posted %%s/%%s',
                   a.debits_pending, a.credits_pending, a.debits_posted, a.credits_posted) end
from ledger_account a full join expected e on e.account = a.id
where a.id is null or (a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted)
      is distinct from (coalesce(e.dp, 0), coalesce(e.d, 0), coalesce(e.cp, 0), coalesce(e.c, 0))
"""
_ASSET_TOTALS = """
select asset, format('debits = credits'),
       format('pending %%s/%%s posted %%s/%%s', sum(debits_pending), sum(credits_pending),
              sum(debits_posted), sum(credits_posted))
from ledger_account group by asset
having sum(debits_posted) <> sum(credits_posted) or sum(debits_pending) <> sum(credits_pending)
"""
_LIMITS = """
select id, 'balances within the limits of flags ' || flags,
       format('pending %%s/%%s posted %%s/%%s', debits_pending, credits_pending, debits_posted, credits_posted)
from ledger_account
where least(debits_pending, debits_posted, credits_pending, credits_posted) < 0
   or flags & 1 <> 0 and debits_posted::numeric + debits_pending > credits_posted
   or flags & 2 <> 0 and credits_posted::numeric + credits_pending > debits_posted
"""
_ACCOUNTS_OF_TRANSFERS = """
select t.id, 'two accounts that hold asset ' || t.asset, format('%%s and %%s', d.asset, c.asset)
from ledger_history t
left join ledger_account d on d.id = t.debit left join ledger_account c on c.id = t.credit
where d.asset is distinct from t.asset or c.asset is distinct from t.asset or t.debit = t.credit or t.amount <= 0
"""
_RESOLUTIONS = """
select t.id, 'resolves an earlier pending transfer of the same accounts, at most its amount',
       format('%%s %%s of %%s (%%s)', t.kind, t.amount, t.pending_of, coalesce(p.kind, 'missing'))
from ledger_history t left join ledger_history p on p.id = t.pending_of
where t.pending_of is not null
  and (p.id is null or p.kind <> 'pending' or p.sequence > t.sequence or (p.debit, p.credit) <> (t.debit, t.credit)
       or t.amount > p.amount or t.kind <> 'post' and t.amount <> p.amount)
   or (t.kind in ('post', 'void', 'expire')) <> (t.pending_of is not null)
"""
_RESOLVED_ONCE = """
select pending_of, 'resolved once', count(*) || ' times'
from ledger_history where pending_of is not null group by pending_of having count(*) > 1
"""
_SEQUENCES = """
select min(id::text), 'sequence ' || sequence || ' once', count(*) || ' times'
from ledger_history group by sequence having count(*) > 1
"""
_ENTRIES = """
with counted as (select entry_id, min(sequence) as first, max(sequence) as last from ledger_history group by entry_id)
select coalesce(e.id, c.entry_id), format('transfers %%s to %%s', c.first, c.last),
       format('entry says %%s to %%s', e.first_sequence, e.last_sequence)
from ledger_entry e full join counted c on c.entry_id = e.id
where (e.first_sequence, e.last_sequence) is distinct from (c.first, c.last) or e.id is null
"""
_OPEN_HOLDS = """
with due as (
    select t.id, t.expires_at from ledger_history t
    where t.kind = 'pending'
      and not exists (select from ledger_history r where r.pending_of = t.id)
)
select coalesce(p.transfer_id, d.id),
       case when d.id is null then 'not an open pending'
            else 'expires at ' || coalesce(d.expires_at::text, 'no time') end,
       case when p.transfer_id is null then 'not on the list' else coalesce(p.expires_at::text, 'no time') end
from ledger_pending p full join due d on d.id = p.transfer_id
where p.transfer_id is null or d.id is null or p.expires_at is distinct from d.expires_at
"""
# What a month that is away did to each account, by its own table, against what was written down when it went.
_CLOSING = """
with legs as (
    select debit as account, amount as d, 0 as c from {away} where kind in ('posted', 'post')
    union all select credit, 0, amount from {away} where kind in ('posted', 'post')
),
expected as (select account, sum(d) as d, sum(c) as c from legs group by account),
found as (select * from ledger_closing where month = '{month}')
select '{month} ' || coalesce(e.account, f.account), format('debits %%s credits %%s', e.d, e.c),
       format('debits %%s credits %%s', f.debits_posted, f.credits_posted)
from expected e full join found f on f.account = e.account
where (e.d, e.c) is distinct from (f.debits_posted, f.credits_posted)
"""
_LINES = """
with followed as (select coalesce(max(position), 0) as upto from platform_cursor where name = 'ledger.lines'),
expected as (
    select side.account, t.sequence, t.id,
           case when t.kind in ('posted', 'post') then side.sign * t.amount else 0 end as change
    from ledger_history t cross join lateral (values (t.debit, -1), (t.credit, 1)) as side (account, sign)
    where t.sequence <= (select upto from followed)
)
select coalesce(e.id, l.transfer_id), format('%%s changes %%s by %%s', e.sequence, e.account, e.change),
       format('%%s changes %%s by %%s', l.sequence, l.account, l.change)
from expected e full join ledger_line l on l.account = e.account and l.sequence = e.sequence
where (e.id, e.change) is distinct from (l.transfer_id, l.change)
"""

_CHECKS = {
    "ledger-balance": _BALANCES,
    "ledger-asset-total": _ASSET_TOTALS,
    "ledger-limit": _LIMITS,
    "ledger-transfer-accounts": _ACCOUNTS_OF_TRANSFERS,
    "ledger-resolution": _RESOLUTIONS,
    "ledger-resolved-twice": _RESOLVED_ONCE,
    "ledger-sequence": _SEQUENCES,
    "ledger-entry": _ENTRIES,
    "ledger-pending": _OPEN_HOLDS,
    "ledger-line": _LINES,
}


def verify() -> list[Finding]:
    """
    Recompute every balance from the transfers and check what must always hold; return what does not, row by row.

    Reads only, and may run while the ledger is written. At most FINDINGS_MAX findings of each kind.
    """
    found = [finding for code, sql in _CHECKS.items() for finding in _findings(code, sql)]
    for month in models.MonthAway.objects.order_by("month").values_list("month", flat=True):
        found += _findings("ledger-closing", _CLOSING.format(month=month, away=away_table(month)))
    return found


def _findings(code: str, sql: str) -> Iterator[Finding]:
    for row, expected, found in compared(f"{sql} limit %s", [FINDINGS_MAX]):
        yield Finding(code=code, row=str(row), expected=expected, found=found)
