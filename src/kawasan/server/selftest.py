"""``kawasan sandbox --selftest``: every scenario over real HTTP, a zone and a bank of its own, expected beside got."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kawasan.server import runtime

if TYPE_CHECKING:
    from kawasan.server.selftest_scenarios import World

ZONE = "zone_selftest"
SECONDS_MAX = 15.0
MARK_OK, MARK_WRONG = "ok", "NO"


@dataclass(frozen=True, slots=True)
class Result:
    """One scenario: what should come of it, and what did."""

    scenario: str
    expected: str
    got: str

    @property
    def is_right(self) -> bool:
        return self.expected == self.got


def run_storm(*, payments: int, seed: int, say: Callable[[str], object] = print) -> int:
    """Let so many payments go through random faults and killed processes, and say where every rupiah is."""
    started = time.monotonic()
    with _world() as world:
        from kawasan.server.selftest_storm import storm

        told = storm(world, count=payments, seed=seed)
    told["seconds"] = round(time.monotonic() - started, 1)
    say(json.dumps(told))
    return 0 if told["every_rupiah_once"] and told["verify"] and not told["differences_left"] else 1


def run_selftest(*, as_json: bool, say: Callable[[str], object] = print) -> int:
    """Run every scenario and print a table (or one JSON object). Returns 1 where one did not come out as expected."""
    started = time.monotonic()
    with _world() as world:
        from kawasan.server.selftest_scenarios import SCENARIOS

        results = []
        for name, expected, play in SCENARIOS:
            try:
                got = play(world)
            except Exception as error:
                got = f"{type(error).__name__}: {error}"
            results.append(Result(name, expected, got))
            if not as_json:
                for line in [*(_head() if len(results) == 1 else []), *_lines(results[-1])]:
                    say(line)
    wrong = [one for one in results if not one.is_right]
    if as_json:
        told = [asdict(one) | {"passed": one.is_right} for one in results]
        say(json.dumps({"selftest": not wrong, "seconds": round(time.monotonic() - started, 1), "scenarios": told}))
    else:
        say(f"{len(results) - len(wrong)} of {len(results)} as expected, {time.monotonic() - started:.0f} s")
    return 1 if wrong else 0


@contextmanager
def _world() -> Iterator[World]:
    """A database, a zone, its web server and worker, and a bank beside it: all of them gone at the end."""
    os.environ |= {"KAWASAN_SANDBOX": "1", "KAWASAN_EMAIL_VERIFICATION": "optional"}
    os.environ.pop("DATABASE_URL", None)
    folder = Path(tempfile.mkdtemp(prefix="kawasan-selftest-"))
    folder.chmod(0o755)  # the database runs as another user where we are root
    try:
        with runtime.database(runtime.data_folder(folder / "data")):
            runtime.set_up_django()
            from kawasan.platform.telemetry import configure_logging

            configure_logging(json=False, level="ERROR")
            yield from _running(folder / "data")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _running(folder: Path) -> Iterator[World]:
    from kawasan.core import clock
    from kawasan.platform.roles import prepare_database, prepare_zone
    from kawasan.platform.schemas import in_zone
    from kawasan.server.banks import introduce_sandbox
    from kawasan.server.processes import Processes, free_port
    from kawasan.server.selftest_scenarios import World

    prepare_database()
    prepare_zone(schema=ZONE, name="Swauji", hosts=["*"], at=clock.now())
    (folder / "static").mkdir(exist_ok=True)
    port = free_port("127.0.0.1")
    bank = f"http://127.0.0.1:{port}"
    processes = Processes(data=folder, port=0, more={"sandbox": ["sandbox", "--port", str(port)]})
    processes.start()
    try:
        with in_zone(ZONE):
            settings = introduce_sandbox(bank=bank, zone=processes.address, name="Swauji")
            yield World(bank=bank, settings=settings, processes=processes)
    finally:
        processes.stop()


def wait_for(read: Callable[[], Any], wanted: Callable[[Any], bool], seconds: float = SECONDS_MAX) -> Any:
    """Read until it is as wanted or the time is over; return what was read last."""
    deadline = time.monotonic() + seconds
    while not wanted(found := read()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


# The table's columns are as wide as its terminal lets them; a cell that is longer goes on in the next line.
def _widths() -> tuple[int, int, int]:
    wide = shutil.get_terminal_size((160, 24)).columns if sys.stdout.isatty() else 160
    rest = (max(wide, 100) - len(MARK_OK) - 46 - 6) // 2
    return 46, rest, rest


def _head() -> list[str]:
    names = ("scenario", "expected", "got")
    return [_row("", names), _row("", ["-" * width for width in _widths()])]


def _lines(one: Result) -> list[str]:
    cells = [
        textwrap.wrap(text, width) or [""]
        for text, width in zip((one.scenario, one.expected, one.got), _widths(), strict=True)
    ]
    marks = [MARK_OK if one.is_right else MARK_WRONG]
    return [_row(mark, row) for mark, *row in zip_longest(marks, *cells, fillvalue="")]


def _row(mark: str, cells: Sequence[str]) -> str:
    padded = [f"{text:<{width}}" for text, width in zip(cells, _widths(), strict=True)]
    return "  ".join([f"{mark:<{len(MARK_OK)}}", *padded]).rstrip()
