"""The walls between rooms hold, and a wall that is broken is seen."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = sorted(p.name for p in (ROOT / "src/kawasan/rooms").iterdir() if (p / "apps.py").exists())
# What of a room others may import: the door and the facts; the server also mounts urls, tasks and the like.
DOORS = {"api", "facts"}
MOUNTS = DOORS | {"urls", "http", "tasks", "followers", "checks", "apps"}
# A door opens onto Django. What is pure uses what is pure of a room below directly, so that orders are decided by the
# same functions in a process without Django; the intake is such a process, and uses the rooms' plain SQL as well. The
# sandbox bank is another: it speaks the standard with the same pure functions, and knows nothing else of any room. So
# does the witness.
PURE = {"rules", "types"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("kawasan", exclude_type_checking_imports=True, cache_dir=None)


def _room_and_file(module: str) -> tuple[str, str]:
    parts = module.split(".")
    if len(parts) < 3 or parts[1] != "rooms":
        return "", ""
    return parts[2], parts[3] if len(parts) > 3 else ""


def past_the_door(graph: grimp.ImportGraph) -> list[str]:
    """Return every import that enters a room past its door."""
    found = []
    for importer in graph.modules:
        if ".tests" in importer or ".migrations" in importer:
            continue
        from_room, from_file = _room_and_file(importer)
        allowed = MOUNTS if importer.startswith("kawasan.server") else DOORS
        if from_file in PURE:
            allowed = DOORS | PURE
        elif from_file == "engine" or importer.startswith("kawasan.intake"):
            allowed = PURE | {"engine"}
        elif importer.startswith(("kawasan.sandbox", "kawasan.witness")):
            allowed = PURE
        elif importer.startswith("kawasan.bench"):
            allowed = DOORS | {"engine"}
        for imported in graph.find_modules_directly_imported_by(importer):
            to_room, file = _room_and_file(imported)
            if to_room and to_room != from_room and file not in allowed:
                found.append(f"{importer} -> {imported}")
    return found


def test_rooms_are_entered_by_their_doors(graph):
    assert past_the_door(graph) == []


def test_a_platform_or_core_module_knows_no_room(graph):
    for module in graph.modules:
        if module.startswith(("kawasan.platform", "kawasan.core")) and ".tests" not in module:
            known = graph.find_modules_directly_imported_by(module)
            assert not [name for name in known if name.startswith("kawasan.rooms")], module


def _plant(tmp_path: Path, file: str, line: str) -> subprocess.CompletedProcess[str]:
    """Copy the source, add one forbidden import, and run the contracts over the copy."""
    shutil.copytree(
        ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.mo", "data", "static")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    target = tmp_path / "src/kawasan" / file
    target.write_text(target.read_text() + f"\n{line}\n")
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("rooms/ledger/rules.py", "import django.db"),
        ("rooms/ledger/tasks.py", "from kawasan.rooms.zone import api"),
        ("platform/db.py", "from kawasan.rooms.ledger import api"),
        ("core/money.py", "import psycopg"),
    ],
)
def test_a_planted_import_over_a_wall_fails_the_contracts(tmp_path, file, line):
    result = _plant(tmp_path, file, line)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout


@pytest.mark.slow
def test_a_planted_import_past_a_door_is_seen(tmp_path):
    shutil.copytree(
        ROOT / "src/kawasan", tmp_path / "kawasan", ignore=shutil.ignore_patterns("__pycache__", "data", "static")
    )
    file = tmp_path / "kawasan/rooms/zone/api.py"
    file.write_text(file.read_text() + "\nfrom kawasan.rooms.ledger.models import Account\n")
    code = (
        "import sys, json; sys.path[:0] = [sys.argv[1], sys.argv[2]]; import grimp; "
        "from tests.architecture.test_walls import past_the_door; "
        "print(json.dumps(past_the_door(grimp.build_graph('kawasan', cache_dir=None))))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(ROOT)], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "kawasan.rooms.ledger.models" in result.stdout


def test_every_room_is_named_in_the_order_of_the_house():
    text = (ROOT / "pyproject.toml").read_text()
    line = next(line for line in text.splitlines() if line.startswith("layers = [") and "ledger" in line)
    for room in ROOMS:
        assert room in line, room
