"""Row-level security: policies written by a room's migration, fed by ``db.transaction``."""

from __future__ import annotations

from django.db import migrations

# Whose rows the present transaction may see. Empty settings (nobody set them) let nothing through.
SEES_ZONE = "current_setting('kawasan.reach', true) = 'zone'"
_PERSON = "{column} = nullif(current_setting('kawasan.person', true), '')::uuid"
_BUSINESS = "{column} = any (coalesce(nullif(current_setting('kawasan.businesses', true), ''), '{{}}')::uuid[])"


def sees_person(column: str) -> str:
    """Return the SQL condition "the row belongs to the asking person"."""
    return _PERSON.format(column=column)


def sees_business(column: str) -> str:
    """Return the SQL condition "the asking person has a role in the row's business"."""
    return _BUSINESS.format(column=column)


def protect(table: str, *conditions: str, write: str | None = None) -> migrations.RunSQL:
    """
    Return the migration that lets the application role see a table's rows only where one of ``conditions`` holds.

    Zone roles and the system see all rows. ``write`` is the condition for new and changed rows; by default the same.
    The owner of the tables (migrations, backup) is not bound.
    """
    using = " or ".join((SEES_ZONE, *conditions))
    check = f"{SEES_ZONE} or {write}" if write else using
    return migrations.RunSQL(
        f"alter table {table} enable row level security;"
        f"create policy {table}_reach on {table} using ({using}) with check ({check});",
        f"drop policy if exists {table}_reach on {table}; alter table {table} disable row level security;",
    )
