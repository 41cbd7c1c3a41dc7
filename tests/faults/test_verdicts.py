"""What does not come in time ends the run, and the verdict says what was seen: nobody can look afterwards."""

from __future__ import annotations

import pytest

from kawasan.bench import crash as crashing
from kawasan.bench.faults_place import Broken
from kawasan.bench.faults_proof import to_write_out

pytestmark = pytest.mark.slow


def test_a_worker_that_does_not_catch_up_is_told_with_what_is_left(begin, place, monkeypatch):
    crash = begin()
    place.worker.kill()
    place.wait_until(lambda: to_write_out(place) > 0, "an order waits for the worker")
    with monkeypatch.context() as patched:
        patched.setattr(crashing, "CATCH_UP_SECONDS_MAX", 0.3)
        with pytest.raises(Broken, match=r"(?s)kawasan-worker is gone.*left to do: .*orders to write out"):
            crash.prove(verify=False)
    place.worker.start()
    crash.prove(verify=False)
    assert crash.findings.shown() == []


def test_a_program_that_does_not_end_is_a_verdict(place):
    with pytest.raises(Broken, match="has not ended: timeit"):
        place.run("timeit", "-n", "1", "-r", "1", "-s", "import time", "time.sleep(30)", seconds_max=0.3)
