"""
An independent witness: the figures once more, straight from the ledger's tables in SQL.

It shares nothing with the follower but the meaning of the codes: not its Python, not the ledger's door. That is why it
alone in this room reads another room's tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from kawasan.platform.checks import Finding, compared
from kawasan.platform.db import requires_transaction
from kawasan.rooms.authority.types import Figures
from kawasan.rooms.payments.api import PaymentCode

FINDINGS_MAX = 100  # of each check

_SUMS = Figures._fields
_TAKEN = """
with taken as (
    select t.sequence, t.id, t.code, t.amount, t.at, coalesce(t.reference, t.id) as order_id,
           case when t.code in ({paid}) then c.owner else d.owner end as business_id,
           (t.at at time zone 'Asia/Jakarta')::date as day
    from ledger_history t
    join ledger_account d on d.id = t.debit
    join ledger_account c on c.id = t.credit
    where t.sequence <= coalesce((select position from platform_cursor where name = 'authority.sales'), 0)
      and t.kind in ('posted', 'post') and t.code in ({paid}, {refunded}, {completed})
),
running as (
    select *, count(*) filter (where code in ({paid})) over before_and_now as payments,
           coalesce(sum(amount) filter (where code in ({paid})) over before_and_now, 0) as paid,
           coalesce(sum(amount) filter (where code in ({refunded})) over before_and_now, 0) as refunded,
           count(*) filter (where code in ({completed})) over before_and_now as completions
    from taken window before_and_now as (partition by business_id, order_id order by sequence)
),
marked as (
    select *, code in ({paid}) and payments = 1 as is_new, code in ({completed}) and completions = 1 as completes,
           code in ({refunded}) and payments > 0 and completions = 0 and refunded >= paid as is_whole
    from running
),
witnessed as (
    select *, is_whole and 1 = row_number() over (partition by business_id, order_id, is_whole order by sequence)
           as cancels from marked
)
""".format(
    paid=f"{PaymentCode.PAY_WALLET:d}, {PaymentCode.PAY_QRIS:d}",
    refunded=f"{PaymentCode.REFUND:d}, {PaymentCode.REFUND_FROM_SELLER:d}",
    completed=f"{PaymentCode.RELEASE:d}, {PaymentCode.FEE:d}",
)
_SUMMED = f"""
       count(*) filter (where is_new) as orders,
       coalesce(sum(amount) filter (where payments > 0 and code in ({PaymentCode.PAY_WALLET:d},
           {PaymentCode.PAY_QRIS:d})), 0) as gross_minor,
       count(*) filter (where is_new and code = {PaymentCode.PAY_QRIS:d}) as qris_orders,
       coalesce(sum(amount) filter (where code = {PaymentCode.PAY_QRIS:d}), 0) as qris_minor,
       coalesce(sum(amount) filter (where code in ({PaymentCode.REFUND:d},
           {PaymentCode.REFUND_FROM_SELLER:d})), 0) as refunded_minor,
       count(*) filter (where cancels) as cancelled_orders,
       count(*) filter (where completes) as completed_orders,
       coalesce(sum(amount) filter (where code in ({PaymentCode.RELEASE:d}, {PaymentCode.FEE:d})), 0)
           as completed_minor,
       coalesce(sum(amount) filter (where code = {PaymentCode.FEE:d}), 0) as fee_minor
"""


def _compared(table: str, keys: tuple[str, ...], columns: tuple[str, ...], expected: str) -> str:
    """Return the statement that lists rows of ``table`` that are not as ``expected``, with both sides as text."""
    row = " || ' ' || ".join(f"coalesce(w.{key}, f.{key})::text" for key in keys)
    joined = " and ".join(f"w.{key} = f.{key}" for key in keys)
    differs = " or ".join(f"w.{column} is distinct from f.{column}" for column in columns)
    return f"""
    {_TAKEN}, expected as ({expected})
    select {row}, case when w.{keys[0]} is null then 'no row' else {_text("w", columns)} end,
           case when f.{keys[0]} is null then 'no row' else {_text("f", columns)} end
    from expected w full join {table} f on {joined} where {differs} order by 1 limit %s
    """


def _text(side: str, columns: tuple[str, ...]) -> str:
    return " || ', ' || ".join(f"'{column} ' || {side}.{column}::text" for column in columns)


_PAID = f"code in ({PaymentCode.PAY_WALLET:d}, {PaymentCode.PAY_QRIS:d})"
_CHECKS = {
    "authority-sales": _compared(
        "authority_sales",
        ("day", "business_id"),
        _SUMS,
        f"select day, business_id, {_SUMMED} from witnessed group by day, business_id",
    ),
    "authority-day": _compared("authority_day", ("day",), _SUMS, f"select day, {_SUMMED} from witnessed group by day"),
    "authority-minute": _compared(
        "authority_minute",
        ("minute",),
        ("orders", "gross_minor"),
        f"select date_trunc('minute', at) as minute, {_SUMMED} from witnessed where {_PAID} group by 1",
    ),
    "authority-order": _compared(
        "authority_order",
        ("order_id", "business_id"),
        ("gross_minor", "refunded_minor", "released_minor", "fee_minor", "first_sequence"),
        f"select order_id, business_id, max(paid) as gross_minor, max(refunded) as refunded_minor,"
        f" coalesce(sum(amount) filter (where code = {PaymentCode.RELEASE:d}), 0) as released_minor,"
        f" coalesce(sum(amount) filter (where code = {PaymentCode.FEE:d}), 0) as fee_minor,"
        f" min(sequence) filter (where {_PAID}) as first_sequence from witnessed group by order_id, business_id",
    ),
    "authority-counted": _compared(
        "authority_counted",
        ("sequence",),
        ("transfer_id", "day", "business_id", "order_id", "amount_minor", "at"),
        "select sequence, id as transfer_id, day, business_id, order_id, amount as amount_minor, at from witnessed",
    ),
}


@requires_transaction
def differences() -> list[Finding]:
    """
    Compare every stored figure with the ledger's transfers up to the follower's cursor; return each row that differs.

    Each comparison is one statement, so it sees cursor, figures and ledger at one moment while the follower works.
    """
    return [finding for code, sql in _CHECKS.items() for finding in _findings(code, sql)]


def _findings(code: str, sql: str) -> Iterator[Finding]:
    for row, expected, found in compared(sql, [FINDINGS_MAX]):
        yield Finding(code=code, row=row, expected=expected, found=found)
