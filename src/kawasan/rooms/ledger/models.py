"""
The ledger's tables, each with the constraints that stand behind the engine.

Only the engine writes them, in plain SQL. The application's role may neither change nor delete transfers and entries
(migration 0002).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.expressions import RawSQL

from kawasan.core.ids import uuid7


def _holds(sql: str) -> RawSQL:
    return RawSQL(sql, [], models.BooleanField())  # noqa: S611  # fixed texts of this file


class Asset(models.Model):
    """Something countable: rupiah, units of a product, seats."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    code = models.TextField()
    scale = models.SmallIntegerField()

    class Meta:
        db_table = "ledger_asset"
        constraints: ClassVar = [models.UniqueConstraint(fields=["code"], name="ledger_asset_code")]


class Account(models.Model):
    """What an owner has of an asset, for one purpose."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    owner = models.UUIDField()
    asset = models.ForeignKey(Asset, models.PROTECT, db_column="asset", related_name="+", db_index=False)
    code = models.SmallIntegerField()
    flags = models.SmallIntegerField()
    debits_pending = models.BigIntegerField()
    debits_posted = models.BigIntegerField()
    credits_pending = models.BigIntegerField()
    credits_posted = models.BigIntegerField()
    version = models.BigIntegerField(db_default=0)  # counted up with every change; who decided on another one is stale

    class Meta:
        db_table = "ledger_account"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "asset", "code"], name="ledger_account_owner_asset_code"),
            models.CheckConstraint(
                name="ledger_account_balances_positive",
                condition=_holds(
                    "debits_pending >= 0 and debits_posted >= 0 and credits_pending >= 0 and credits_posted >= 0"
                ),
            ),
            models.CheckConstraint(
                name="ledger_account_no_overdraw",
                condition=_holds("flags & 1 = 0 or debits_posted + debits_pending <= credits_posted"),
            ),
            models.CheckConstraint(
                name="ledger_account_no_overfill",
                condition=_holds("flags & 2 = 0 or credits_posted + credits_pending <= debits_posted"),
            ),
        ]


class Entry(models.Model):
    """A linked group of transfers; its id is the caller's idempotency key."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    content_hash = models.BinaryField()
    at = models.DateTimeField()
    first_sequence = models.BigIntegerField()
    last_sequence = models.BigIntegerField()

    class Meta:
        db_table = "ledger_entry"


class Transfer(models.Model):
    """
    One movement; never changed, never deleted.

    No foreign keys: the engine holds the locked accounts in hand when it writes, and two checks a row would cost as
    much as the row itself. ``verify`` looks for transfers whose accounts, asset or entry are not there.
    Partitioned by month of the id (migration 0004, engine/months.py); each partition has a unique ``pending_of``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    sequence = models.BigIntegerField()  # default nextval('ledger_transfer_sequence'), set in the migration
    entry_id = models.UUIDField()
    debit = models.UUIDField()
    credit = models.UUIDField()
    asset = models.UUIDField()
    amount = models.BigIntegerField()
    code = models.SmallIntegerField()
    kind = models.TextField()
    pending_of = models.UUIDField(null=True)
    expires_at = models.DateTimeField(null=True)
    reference = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_transfer"
        constraints: ClassVar = [
            models.CheckConstraint(name="ledger_transfer_amount", condition=_holds("amount > 0")),
            models.CheckConstraint(name="ledger_transfer_two_accounts", condition=_holds("debit <> credit")),
            models.CheckConstraint(
                name="ledger_transfer_kind",
                condition=_holds(
                    "kind in ('posted', 'pending') and pending_of is null"
                    " or kind in ('post', 'void', 'expire') and pending_of is not null"
                ),
            ),
            models.CheckConstraint(
                name="ledger_transfer_expiry", condition=_holds("expires_at is null or kind = 'pending'")
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["sequence"], name="ledger_transfer_number"),
        ]


class Pending(models.Model):
    """A pending transfer that is still open. Whoever resolves it deletes the row, so it is resolved once."""

    transfer_id = models.UUIDField(primary_key=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_pending"
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="ledger_pending_expires_at")]


class Line(models.Model):
    """A transfer as one of its two accounts saw it: what statements go by, written behind by a follower."""

    pk = models.CompositePrimaryKey("account", "sequence")
    account = models.UUIDField()
    sequence = models.BigIntegerField()
    transfer_id = models.UUIDField()
    change = models.BigIntegerField()  # of the posted balance; 0 for what is reserved or released

    class Meta:
        db_table = "ledger_line"


class MonthAway(models.Model):
    """A month whose transfers, up to a number, lie in a table of their own (engine/away.py)."""

    month = models.DateField(primary_key=True)
    upto = models.BigIntegerField()
    transfers = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_month_away"


class Closing(models.Model):
    """What the transfers of a month that is away did to an account."""

    pk = models.CompositePrimaryKey("month", "account")
    month = models.DateField()
    account = models.UUIDField()
    debits_posted = models.DecimalField(max_digits=30, decimal_places=0)  # a sum of bigints may be more than one
    credits_posted = models.DecimalField(max_digits=30, decimal_places=0)

    class Meta:
        db_table = "ledger_closing"
