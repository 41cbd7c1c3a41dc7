"""``kawasan verify`` takes as long as a zone is large, whether its tables were analysed or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from kawasan.platform.checks import compared
from kawasan.platform.schemas import current_schema
from kawasan.server.verify import verify_zone

pytestmark = pytest.mark.django_db


def test_no_check_goes_through_one_table_for_each_row_of_another() -> None:
    plans: dict[str, dict[str, Any]] = {}

    def explained(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not _hashes():
            return execute(sql, params, many, context)
        if sql.lstrip().startswith(("select", "with")):
            with connection.connection.cursor() as cursor:
                ((plans[sql],),) = cursor.execute(f"explain (format json) {sql}", params).fetchone()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        assert verify_zone(current_schema() or "") == []
    assert len(plans) > 50
    assert [sql for sql, plan in plans.items() if any(map(_reads_a_table, _inner_sides(plan["Plan"])))] == []


def test_whoever_asks_afterwards_has_their_plans_as_before() -> None:
    assert compared("select current_setting('enable_nestloop'), %s", ["so"]) == [("off", "so")]
    assert _hashes() is False


def _hashes() -> bool:
    with connection.connection.cursor() as cursor:
        return bool(cursor.execute("show enable_nestloop").fetchone() == ("off",))


def _inner_sides(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what is done again for each row of something else."""
    for child in node.get("Plans", ()):
        if node["Node Type"] == "Nested Loop" and child["Parent Relationship"] == "Inner":
            yield child
        yield from _inner_sides(child)


def _reads_a_table(node: dict[str, Any]) -> bool:
    return node["Node Type"] == "Seq Scan" or any(map(_reads_a_table, node.get("Plans", ())))
