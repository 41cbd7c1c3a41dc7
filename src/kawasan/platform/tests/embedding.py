"""What tests ask of a running PostgreSQL and of the processes around it."""

import os
import time
from pathlib import Path

import psutil
import psycopg

import kawasan

SOURCE = Path(kawasan.__file__).parents[1]
SECONDS_MAX = 30
AS_ROOT = os.geteuid() == 0


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def is_alive(pid: int) -> bool:
    """A zombie is dead: in a container nobody may come to collect it."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def gone(pid: int) -> bool:
    deadline = time.monotonic() + SECONDS_MAX
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(pid)


def working_in(data: Path) -> list[int]:
    """Every live server process of a data folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(data):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found
