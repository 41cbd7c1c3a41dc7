"""One zone of real processes for the whole folder: every test breaks something else; each time all is compared."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kawasan.bench import faults, faults_disk
from kawasan.bench.crash import Crash
from kawasan.bench.faults_load import Load, Order
from kawasan.bench.faults_place import Place
from kawasan.platform.embedded import EmbeddedPostgres

RATE = 120.0  # orders a second offered: enough that there is always something under way
RUSHED = (0, 1)  # wares that are bought in rushes for them only
PLENTY = 500  # of a test at that rate, then a trickle: a slow machine has no more to catch up with than a fast one


@pytest.fixture(scope="session")
def small_disk() -> Iterator[Path]:
    """A folder, with a small disk of its own below it where we may mount one."""
    folder = Path(tempfile.mkdtemp(prefix="kawasan-faults-"))
    folder.chmod(0o755)  # the database runs as another user when we are root
    faults_disk.mount_small_disk(folder)
    yield folder
    faults_disk.unmount_small_disk(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def place(small_disk: Path) -> Iterator[Place]:
    database = EmbeddedPostgres(small_disk / "postgres")
    made = Place(small_disk, database, buyers=40, wares=24, scarce=60)
    try:
        database.start()
        made.start()
        yield made
    finally:
        made.stop()
        database.stop()


@pytest.fixture(scope="session")
def journal() -> list[Order]:
    """Every order of every test: the database holds them all."""
    return []


@pytest.fixture
def begin(place: Place, journal: list[Order]) -> Iterator[Callable[[], Crash]]:
    """Let orders flow and return the run in which things are broken."""
    running: list[Crash] = []

    def start(**settings: float) -> Crash:
        load = Load(
            place.market,
            place.addresses,
            orders=journal,
            spared=frozenset(RUSHED),
            **({"per_second": RATE, "plenty": PLENTY} | settings),
        )
        crash = Crash(place, load, seed=random.randrange(1 << 32), say=lambda _: None)
        running.append(crash)
        load.start()
        crash.flow()
        return crash

    yield start
    for crash in running:
        crash.load.stop(30)


@pytest.fixture
def strike(begin: Callable[[], Crash], place: Place) -> Callable[..., Crash]:
    """Break things of these kinds at once under load, and return the run with everything compared."""

    def run(*kinds: type[faults.Fault], **attributes: object) -> Crash:
        crash = begin()
        crash.strike(*(kind(place, crash.load, crash.random, **attributes) for kind in kinds))
        crash.flow()  # and it goes on
        crash.prove(verify=False)
        return crash

    return run
