"""More buyers than units, all at once, and what takes their orders is killed meanwhile: every unit is sold, once."""

from __future__ import annotations

import pytest

from kawasan.bench import faults
from kawasan.bench.faults_zone import POOR_EACH
from kawasan.bench.oversell import Oversell
from tests.faults.conftest import RUSHED

pytestmark = pytest.mark.slow


def test_a_rush_sells_each_unit_once_and_tells_everybody(place, journal):
    before = len(journal)
    able = [number for number in range(place.buyers) if number % POOR_EACH != POOR_EACH - 1]
    buyers = 4 * able
    rushes = Oversell(
        place, buyers, place.scarce, say=lambda _: None, journal=journal, kinds={faults.KillEveryIntake: 1}
    )
    rushes.run(RUSHED)
    rushes.prove(verify=False)

    figures = rushes.figures()
    assert rushes.failures == []
    assert (figures["sold"], figures["expected"]) == (2 * place.scarce, 2 * place.scarce)
    assert figures["sold_out_min"] == figures["sold_out_max"] == len(buyers) - place.scarce
    assert (figures["repetitions_with_a_kill"], figures["kills_intake"]) == (1, 1)
    assert figures["answered"] == len(journal) - before == 2 * len(buyers)
    assert figures["unanswered"] == figures["answered_lost"] == figures["duplicates"] == 0
