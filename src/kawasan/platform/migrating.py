"""
Run a zone's migrations with less work: every zone is made by all of them, and Django spends that time on its models.

Before each operation Django makes anew the classes of every model that is related to the changed one: four fifths of
the time that a new zone takes. What an operation sends to the database depends on the changed model alone, so here
only that one is made anew. Code in a migration (RunPython) gets classes made from nothing, as with Django itself.
"""

from __future__ import annotations

from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ModelState, ProjectState


class State(ProjectState):
    """A state of all models in which a change makes only the changed model's class anew."""

    def add_model(self, model_state: ModelState) -> None:
        key = model_state.app_label, model_state.name_lower
        if "apps" not in self.__dict__ or key[1] in self.apps.all_models[key[0]]:
            super().add_model(model_state)
            return
        self.models[key] = model_state
        if self._relations is not None:  # type: ignore[attr-defined]
            self.resolve_model_relations(key)
        self.apps.render_multiple([model_state])

    def reload_model(self, app_label: str, model_name: str, delay: bool = False) -> None:
        if "apps" not in self.__dict__:
            return
        if delay:  # no relation changes: others may go on pointing at the class as it was
            self.is_delayed = True
            self._reload({(app_label, model_name)})  # type: ignore[attr-defined]
        else:
            super().reload_model(app_label, model_name, delay)

    def clone(self) -> State:
        copied = State(models={key: model.clone() for key, model in self.models.items()}, real_apps=self.real_apps)
        if "apps" in self.__dict__:
            copied.apps = self.apps.clone()
        copied.is_delayed = self.is_delayed
        return copied


class _Executor(MigrationExecutor):
    def _create_project_state(self, with_applied_migrations: bool = False) -> ProjectState:
        found = super()._create_project_state(with_applied_migrations)  # type: ignore[misc]
        return State(models=found.models, real_apps=found.real_apps)


def migrate(*, verbosity: int = 0) -> None:
    """Apply the migrations that the zone of this thread lacks, as ``manage.py migrate`` does. A repeat does nothing."""
    executor = _Executor(connection)
    executor.loader.check_consistent_history(connection)
    targets = executor.loader.graph.leaf_nodes()
    plan = executor.migration_plan(targets)
    if not plan:  # the models are those of the code: no need to make them anew from what a hundred migrations did
        emit_pre_migrate_signal(verbosity, False, connection.alias, apps=apps, plan=plan)
        emit_post_migrate_signal(verbosity, False, connection.alias, apps=apps, plan=plan)
        return
    before = executor._create_project_state(with_applied_migrations=True)
    emit_pre_migrate_signal(verbosity, False, connection.alias, apps=before.apps, plan=plan)
    after = executor.migrate(targets, plan=plan, state=before.clone())
    after.clear_delayed_apps_cache()
    emit_post_migrate_signal(verbosity, False, connection.alias, apps=after.apps, plan=plan)
