"""epcis2.js, the client from npm, captures over HTTP and every event it sent is found by query."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.test import Client

from tests.builders.trace import Program, a_key

pytestmark = pytest.mark.django_db
CLIENT = Path(__file__).with_name("epcis2js")
SECONDS_MAX = 180


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the client outside the repository; say plainly why where that cannot be."""
    if os.environ.get("KAWASAN_TEST_NPM") != "1":
        pytest.skip("installs epcis2.js from npm: run `make interop`, or set KAWASAN_TEST_NPM=1")
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("epcis2.js was NOT tested: node and npm are needed")
    folder = tmp_path_factory.mktemp("npm") / "epcis2js"
    shutil.copytree(CLIENT, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    if done.returncode:
        pytest.skip(f"epcis2.js was NOT tested: npm could not install it: {done.stderr[-300:]}")
    return folder


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def served(command: list[str], folder: Path, key: str) -> str:
    """Run a program against a server of ours that answers in this thread, inside the test's transaction."""
    client = Client(headers={"Authorization": f"Bearer {key}"})  # it leaves the test's transaction open

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        assert environ["HTTP_AUTHORIZATION"] == f"Bearer {key}"
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        told = client.generic(environ["REQUEST_METHOD"], environ["PATH_INFO"], body, environ["CONTENT_TYPE"])
        start(f"{told.status_code} {told.reason_phrase}", list(told.items()))
        return [told.content]

    with make_server("127.0.0.1", 0, answer, handler_class=_Quiet) as server:
        server.timeout = 0.2
        given = os.environ | {"KAWASAN_URL": f"http://127.0.0.1:{server.server_port}", "KAWASAN_KEY": key}
        process = subprocess.Popen(
            command, cwd=folder, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        ends = time.monotonic() + SECONDS_MAX
        while process.poll() is None and time.monotonic() < ends:
            server.handle_request()
        process.kill()
        told, problem = process.communicate()
    assert process.returncode == 0, problem[-2000:]
    return told


def test_epcis2_js_captures_and_every_event_is_found(client: Path) -> None:
    program = Program()
    sent = json.loads(served(["node", "capture.mjs"], client, a_key(program.business)))
    assert len(set(sent)) == 3
    for name in sent:
        assert [event["eventID"] for event in program.events(EQ_eventID=name)] == [name]
    thing = "https://id.gs1.org/01/09521141012345/21/interop-1"
    assert {event["eventID"] for event in program.events(MATCH_anyEPC=thing)} == set(sent)
    assert {event["type"] for event in program.events()} == {"ObjectEvent", "AggregationEvent", "TransformationEvent"}
