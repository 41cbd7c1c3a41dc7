"""``kawasan serve``: everything of a deployment started, looked after, and stopped in order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

from django.core.management import call_command

from kawasan.platform.roles import migrate_zone, prepare_database
from kawasan.platform.schemas import zones
from kawasan.server.processes import Processes
from kawasan.server.runtime import Database


def serve(running: Processes, database: Database, *, say: Callable[[str], None], warn: Callable[[str], None]) -> None:
    """Bring every zone to this version and run until Ctrl-C or TERM. Raises OSError where a port is taken."""
    prepare_database()
    for zone in zones():
        migrate_zone(zone.schema)
    call_command("collectstatic", interactive=False, verbosity=0)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    running.start()
    try:
        orders = f"; programs order at {running.intake_address}" if running.intakes else ""
        hint = "" if zones() else "; add a zone: kawasan add-zone --help"
        say(f"Kawasan runs at {running.address}{orders}{hint}")
        while not stopped.wait(1):
            if database.keep_alive():
                warn("the database had died and was started again")
    finally:
        running.stop()
