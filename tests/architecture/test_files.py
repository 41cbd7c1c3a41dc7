"""House rules about files: size, names, docs that must be complete."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from kawasan.core.errors import Refusal

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "kawasan"
LINES_MAX = 400
MADE = {".git", ".venv", ".test-data", "node_modules", "kawasan-data"}  # folders that are not kept
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "base.py", "manager.py", "managers.py", "misc.py"}
NAMED_BY_DJANGO = {SOURCE / "platform/database/base.py"}  # the name Django asks of a database backend


def _python_files() -> list[Path]:
    return [p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts]


def test_no_file_is_longer_than_a_room_can_bear():
    files = [*_python_files(), *(ROOT / "tests").rglob("*.py")]
    long = {str(p.relative_to(ROOT)): n for p in files if (n := len(p.read_text().splitlines())) > LINES_MAX}
    assert long == {}


def test_no_file_has_a_name_that_says_nothing():
    assert [p for p in _python_files() if p.name in FORBIDDEN_NAMES and p not in NAMED_BY_DJANGO] == []


def test_every_module_opens_with_a_sentence():
    for path in _python_files():
        text = path.read_text().strip()
        assert not text or text.startswith('"""') or "tests" in path.parts, path


def _refusals(kind: type[Refusal] = Refusal) -> set[type[Refusal]]:
    found = {kind}
    for child in kind.__subclasses__():
        found |= _refusals(child)
    return found


def test_every_refusal_has_its_own_code_and_is_explained():
    from django.urls import get_resolver

    import kawasan.intake.refusals  # noqa: F401 - of a process beside Django

    assert get_resolver().url_patterns  # imports every room's edge, so that all refusals are known
    explained = set(re.findall(r"^#+ `?([a-z0-9-]+)`?\s*$", (ROOT / "docs/problems.md").read_text(), re.MULTILINE))
    owners: dict[str, set[str]] = {}
    for kind in _refusals():
        if kind.__module__.startswith("kawasan.") and ".tests." not in kind.__module__:
            owners.setdefault(kind.code, set()).add(kind.__qualname__)
    assert {code: names for code, names in owners.items() if len(names) > 1 and code != "invalid-input"} == {}
    assert sorted(set(owners) - explained) == [], "add a heading to docs/problems.md"


def _kept_files() -> Iterator[Path]:
    """Return what is kept; what was made meanwhile, such as databases that come and go, is not even looked into."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [one for one in folders if one not in MADE]
        yield from (Path(folder, name) for name in names)


def test_nothing_in_the_repository_names_a_machine_or_a_registry():
    words = ("pypi" + ".org", "files." + "pythonhosted", "registry." + "npmjs", "/root" + "/", "/work" + "/")
    for path in _kept_files():
        if path.suffix not in (".py", ".md", ".toml", ".lock", ".html", ".css", ".mjs", ".yaml", ".yml", ".txt"):
            continue
        text = path.read_text(errors="ignore")
        assert not [word for word in words if word in text], path


def test_every_scope_that_an_edge_asks_for_is_one_that_a_key_can_have():
    from kawasan.rooms.zone.api import SCOPES

    asked = {
        (scope, str(path.relative_to(SOURCE)))
        for path in _python_files()
        if "tests" not in path.parts
        for scope in re.findall(r'"([a-z]+:(?:read|write|admit))"', path.read_text())
    }
    assert asked
    assert {(scope, path) for scope, path in asked if scope not in SCOPES} == set()
