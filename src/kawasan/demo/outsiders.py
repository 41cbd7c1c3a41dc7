"""
Who stands beside the sample zone: a witness of its log with its own file, a time-stamp authority, a partner's program
that subscribes to events.
"""

from __future__ import annotations

import os
import time
from http.server import ThreadingHTTPServer
from pathlib import Path

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.demo import authority
from kawasan.demo.state import WITNESS_FILE
from kawasan.demo.subscriber import Subscriber
from kawasan.platform.db import transaction
from kawasan.rooms.log import api as log
from kawasan.witness.keeping import Witness
from kawasan.witness.server import make_server

NAME = "sample.example/witness"
EVERY_SECONDS = 5.0


class Outsiders:
    """Started before the zone's processes, so that these know whom to ask. ``tick`` introduces the witness."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._servers: list[ThreadingHTTPServer] = []
        self._witness: Witness | None = None
        self._address = ""
        self._trusted: set[str] = set()
        self._due = 0.0

    def start(self) -> None:
        """Let both answer; an authority that the operator named stays the one that is asked."""
        file = self._folder / WITNESS_FILE
        self._witness = Witness(file) if file.exists() else Witness.make(file, NAME)
        server = make_server(self._witness, "127.0.0.1", 0)
        authority.run(server, name="sample-witness")
        self._servers.append(server)
        self._address = f"http://127.0.0.1:{server.server_port}"
        subscriber = Subscriber()
        authority.run(subscriber, name="sample-subscriber")
        self._servers.append(subscriber)
        os.environ["KAWASAN_HOOKS_SANDBOX"] = subscriber.address
        if not os.environ.get("KAWASAN_TSA_URL"):
            roots = self._folder / "sample-authority.pem"
            server, os.environ["KAWASAN_TSA_URL"] = authority.serve(roots)
            os.environ["KAWASAN_TSA_ROOTS"] = str(roots)
            self._servers.append(server)

    def tick(self) -> None:
        """Make log and witness known to each other, as soon as the log has a key; again after a new key."""
        if self._witness is None or time.monotonic() < self._due:
            return
        self._due = time.monotonic() + EVERY_SECONDS
        with transaction(SYSTEM):
            known = log.keys()
        keys = {key.vkey for key in known}
        for vkey in keys - self._trusted:
            self._witness.trust(vkey)
        if keys and not self._trusted:
            self._introduce(self._witness)
        self._trusted |= keys

    def _introduce(self, witness: Witness) -> None:
        with transaction(SYSTEM):
            for known in log.witnesses():
                if known.name == witness.name:  # of an earlier run: it answers elsewhere now
                    log.remove_witness(actor=SYSTEM, witness_id=known.id, at=clock.now())
            log.add_witness(actor=SYSTEM, address=self._address, vkeys="\n".join(witness.vkeys), at=clock.now())

    def stop(self) -> None:
        """Answer no more."""
        for server in self._servers:
            server.shutdown()
            server.server_close()
