"""The processes of a deployment: none outlives the one that started it."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time

import pytest

from kawasan.server import processes, runtime
from kawasan.server.processes import Process, Processes


def test_a_child_that_is_just_being_started_again_is_stopped_too(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "RESTART_WAIT_SECONDS", 0.01)
    child = Process("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"])
    child.handle = subprocess.Popen([sys.executable, "-c", ""])
    child.handle.wait()
    running = Processes(data=tmp_path, children=[child])
    spawn, begun = running._spawn, threading.Event()

    def slowly(dead: Process) -> None:
        begun.set()
        time.sleep(0.3)
        spawn(dead)

    monkeypatch.setattr(running, "_spawn", slowly)
    running._watcher = threading.Thread(target=running._watch)
    running._watcher.start()
    assert begun.wait(5)
    running.stop()
    running._watcher.join()
    assert child.restarts == 1
    assert child.handle.poll() is not None


@pytest.mark.parametrize("taken", ["web", "intake"])
def test_a_port_that_another_deployment_shares_is_not_shared_with_it(tmp_path, taken):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as web servers and intakes listen
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        running = Processes(
            data=tmp_path, port=port if taken == "web" else 0, intake_port=0 if taken == "web" else port
        )
        with pytest.raises(OSError, match=f"port {port} cannot be used"):
            running.start()
    assert running.children == []


def test_the_last_port_has_none_after_it():
    assert [runtime.port_after(port) for port in (0, 8000, 65_534, 65_535)] == [0, 8001, 65_535, 0]
