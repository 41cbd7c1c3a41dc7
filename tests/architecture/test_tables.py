"""Rules of the tables: they keep Citus possible, history protected and rooms apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models

ROOT = Path(__file__).resolve().parents[2]
ORDER = [
    "authority",
    "invoices",
    "books",
    "trace",
    "commerce",
    "sensors",
    "payments",
    "exchange",
    "log",
    "zone",
    "ledger",
    "platform",
]
OURS = tuple(ORDER)
# Tables that no application code may change or delete from: history.
APPEND_ONLY = [
    "ledger_transfer",
    "ledger_entry",
    "books_entry",
    "books_entry_line",
    "books_period",
    "invoices_payment",
    "invoices_tax_mark",
    "books_due",
    "books_settlement",
    "books_tax_row",
    "books_tax_decision",
    "log_submission",
    "log_checkpoint",
    "log_batch",
    "log_cosignature",
    "log_anchor",
    "trace_capture",
    "trace_event",
    "trace_link",
    "trace_name",
    "trace_sending",
]


def _our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def test_relations_between_rooms_point_down_are_protected_and_hidden():
    faults = []
    for model in _our_models():
        for field in model._meta.get_fields():
            if not isinstance(field, models.ForeignKey):
                continue
            here, there = model._meta.app_label, field.related_model._meta.app_label
            if here == there or there not in OURS:
                continue
            if ORDER.index(there) <= ORDER.index(here):
                faults.append(f"{model.__name__}.{field.name} points up")
            if field.remote_field.on_delete is not models.PROTECT:
                faults.append(f"{model.__name__}.{field.name} is not protected")
            if not field.remote_field.hidden:
                faults.append(f"{model.__name__}.{field.name} can be walked back")
    assert faults == []


def test_every_primary_key_is_a_uuid_or_a_natural_key():
    for model in _our_models():
        assert not isinstance(model._meta.pk, models.AutoField), model.__name__


def test_no_application_code_looks_models_up_by_name():
    for file in (ROOT / "src/kawasan").rglob("*.py"):
        if "migrations" in file.parts or "tests" in file.parts:
            continue
        assert "get_model(" not in file.read_text(), file


def _rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


_OUR_TABLES = "c.relnamespace = 'zone_test'::regnamespace and c.relname ~ '^(authority|invoices|books|trace|commerce|sensors|payments|exchange|log|zone|ledger|platform)_'"


@pytest.mark.django_db
def test_our_tables_have_no_triggers_and_no_identity():
    assert (
        _rows(
            f"select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid where not t.tgisinternal and {_OUR_TABLES}"
        )
        == []
    )
    assert (
        _rows(
            f"select c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid where a.attidentity <> '' and {_OUR_TABLES}"
        )
        == []
    )


@pytest.mark.django_db
def test_no_foreign_key_sets_null_or_cascades_in_the_database():
    rows = _rows(
        f"select c.relname, k.conname from pg_constraint k join pg_class c on c.oid = k.conrelid where k.contype = 'f' and k.confdeltype in ('n', 'c', 'd') and {_OUR_TABLES}"
    )
    assert rows == []


@pytest.mark.django_db
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_application_cannot_rewrite_history(table):
    (row,) = _rows(
        f"select has_table_privilege('kawasan_app', '{table}', 'update'), has_table_privilege('kawasan_app', '{table}', 'delete'),"
        f" has_table_privilege('kawasan_app', '{table}', 'truncate'), has_table_privilege('kawasan_app', '{table}', 'insert')"
    )
    assert row == (False, False, False, True)


@pytest.mark.django_db
def test_a_table_with_a_business_or_a_person_has_row_level_security_or_is_public_on_purpose():
    public = (ROOT / "tests/architecture/public_tables.txt").read_text().split()
    rows = _rows(
        f"select distinct c.relname, c.relrowsecurity from pg_class c join pg_attribute a on a.attrelid = c.oid "
        f"where c.relkind = 'r' and a.attname in ('business_id', 'person_id', 'buyer_id', 'payer_id', 'owner_id') and {_OUR_TABLES}"
    )
    bare = sorted(name for name, secured in rows if not secured and name not in public)
    assert bare == [], "protect them (platform/rls.py) or name them in public_tables.txt"
