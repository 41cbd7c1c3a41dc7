"""Start the processes of a zone, watch them, and leave none behind."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from kawasan.intake import command_line

READY_SECONDS_MAX = 60
STOP_SECONDS_MAX = 15
RESTART_WAIT_SECONDS = 1.0
# One process with few threads: see docs/howto/shared-pages.md for what more of either did.
WEB_THREADS = 4


@dataclass
class Process:
    """One child: its command and, while it runs, its handle."""

    name: str
    command: list[str]
    handle: subprocess.Popen[bytes] | None = None
    restarts: int = 0


@dataclass
class Processes:
    """Web server, worker, intakes and what else a deployment runs; restarted when they die, stopped together."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    intake_port: int = 0  # where orders are taken; 0 picks a free one
    intakes: int = 1  # processes that share it
    restart: bool = True
    measures: bool = False  # keeps an eye on the memory of all: looking through every process is work, too
    more: dict[str, list[str]] = field(default_factory=dict)  # further children: name and arguments of `kawasan`
    children: list[Process] = field(default_factory=list)
    rss_max: int = 0
    _stopping: threading.Event = field(default_factory=threading.Event)
    _watcher: threading.Thread | None = None
    _log: IO[bytes] | None = None

    def start(self) -> None:
        """Start every child and wait until the web server answers. Raises TimeoutError with the log's end."""
        if self.port == 0:
            self.port = free_port(self.host)
        else:
            need_free(self.host, self.port)
        if self.intakes and self.intake_port == 0:
            self.intake_port = free_port(self.host)
        if self.intakes:
            need_free(self.host, self.intake_port)
        self._log = (self.data / "kawasan.log").open("ab")
        taking = command_line(host=self.host, port=self.intake_port)
        self.children = [
            Process("web", self._web()),
            Process("worker", [sys.executable, "-m", "kawasan", "worker"]),
            *[Process(f"intake-{number}", taking) for number in range(1, self.intakes + 1)],
            *[Process(name, [sys.executable, "-m", "kawasan", *words]) for name, words in self.more.items()],
        ]
        for child in self.children:
            self._spawn(child)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop every child: politely, then firmly."""
        self._stopping.set()
        if self._watcher:
            self._watcher.join()  # it may be starting a child again, which nobody would stop
        running = [child.handle for child in self.children if child.handle and child.handle.poll() is None]
        for handle in running:
            handle.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS_MAX
        for handle in running:
            try:
                handle.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                handle.kill()
                handle.wait()
        if self._log:
            self._log.close()

    @property
    def address(self) -> str:
        """The address people open."""
        return f"http://{self.host}:{self.port}"

    @property
    def intake_address(self) -> str:
        """The address to which programs, and a proxy, send orders; empty where no intake runs."""
        return f"http://{self.host}:{self.intake_port}" if self.intakes else ""

    def measure(self) -> int:
        """
        Return the resident memory of this process and all below it, in bytes, and keep the maximum.

        Where the kernel tells (Linux), a page that several share counts once: PostgreSQL's processes share many.
        """
        me = psutil.Process()
        total = 0
        for process in [me, *me.children(recursive=True)]:
            try:
                total += _resident(process)
            except psutil.Error:
                continue
        self.rss_max = max(self.rss_max, total)
        return total

    def _web(self) -> list[str]:
        return [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            self.host,
            "--port",
            str(self.port),
            "--workers",
            "1",
            "--blocking-threads",
            str(WEB_THREADS),
            "--backpressure",
            "256",
            "--no-ws",
            "--log-level",
            "warning",
            "--workers-kill-timeout",
            "10",
            "--respawn-failed-workers",
            "kawasan.server.wsgi:application",
        ]

    def _spawn(self, child: Process) -> None:
        child.handle = subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            preexec_fn=die_with_parent,
            env={"KAWASAN_ADDRESS": self.address} | os.environ | {"PYTHONUNBUFFERED": "1"},
        )

    def _watch(self) -> None:
        while not self._stopping.wait(RESTART_WAIT_SECONDS):
            if self.measures:
                self.measure()
            for child in self.children:
                if child.handle and child.handle.poll() is not None and self.restart and not self._stopping.is_set():
                    child.restarts += 1
                    self._spawn(child)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < deadline:
            if all(_answers(f"{address}/healthz") for address in filter(None, (self.address, self.intake_address))):
                return
            time.sleep(0.05)
        self.stop()
        raise TimeoutError("web server and intake did not become ready; see " + str(self.data / "kawasan.log"))


def die_with_parent() -> None:
    """Ask the kernel to stop this child when its parent dies (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def free_port(host: str) -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def need_free(host: str, port: int) -> None:
    """
    Raise OSError where somebody listens on the port already.

    Web servers and intakes can share a port, so without this look two deployments would answer each other's requests.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(f"port {port} cannot be used ({error.strerror}): choose another") from error


def stop_on_signals(handler: Callable[[], None]) -> None:
    """Call ``handler`` on Ctrl-C and TERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: handler())


def _resident(process: psutil.Process) -> int:
    """Return a process's share of the memory."""
    try:
        return int(process.memory_full_info().pss)
    except (AttributeError, psutil.AccessDenied):
        return int(process.memory_info().rss)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own address
            return int(response.status) == 200
    except (urllib.error.URLError, OSError):
        return False
