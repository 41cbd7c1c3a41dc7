"""Background work of the log: sign what the tree has become, and have others cosign it."""

from __future__ import annotations

import httpx

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.jobs import periodic
from kawasan.platform.telemetry import log
from kawasan.rooms.log import api

ASK_SECONDS = 10.0


@periodic("* * * * * */5")
def publish_checkpoint() -> None:
    """Publish a checkpoint where the tree has grown."""
    with transaction(SYSTEM):
        api.publish(at=clock.now())


@periodic("* * * * *", outside=True)
def ask_witnesses() -> None:
    """Ask every witness to cosign the newest checkpoint; one that does not answer keeps no other waiting for long."""
    with transaction(SYSTEM):
        asks = api.asks()
    for one in asks:
        _ask(one)


def _ask(one: api.Ask, *, again: bool = True) -> None:
    try:
        answer = httpx.post(f"{one.witness.address}/add-checkpoint", content=one.body.encode(), timeout=ASK_SECONDS)
    except httpx.HTTPError as error:
        _problem(one, f"no answer: {type(error).__name__}")
        return
    if answer.status_code == 200:
        with transaction(SYSTEM):
            api.keep_cosignatures(witness_id=one.witness.id, size=one.size, text=answer.text, at=clock.now())
    elif answer.status_code == 409 and again and answer.text.strip().isdecimal():
        _ask_from(one, int(answer.text.strip()[:20]))
    else:
        _problem(one, f"{answer.status_code}: {answer.text[:100]}")


def _ask_from(one: api.Ask, old: int) -> None:
    """The witness has seen another size than we know of: go on from there, once."""
    try:
        with transaction(SYSTEM):
            other = api.ask(one.witness, old=old)
    except Refusal:
        _problem(one, f"it has seen {old} entries, more than there are")
        return
    _ask(other, again=False)


def _problem(one: api.Ask, problem: str) -> None:
    log.warning("witness-did-not-cosign", witness=one.witness.name, problem=problem)
    with transaction(SYSTEM):
        api.note_problem(witness_id=one.witness.id, problem=problem, at=clock.now())
