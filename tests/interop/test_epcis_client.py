"""epcis2.js, the client from npm, captures to a running server and every event it sent is found by query there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from kawasan.core.access import SYSTEM
from kawasan.platform.db import transaction
from tests.builders.trace import a_key
from tests.builders.zone import a_business

pytestmark = pytest.mark.django_db(transaction=True)
CLIENT = Path(__file__).with_name("epcis2js")
SECONDS_MAX = 180
THING = "https://id.gs1.org/01/09521141012345/21/interop-1"


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


def told_by(command: list[str], folder: Path, **given: str) -> str:
    """Run a program and return what it printed."""
    done = subprocess.run(
        command, cwd=folder, env=os.environ | given, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_epcis2_js_captures_and_every_event_is_found(client: Path, live_server: Any) -> None:
    business = a_business()
    with transaction(SYSTEM):
        key = a_key(business)
    sent = json.loads(told_by(["node", "capture.mjs"], client, KAWASAN_URL=live_server.url, KAWASAN_KEY=key))
    assert len(set(sent)) == 3
    with httpx.Client(base_url=f"{live_server.url}/epcis", headers={"Authorization": f"Bearer {key}"}) as asking:

        def found(path: str = "/events", **given: str) -> list[dict[str, Any]]:
            answer = asking.get(path, params=given)
            assert answer.status_code == 200, answer.text
            events: list[dict[str, Any]] = answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
            return events

        for name in sent:
            assert [event["eventID"] for event in found(EQ_eventID=name)] == [name]
            assert [event["eventID"] for event in found(f"/events/{name}")] == [name]
        assert {event["eventID"] for event in found(MATCH_anyEPC=THING)} == set(sent)
        assert {event["type"] for event in found()} == {"ObjectEvent", "AggregationEvent", "TransformationEvent"}
        (job,) = asking.get("/capture").json()
        assert (job["success"], job["running"], job["events"]) == (True, False, 3)
