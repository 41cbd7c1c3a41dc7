"""Run a command beside a chain of its own: ``python tools/with_ganache.py FOLDER COMMAND...`` (FOLDER has ganache)."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time


def main() -> int:
    """Start ganache with one rich key, run the command with its address and key, stop ganache."""
    folder, *command = sys.argv[1:]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    key = f"0x{secrets.token_hex(32)}"
    words = [f"{folder}/node_modules/.bin/ganache", "--server.port", str(port), "--quiet"]
    chain = subprocess.Popen([*words, f"--wallet.accounts={key},1000000000000000000000"])
    try:
        _wait(port)
        given = {"KAWASAN_TEST_EVM_RPC": f"http://127.0.0.1:{port}", "KAWASAN_TEST_EVM_KEY": key}
        return subprocess.run(command, env=os.environ | given, check=False).returncode
    finally:
        chain.terminate()
        chain.wait()


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as there:
            if there.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("ganache does not answer")


if __name__ == "__main__":
    sys.exit(main())
