"""The processes of a deployment: none outlives the one that started it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

from kawasan.server import processes
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
