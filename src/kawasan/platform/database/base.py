"""The database wrapper: every statement runs in the chosen zone's schema, under the application role."""

from __future__ import annotations

from select import POLLIN, poll
from typing import Any

from django.db.backends.postgresql import base as postgresql
from psycopg import OperationalError

from kawasan.platform.schemas import current_schema, search_path_of

APPLICATION_ROLE = "kawasan_app"


class DatabaseWrapper(postgresql.DatabaseWrapper):
    """
    PostgreSQL with three habits added.

    The search path follows ``schemas.in_zone`` and is set again whenever a rollback may have undone it.
    Whether a kept connection lives is seen at its socket: the server is asked only where something waits to be read
    there, since one that ended, or ended the session, closes it.
    With ``OPTIONS["assume_role"]`` a new session takes the application role, which cannot rewrite history and is bound
    by row-level security; migrations connect without it.
    """

    health_check_enabled: bool  # Django's stubs leave them out
    health_check_done: bool

    def __init__(self, settings_dict: dict[str, Any], alias: str = "default") -> None:
        super().__init__(settings_dict, alias)
        self._applied_schema: str | None = None

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        self._assumed_role = params.pop("assume_role", None)
        return params

    def init_connection_state(self) -> None:
        super().init_connection_state()
        self._applied_schema = None
        if self._assumed_role:
            with self.connection.cursor() as cursor:
                cursor.execute(f'SET ROLE "{self._assumed_role}"')
            if not self.get_autocommit():
                self.connection.commit()

    # Django's stubs leave out these hooks of its backends.
    def _rollback(self) -> None:
        self._applied_schema = None
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]  # first: until then no other statement is taken
        self._applied_schema = None

    def close_if_health_check_failed(self) -> None:
        if self.connection is not None and self.health_check_enabled and not self.health_check_done:
            self.health_check_done = not self._has_something_to_read()
        super().close_if_health_check_failed()

    def _has_something_to_read(self) -> bool:
        try:
            waiting = poll()
            waiting.register(self.connection.fileno(), POLLIN)
        except (OperationalError, OSError):  # closed here
            return True
        return bool(waiting.poll(0))

    def _cursor(self, name: str | None = None) -> Any:
        self.close_if_health_check_failed()
        self.ensure_connection()
        schema = current_schema()
        if schema != self._applied_schema and not self.needs_rollback:
            with self.wrap_database_errors, self.connection.cursor() as cursor:
                cursor.execute("SELECT set_config('search_path', %s, false)", [search_path_of(schema)])
            self._applied_schema = schema
        return super()._cursor(name)  # type: ignore[misc]
