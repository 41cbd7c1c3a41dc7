"""The embedded PostgreSQL's life and deaths in a folder where it was made before: nothing is lost, nothing is left."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from kawasan.platform import embedded_settings
from kawasan.platform.embedded import (
    FAST_FOR_TESTS,
    AlreadyRunning,
    EmbeddedPostgres,
    NotReady,
    binaries,
)
from kawasan.platform.embedded_settings import memory, sized
from kawasan.platform.tests.embedding import AS_ROOT, SECONDS_MAX, SOURCE, gone, is_alive, run, working_in

OWNER = """
import sys, time
from pathlib import Path
from kawasan.platform.embedded import FAST_FOR_TESTS, EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), settings=FAST_FOR_TESTS) as server:
    print(server.pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A cluster that nothing runs in, to be copied: making one takes longer than most tests."""
    path = Path(tempfile.mkdtemp(prefix="kw-made-"))
    path.chmod(0o711)
    with EmbeddedPostgres(path / "db", settings=FAST_FOR_TESTS):
        pass
    yield path / "db"
    shutil.rmtree(path)


@pytest.fixture
def folder(folder: Path, made: Path) -> Path:
    """A folder in which a cluster was made before."""
    subprocess.run(["cp", "-a", made, folder], check=True)  # owners, too
    return folder


@pytest.fixture
def owner_of() -> Iterator[Callable[[Path], tuple[subprocess.Popen[str], int]]]:
    """Another process that runs the database in a folder, and the server's process id."""
    owners: list[tuple[subprocess.Popen[str], int]] = []

    def begin(root: Path) -> tuple[subprocess.Popen[str], int]:
        owner = subprocess.Popen(
            [sys.executable, "-c", OWNER, str(root)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
        )
        owners.append((owner, int(owner.stdout.readline())))
        return owners[-1]

    yield begin
    for owner, server in owners:
        owner.kill()
        owner.wait()
        owner.stdout.close()
        if is_alive(server) and sys.platform != "linux":
            os.kill(server, signal.SIGINT)
        assert gone(server)


def test_the_params_open_the_same_database_as_the_url(folder, server_in):
    server = server_in(folder, database="orders & co").start()

    with psycopg.connect(**server.params) as connection:
        assert connection.execute("select current_database()").fetchone() == ("orders & co",)
    assert run(server.url, "select current_database()::text") == [("orders & co",)]


def test_the_role_may_do_what_migrations_and_tests_need(folder, server_in):
    server = server_in(folder).start()

    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("create extension btree_gist")
        connection.execute("create extension pg_trgm")
        connection.execute("create schema zone_a create table t (n int)")
        connection.execute("create role reader nologin")
        connection.execute("grant reader to current_user")
        connection.execute("create database test_kawasan")
        connection.execute("drop database test_kawasan")
        connection.execute("set role reader")
        assert connection.execute("select current_user::text").fetchone() == ("reader",)


def test_a_warm_start_finds_what_was_written_and_a_second_start_does_nothing(folder, server_in):
    server = server_in(folder).start()
    run(server.url, "create table kept as select 7 as n")
    first = server.pid
    assert server.start().pid == first
    server.stop()
    assert not server.is_running
    assert server.pid is None

    server.start()

    assert server.pid != first
    assert run(server.url, "select n from kept") == [(7,)]


def test_by_default_a_commit_is_on_disk_before_it_is_answered(folder, server_in):
    server = server_in(folder, settings=None).start()

    assert run(server.url, "show fsync") == [("on",)]
    assert run(server.url, "show synchronous_commit") == [("on",)]
    assert run(server.url, "show full_page_writes") == [("on",)]
    assert run(server.url, "show max_connections") == [("100",)]
    (shown,) = run(server.url, "select setting::bigint * 8192 from pg_settings where name = 'shared_buffers'")
    assert f"{shown[0] // 1024**2}MB" == sized(memory())["shared_buffers"]


@pytest.mark.parametrize(("gigabytes", "cache"), [(1, "256MB"), (2, "256MB"), (4, "512MB"), (64, "1024MB")])
def test_the_cache_is_an_eighth_of_the_memory_within_bounds(gigabytes, cache):
    assert sized(gigabytes * 1024**3)["shared_buffers"] == cache


def test_a_containers_limit_counts_as_its_memory(tmp_path, monkeypatch):
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(embedded_settings, "_LIMIT_OF_CONTAINER", limit)
    whole = memory()
    for text, found in (("max\n", whole), ("104857600\n", 104_857_600), (f"{2 * whole}\n", whole)):
        limit.write_text(text)
        assert memory() == found


def test_callers_change_settings_but_cannot_open_a_network_port(folder, server_in):
    server = server_in(folder, settings={**FAST_FOR_TESTS, "work_mem": "5MB", "listen_addresses": "*"}).start()

    assert run(server.url, "show work_mem") == [("5MB",)]
    assert run(server.url, "show listen_addresses") == [("",)]
    assert psutil.Process(server.pid).net_connections(kind="inet") == []


def test_a_wrong_or_missing_password_opens_nothing(folder, server_in):
    server = server_in(folder).start()

    for password in ("wrong", ""):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(**{**server.params, "password": password})


def test_the_log_holds_no_values_of_failed_statements(folder, server_in):
    server = server_in(folder).start()
    run(server.url, "create table person (nik text primary key)")
    run(server.url, "insert into person values ('3201010101010001')")

    with pytest.raises(psycopg.errors.UniqueViolation):
        run(server.url, "insert into person values ('3201010101010001')")

    written = (folder / "postgres.log").read_text()
    assert "duplicate key" in written
    assert "3201010101010001" not in written


def test_a_lost_application_password_is_made_anew_and_a_lost_admin_password_is_told(folder, server_in):
    server = server_in(folder).start()
    run(server.url, "create table kept as select 7 as n")
    lost = server.params["password"]
    server.stop()

    (folder / "kawasan.secret").unlink()
    server.start()
    assert server.params["password"] != lost
    assert run(server.url, "select n from kept") == [(7,)]
    server.stop()

    (folder / "postgres.secret").unlink()
    with pytest.raises(NotReady, match=r"postgres\.secret is missing"):
        server.start()
    assert not (folder / "postgres.secret").exists()
    assert not server.is_running


def test_a_failed_start_shows_the_log_and_gives_the_folder_free(folder, server_in):
    with pytest.raises(NotReady, match="no_such_setting"):
        server_in(folder, settings={"no_such_setting": "1"}).start()
    assert EmbeddedPostgres.attach(folder) is None
    assert working_in(folder / "pg18") == []

    assert run(server_in(folder).start().url, "select 1") == [(1,)]


def test_the_environment_of_the_caller_does_not_reach_the_server(folder, server_in, monkeypatch):
    theirs = {"PGPORT": "1", "PGDATA": "/nowhere", "LC_ALL": "xx.UTF-8", "TZ": "Asia/Jakarta", "MALLOC_TOP_PAD_": "1"}
    for name, value in theirs.items():
        monkeypatch.setenv(name, value)

    server = server_in(folder).start()

    assert run(server.url, "show timezone") == [("UTC",)]
    found = psutil.Process(server.pid).environ()
    assert embedded_settings.ENVIRONMENT.items() <= found.items()
    assert not {"PGPORT", "LC_ALL"} & found.keys()


@pytest.mark.slow
def test_a_killed_server_starts_again_with_every_committed_row(folder, server_in):
    server = server_in(folder, settings={}).start()
    run(server.url, "create table kept as select 7 as n")
    killed = server.pid
    os.kill(killed, signal.SIGKILL)
    assert gone(killed)
    assert not server.is_running

    server.start()

    assert run(server.url, "select n from kept") == [(7,)]


@pytest.mark.slow
def test_a_crash_with_an_open_transaction_keeps_the_committed_and_drops_the_rest(folder, server_in):
    server = server_in(folder, settings={}).start()
    run(server.url, "create table kept as select 7 as n")
    with closing(psycopg.connect(server.url)) as connection:
        connection.execute("insert into kept values (8)")
        server.crash()
        assert not server.is_running
        assert EmbeddedPostgres.attach(folder) is None
        assert (folder / "connection.json").exists()  # as after a real crash: only asking tells

    server.start()

    assert run(server.url, "select n from kept") == [(7,)]
    assert EmbeddedPostgres.attach(folder) == server.url


def test_two_owners_are_refused_and_the_second_attaches_instead(folder, server_in, owner_of):
    _, pid = owner_of(folder)

    with pytest.raises(AlreadyRunning):
        server_in(folder).start()

    assert is_alive(pid)
    url = EmbeddedPostgres.attach(folder)
    assert run(url, "select current_user::text") == [("kawasan",)]
    assert run(EmbeddedPostgres.attach(folder, admin=True), "select current_user::text") == [("postgres",)]
    assert json.loads((folder / "connection.json").read_text())["pid"] == pid


def test_two_owners_in_one_process_are_refused_too(folder, server_in):
    first = server_in(folder).start()

    with pytest.raises(AlreadyRunning):
        server_in(folder).start()

    assert run(first.url, "select 1") == [(1,)]


def test_stopping_one_that_never_owned_the_folder_harms_nobody(folder, server_in, owner_of):
    _, pid = owner_of(folder)

    server_in(folder).stop()

    assert is_alive(pid)
    assert EmbeddedPostgres.attach(folder) is not None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_dying_owner_leaves_nothing_running(folder, server_in, owner_of, how):
    owner, pid = owner_of(folder)

    owner.send_signal(how)
    owner.wait(SECONDS_MAX)

    assert gone(pid)
    assert working_in(folder / "pg18") == []
    assert EmbeddedPostgres.attach(folder) is None
    assert run(server_in(folder).start().url, "select 1") == [(1,)]


def test_a_start_right_after_the_owner_was_killed_waits_for_the_old_server(folder, server_in, owner_of):
    owner, old = owner_of(folder)
    owner.kill()
    owner.wait()

    server = server_in(folder).start()

    assert not is_alive(old)
    assert run(server.url, "select 1") == [(1,)]


def test_an_orphan_is_stopped_and_replaced(folder, server_in):
    """What a killed owner leaves where the system does not tell the child: a live server with nobody above it."""
    server = server_in(folder).start()
    socket = server.params["host"]
    server.stop()
    orphan = subprocess.Popen(
        [binaries() / "postgres", "-D", folder / "pg18", "-c", f"unix_socket_directories={socket}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **_as_the_server(folder),
    )
    wait_for(lambda: "ready" in (folder / "pg18" / "postmaster.pid").read_text())
    stranger = subprocess.Popen(["sleep", "600"], cwd=folder / "pg18")  # a shell someone left in that folder

    server.start()

    assert orphan.wait(SECONDS_MAX) == 0
    assert run(server.url, "select 1") == [(1,)]
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize("holder", ["a live stranger", "a zombie", "nobody"])
def test_a_stale_pid_file_is_seen_through(folder, server_in, holder):
    server = server_in(folder, settings={}).start()
    run(server.url, "create table kept as select 7 as n")
    server.crash()
    other = subprocess.Popen(["sleep", "600"], **_as_the_server(folder))
    if holder != "a live stranger":
        other.kill()
    if holder == "nobody":
        other.wait()
    lines = (folder / "pg18" / "postmaster.pid").read_text().splitlines()
    (folder / "pg18" / "postmaster.pid").write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")

    server.start()

    assert run(server.url, "select n from kept") == [(7,)]
    assert is_alive(other.pid) == (holder == "a live stranger")
    other.kill()
    other.wait()


def test_a_pid_file_cut_short_is_seen_through(folder, server_in):
    server = server_in(folder).start()
    server.crash()
    (folder / "pg18" / "postmaster.pid").write_text("")

    assert run(server.start().url, "select 1") == [(1,)]


def test_a_big_log_is_put_aside_at_the_next_start(folder, server_in, monkeypatch):
    monkeypatch.setattr("kawasan.platform.embedded.LOG_BYTES_MAX", 10)
    server = server_in(folder).start()
    server.stop()
    size = (folder / "postgres.log").stat().st_size

    server.start()

    assert (folder / "postgres.log.1").stat().st_size == size


def _as_the_server(root: Path) -> dict[str, object]:
    """How to start a process as the user whose server works in this folder."""
    owner = (root / "pg18").stat()
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if AS_ROOT else {}


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except FileNotFoundError:
            pass
        time.sleep(0.02)
    raise AssertionError("waited in vain")
