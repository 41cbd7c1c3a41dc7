"""The order intake: a small process beside Django that takes very many orders, and answers once they are committed."""

from __future__ import annotations

import sys


def command_line(*, host: str, port: int) -> list[str]:
    """Return the command that starts one intake process; several may share a port. It needs DATABASE_URL or the data
    folder's running database, and the same secret key as the other processes."""
    return [sys.executable, "-m", "kawasan", "intake", "--host", host, "--port", str(port)]
