"""A deployment as an operator meets it: started, killed, started again, told to stop."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.slow
SECONDS_MAX = 60


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="kawasan-run-"))
    path.chmod(0o755)  # the database runs as another user when we are root
    yield path
    shutil.rmtree(path, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KAWASAN", "DATABASE", "PYTEST"))}
    return kept | {
        "KAWASAN_DATA": str(folder / "data"),
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONUNBUFFERED": "1",
    }


def _kawasan(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kawasan", *arguments]
    return subprocess.run(command, env=_environment(folder), capture_output=True, text=True, timeout=120, check=False)


class Serving:
    """A running ``kawasan serve`` and the address it told."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "kawasan", "serve", "--port", "0"]
        self.process = subprocess.Popen(command, env=_environment(folder), stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert "http://" in line, line + (folder / "data/kawasan.log").read_text()
        self.address = line.split("at ")[1].split(";")[0].strip()

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def named(self, words: str) -> list[psutil.Process]:
        found = []
        for process in self.descendants():
            try:
                if words in " ".join(process.cmdline()):
                    found.append(process)
            except psutil.Error:  # ended in this moment
                continue
        return found

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.address + "/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False


def _until(condition, seconds: float = SECONDS_MAX) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def _gone(processes: list[psutil.Process]) -> bool:
    return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture(scope="module")
def made_zone() -> Iterator[Path]:
    """A folder with a zone that nothing runs in, to be copied: making one takes longer than most tests."""
    path = Path(tempfile.mkdtemp(prefix="kawasan-run-made-"))
    path.chmod(0o755)
    made = _kawasan(path, "add-zone", "zone_run", "--name", "Kawasan Jalan")
    assert made.returncode == 0, made.stderr
    # And the files that pages load, compressed as every first start does it.
    collect = [sys.executable, "-m", "django", "collectstatic", "--no-input", "--verbosity", "0"]
    given = {"DJANGO_SETTINGS_MODULE": "kawasan.server.settings", "DATABASE_URL": "postgres://nobody@/none"}
    subprocess.run(collect, env=_environment(path) | given, check=True, timeout=120)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def zone(folder, made_zone) -> Path:
    subprocess.run(["cp", "-a", str(made_zone / "data"), str(folder / "data")], check=True)  # owners, too
    return folder


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_behind_and_the_next_start_works(zone, number):
    first = Serving(zone)
    below = first.descendants()
    assert len(below) >= 4  # database, web, its worker, background worker
    first.process.send_signal(number)
    first.process.wait(30)
    assert _until(lambda: _gone(below), 20), [p.cmdline() for p in below if p.is_running()]

    second = Serving(zone)
    assert second.ready()
    second.process.terminate()
    assert second.process.wait(30) == 0


def test_every_process_that_dies_is_started_again(zone):
    serving = Serving(zone)
    for name in ("granian", "kawasan worker", "postgres -D"):
        victim = serving.named(name)[0]
        below = victim.children(recursive=True)
        victim.kill()
        assert _until(lambda victims=[victim, *below]: _gone(victims), 10), below
        assert _until(lambda name=name: bool(serving.named(name))), name
        assert _until(serving.ready), name
    serving.process.terminate()
    assert serving.process.wait(30) == 0


def test_serving_without_a_zone_says_what_to_do_next(folder):
    serving = Serving(folder)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(serving.address + "/readyz", timeout=5)
    assert refused.value.code == 503
    assert b'"missing": "zone"' in refused.value.read()
    serving.process.terminate()
    assert serving.process.wait(30) == 0


def test_two_commands_at_the_same_moment_share_the_database(zone):
    command = [sys.executable, "-m", "kawasan", "verify", "--json"]
    both = [subprocess.Popen(command, env=_environment(zone), stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        answer, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert '"verify": true' in answer


def test_a_backup_can_be_restored_elsewhere_and_not_over_a_zone(zone):
    file = zone / "zone.backup"
    assert _kawasan(zone, "backup", str(file)).returncode == 0
    over = _kawasan(zone, "restore", str(file))
    assert over.returncode == 1
    assert "holds zones already" in over.stderr

    elsewhere = zone / "elsewhere"
    elsewhere.mkdir()
    restored = _kawasan(elsewhere, "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert "Kawasan Jalan restored" in restored.stdout
    assert _kawasan(elsewhere, "verify").stdout.strip() == "everything agrees"


def test_check_config_says_what_is_not_ready_for_people(zone):
    answer = _kawasan(zone, "check-config")
    assert answer.returncode == 1
    assert "NO  https" in answer.stdout
    assert "NO  address" in answer.stdout
    assert "ok  durability" in answer.stdout
    assert "ok  log key of zone_" in answer.stdout
    assert "nobody outside" in answer.stdout
