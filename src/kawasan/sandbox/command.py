"""``kawasan sandbox``: the bank as a process, until it is told to stop."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

from kawasan.rooms.payments.rules.snap import signing
from kawasan.sandbox.server import Sandbox

JOURNAL = "sandbox.jsonl"


def run(*, host: str, port: int, folder: Path) -> None:
    """Run the bank until TERM or Ctrl-C. It remembers what it knows in the data folder. Raises OSError."""
    running = Sandbox(host=host, port=port, file=folder / JOURNAL)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    running.start()
    key = signing.public_of(running.bank.store.private_key)
    sys.stdout.write(
        f"The sandbox bank answers at {running.address} (SNAP BI; a payer's app on the same address)\n"
        f"Its public key has the fingerprint {signing.fingerprint(key)}; partners are in {folder / JOURNAL}\n"
    )
    sys.stdout.flush()
    stopped.wait()
    running.stop()
