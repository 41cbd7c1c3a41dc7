"""Background work of the log: sign what the tree has become, have others cosign it, and others again keep it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
from django.conf import settings
from prometheus_client import Gauge

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.jobs import periodic
from kawasan.platform.schemas import current_schema
from kawasan.platform.telemetry import log
from kawasan.rooms.log import api
from kawasan.rooms.log.rules import contract, timestamps

ASK_SECONDS = 10.0
UNSIGNED = Gauge("kawasan_log_unsigned_entries", "Entries of the tree that no checkpoint covers yet", ["zone"])
WITNESS_BEHIND = Gauge(
    "kawasan_log_witness_behind_entries", "Entries under the newest checkpoint that a witness did not cosign",
    ["zone", "witness"],
)  # fmt: skip
ANCHOR_BEHIND = Gauge(
    "kawasan_log_anchor_behind_entries", "Entries under the newest checkpoint that are in no anchor of this kind",
    ["zone", "kind"],
)  # fmt: skip
ANCHOR_FAILURES = Gauge("kawasan_log_anchor_failures", "Failures since the last anchor of this kind", ["zone", "kind"])
NONSENSE = "an answer that no node gives"
_NONSENSE = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
STAMP_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


@periodic("* * * * * */5")
def publish_checkpoint() -> None:
    """Publish a checkpoint where the tree has grown."""
    with transaction(SYSTEM):
        api.publish(at=clock.now())
        UNSIGNED.labels(current_schema()).set(api.size() - api.published_size())


@periodic("41 19 * * *")
def prune_checkpoints() -> None:
    """Let go of old checkpoints that nothing rests on, at night in Indonesia, a bounded number in each transaction."""
    while True:
        with transaction(SYSTEM):
            gone = api.prune_checkpoints(at=clock.now())
        if gone < api.PRUNED_AT_ONCE:
            return


@periodic("* * * * *", outside=True)
def ask_witnesses() -> None:
    """Ask every witness to cosign the newest checkpoint; one that does not answer keeps no other waiting for long."""
    with transaction(SYSTEM):
        asks = api.asks()
    for one in asks:
        _ask(one)
    with transaction(SYSTEM):
        size = api.published_size()
        for one_of in api.witnesses():
            WITNESS_BEHIND.labels(current_schema(), one_of.name).set(size - one_of.cosigned_size)


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


@periodic("* * * * *", outside=True)
def anchor_checkpoints() -> None:
    """Have the newest checkpoint kept by whoever's turn it is; one that fails waits, and keeps nobody else waiting."""
    now = clock.now()
    with transaction(SYSTEM):
        due = [plan for plan in api.anchor_plans(at=now) if plan.next_at is not None and plan.next_at <= now]
    for plan in due:
        anchor_with(plan, at=now)
    with transaction(SYSTEM):
        size = api.published_size()
        for plan in api.anchor_plans(at=now):
            ANCHOR_BEHIND.labels(current_schema(), plan.kind.value).set(size - (plan.last.size if plan.last else 0))
            ANCHOR_FAILURES.labels(current_schema(), plan.kind.value).set(plan.failures)


def anchor_with(plan: api.AnchorPlan, *, at: datetime) -> api.Anchor:
    """Have the newest checkpoint kept, and return the receipt, or what went wrong. There must be a checkpoint."""
    with transaction(SYSTEM):
        size = api.published_size()
        note = api.note_of(size)
    try:
        return _ANCHORERS[plan.kind](plan.target, size, note, at)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        problem = f"no answer: {type(error).__name__}"
    except api.AnchorInvalid as refusal:
        problem = str(refusal.data["problem"])
    log.warning("checkpoint-not-anchored", kind=plan.kind.value, target=plan.target, problem=problem)
    with transaction(SYSTEM):
        return api.note_anchor_failure(kind=plan.kind, size=size, target=plan.target, problem=problem, at=at)


def _stamp(target: str, size: int, note: bytes, at: datetime) -> api.Anchor:
    question, nonce = timestamps.request(note)
    answer = httpx.post(settings.KAWASAN_TSA_URL, content=question, headers=STAMP_HEADERS, timeout=ASK_SECONDS)
    if answer.status_code != 200:
        raise api.AnchorInvalid(problem=f"HTTP {answer.status_code}")
    with transaction(SYSTEM):
        return api.keep_stamp(size=size, target=target, receipt=answer.content, nonce=nonce, at=at)


def _write(target: str, size: int, note: bytes, at: datetime) -> api.Anchor:
    chain = api.Chain()
    try:
        found = chain.keep(contract.checkpoint_of(note))
        number, seconds = chain.number(), chain.time_of(found)
        stamped = datetime.fromtimestamp(seconds, UTC)
    except contract.NotOnChain as error:
        raise api.AnchorInvalid(problem=str(error)) from error
    except _NONSENSE as error:
        raise api.AnchorInvalid(problem=NONSENSE) from error
    receipt = json.dumps({"transaction": found, "time": seconds, "chain": number}, indent=1).encode()
    with transaction(SYSTEM):
        return api.keep_written(size=size, target=target, receipt=receipt, stamped_at=stamped, at=at)


def deploy_contract() -> str:
    """Put the contract onto the chain, owned by our key, and return its address. Raises ValueError."""
    try:
        return api.Chain().deploy()
    except contract.NotOnChain:
        raise
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise contract.NotOnChain(f"no answer: {type(error).__name__}") from error
    except _NONSENSE as error:
        raise contract.NotOnChain(NONSENSE) from error


def problem_on_chain(one: api.Anchor) -> str:
    """Ask the chain whether it still holds what a receipt says, and say what is wrong, or nothing."""
    with transaction(SYSTEM):
        note = api.note_of(one.size)
    try:
        kept = json.loads(one.receipt)
        number = kept["transaction"]["transactionHash"]
        api.Chain().still_holds(contract.checkpoint_of(note), number, kept.get("chain"))
    except contract.NotOnChain as error:
        return str(error)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"no answer: {type(error).__name__}"
    except _NONSENSE:
        return NONSENSE
    return ""


_ANCHORERS: dict[api.AnchorKind, Callable[[str, int, bytes, datetime], api.Anchor]] = {
    api.AnchorKind.RFC3161: _stamp,
    api.AnchorKind.EVM: _write,
}
