"""An independent witness: numbers without gaps, receivables as the books hold them, money as the ledger moved it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from kawasan.platform.checks import Finding
from kawasan.platform.db import requires_transaction

FINDINGS_MAX = 100  # of each check

_CHECKS = {
    "invoices-number-gap": """
        select concat_ws(' ', business_id, kind, year), count(*)::text, max(count)::text from invoices_document
        where count is not null group by business_id, kind, year
        having count(*) <> max(count) or min(count) <> 1 order by 1 limit %(max)s""",
    "invoices-counter": """
        select concat_ws(' ', c.business_id, c.kind, c.year), c.count::text, coalesce(max(d.count), 0)::text
        from invoices_counter c left join invoices_document d using (business_id, kind, year)
        group by c.business_id, c.kind, c.year, c.count
        having c.count <> coalesce(max(d.count), 0) order by 1 limit %(max)s""",
    "invoices-sums": """
        select d.id::text, concat_ws(' ', d.base_minor, d.ppn_minor + d.uncollected_minor, d.total_minor),
               concat_ws(' ', sum(l.base_minor), sum(l.ppn_minor), sum(l.total_minor))
        from invoices_document d join invoices_line l on l.document_id = d.id group by d.id
        having d.base_minor <> sum(l.base_minor) or d.total_minor <> sum(l.total_minor)
            or d.ppn_minor + d.uncollected_minor <> sum(l.ppn_minor) order by 1 limit %(max)s""",
    "invoices-paid": """
        select d.id::text, d.paid_minor::text, coalesce(sum(p.amount_minor), 0)::text
        from invoices_document d left join invoices_payment p on p.document_id = d.id group by d.id
        having d.paid_minor <> coalesce(sum(p.amount_minor), 0) order by 1 limit %(max)s""",
    "invoices-credited": """
        select d.id::text, d.credited_minor::text, coalesce(sum(c.total_minor), 0)::text
        from invoices_document d left join invoices_document c on c.origin_id = d.id and c.kind = 'credit'
        where d.kind = 'invoice' group by d.id
        having d.credited_minor <> coalesce(sum(c.total_minor), 0) order by 1 limit %(max)s""",
    # The receivable in the books by entries of papers: everything issued less credited less what was paid by hand.
    "invoices-receivable": """
        with owed as (
            select business_id, sum(total_minor - credited_minor) as amount from invoices_document
            where kind = 'invoice' and issued_at is not null and order_id is null group by 1),
        by_hand as (
            select business_id, sum(amount_minor) as amount from invoices_payment
            where method in ('cash', 'bank') group by 1),
        booked as (
            select e.business_id, sum(l.amount_minor) as amount from books_entry e
            join books_entry_line l on l.entry_id = e.id
            where e.document = 'invoice' and l.account = '1201' group by 1)
        select o.business_id::text, (o.amount - coalesce(h.amount, 0))::text, coalesce(b.amount, 0)::text
        from owed o left join by_hand h using (business_id) left join booked b using (business_id)
        where o.amount - coalesce(h.amount, 0) <> coalesce(b.amount, 0) order by 1 limit %(max)s""",
    "invoices-wallet-money": """
        select coalesce(p.document_id, t.reference)::text, coalesce(t.amount, 0)::text, coalesce(p.amount, 0)::text
        from (select document_id, sum(amount_minor) as amount from invoices_payment where method = 'wallet'
              group by 1) p
        full join (select reference, sum(amount) as amount from ledger_history where code = 145 group by 1) t
            on t.reference = p.document_id
        where coalesce(p.amount, 0) <> coalesce(t.amount, 0) order by 1 limit %(max)s""",
    # Money of a code is noted by a listener: only what is noted and never came is wrong.
    "invoices-qris-money": """
        select p.document_id::text, coalesce(t.amount, 0)::text, p.amount::text
        from (select document_id, sum(amount_minor) as amount from invoices_payment where method = 'qris' group by 1) p
        left join (select reference, sum(amount) as amount from ledger_history where code = 144 group by 1) t
            on t.reference = p.document_id
        where p.amount > coalesce(t.amount, 0) order by 1 limit %(max)s""",
}


@requires_transaction
def differences() -> list[Finding]:
    """Return each broken promise of the room."""
    return [finding for code, sql in _CHECKS.items() for finding in _findings(code, sql)]


def _findings(code: str, sql: str) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"max": FINDINGS_MAX})
        for row, expected, found in cursor.fetchall():
            yield Finding(code=code, row=row, expected=expected, found=found)
