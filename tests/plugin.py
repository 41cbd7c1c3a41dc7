"""Pytest plugin: a PostgreSQL for the tests, started once by the first process, before Django reads its settings."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    os.environ.setdefault("KAWASAN_DATA", str(ROOT / ".test-data" / "files"))
    Path(os.environ["KAWASAN_DATA"], "static").mkdir(parents=True, exist_ok=True)
    os.environ["KAWASAN_SECRET_KEY"] = "a secret of the tests, known to everybody"
    os.environ["KAWASAN_EMAIL_BACKEND"] = "django.core.mail.backends.locmem.EmailBackend"
    keep_bytecode()
    if "PYTEST_XDIST_WORKER" not in os.environ:
        subprocess.run([sys.executable, ROOT / "tools" / "messages.py", "--compile"], check=True)
    if os.environ.get("KAWASAN_TEST_DATABASE_URL"):
        os.environ["DATABASE_URL"] = os.environ["KAWASAN_TEST_DATABASE_URL"]
    elif "PYTEST_XDIST_WORKER" not in os.environ:
        from kawasan.platform.embedded import FAST_FOR_TESTS, EmbeddedPostgres

        server = EmbeddedPostgres(ROOT / ".test-data" / "postgres", settings=FAST_FOR_TESTS)
        server.start()
        early_config.add_cleanup(server.stop)
        os.environ["DATABASE_URL"] = server.url


def keep_bytecode() -> None:
    """
    Where no bytecode may lie beside the sources, let the processes that tests start keep theirs in a folder of tests.

    Each of some two hundred compiles every module otherwise: 0.7 s of processor time.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".test-data" / "bytecode"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Deal tests out as tests/scheduling.py says."""
    from tests.scheduling import Scheduling

    return Scheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Load all tests without looking for garbage in them: they stay."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    from tests import once

    once.limit_recursion()
    once.share_middleware()
    once.spare_what_stays()
