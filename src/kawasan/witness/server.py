"""The witness over HTTP: `POST /add-checkpoint`, and nothing else."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from kawasan.witness.keeping import Answer, Witness

BODY_BYTES_MAX = 64 * 1024
IDLE_SECONDS = 30


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    witness: Witness

    def do_POST(self) -> None:
        """Take a checkpoint."""
        if self.path != "/add-checkpoint":
            self._say(Answer(404, "POST /add-checkpoint\n"))
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            self._say(Answer(400, "a body with a length of up to 64 KiB\n"))
            return
        try:
            body = self.rfile.read(int(length)).decode()
        except UnicodeDecodeError:
            self._say(Answer(400, "not UTF-8\n"))
            return
        self._say(self.witness.add_checkpoint(body, seconds=int(time.time())))

    def do_GET(self) -> None:
        """Tell who this is."""
        self._say(
            Answer(200, "".join(f"{vkey}\n" for vkey in self.witness.vkeys)) if self.path == "/" else Answer(404, "")
        )

    def _say(self, answer: Answer) -> None:
        content = answer.text.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the standard library
        """Keep quiet: a proxy in front writes its own log."""


def make_server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """Return a server that answers for a witness once it is started."""
    handler = type("WitnessHandler", (Handler,), {"witness": witness})
    return ThreadingHTTPServer((host, port), handler)
