"""Migrations with less work end where Django's own end: the same models, and classes as if made from nothing."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState, StateApps

from kawasan.platform import migrating, schemas
from kawasan.platform.roles import as_owner


def _described(apps: StateApps) -> dict[str, object]:
    """Return what the schema editor reads of each model."""
    return {
        model._meta.label: (
            model._meta.db_table,
            [(field.column, field.db_parameters(connection), field.null, field.unique) for field in model._meta.fields],
            [(field.column, field.related_model._meta.db_table) for field in model._meta.fields if field.related_model],
            [constraint.deconstruct() for constraint in model._meta.constraints],
            [index.deconstruct() for index in model._meta.indexes],
        )
        for model in apps.get_models(include_auto_created=True)
    }


@pytest.mark.django_db
def test_the_models_after_every_migration_are_those_that_django_makes_from_nothing() -> None:
    loader = MigrationExecutor(connection).loader
    plan = MigrationExecutor(connection).migration_plan(loader.graph.leaf_nodes(), clean_start=True)
    quick, plain = migrating.State(real_apps=loader.unmigrated_apps), ProjectState(real_apps=loader.unmigrated_apps)
    assert quick.apps is quick.__dict__["apps"]  # from here on the classes follow each operation
    for migration, _ in plan:
        migration.mutate_state(quick, preserve=False)
        migration.mutate_state(plain, preserve=False)
    assert len(plan) > 50
    assert {key: list(model.fields) for key, model in quick.models.items()} == {
        key: list(model.fields) for key, model in plain.models.items()
    }
    assert _described(quick.clone().apps) == _described(plain.apps)


@pytest.mark.django_db(transaction=True)
def test_migrating_again_changes_nothing() -> None:
    def applied() -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute("select app, name, applied from django_migrations order by id")
            return cursor.fetchall()

    before = applied()
    with schemas.in_zone("zone_test"), as_owner():
        migrating.migrate()
    assert applied() == before != []


@pytest.mark.django_db
def test_where_nothing_lacks_no_model_is_made_anew_and_what_follows_migrations_is_made_up_for(monkeypatch) -> None:
    ContentType.objects.filter(app_label="auth", model="permission").delete()
    monkeypatch.setattr(migrating, "_Executor", _Counting)
    with as_owner():
        migrating.migrate()
    assert _Counting.states == 0
    assert ContentType.objects.filter(app_label="auth", model="permission").exists()


class _Counting(migrating._Executor):
    states = 0

    def _create_project_state(self, with_applied_migrations: bool = False) -> ProjectState:
        _Counting.states += 1
        return super()._create_project_state(with_applied_migrations)
