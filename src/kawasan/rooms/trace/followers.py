"""What follows captured events, messages to subscribers; and what follows sales, the batches they came from."""

from __future__ import annotations

from kawasan.core import clock
from kawasan.platform.followers import Follower
from kawasan.rooms.ledger import api as ledger
from kawasan.rooms.trace import api


def _queue(after: int, upto: int) -> None:
    api.queue_messages(upto=upto, at=clock.now())


def _nothing() -> None:
    """A message that was sent cannot be taken back: a subscription remembers how far it came, and sends none twice."""


SUBSCRIPTIONS = Follower(name="trace.subscriptions", sequence="trace_event_sequence", handle=_queue, reset=_nothing)


def _draw(after: int, upto: int) -> None:
    api.follow_sales(after=after, upto=upto)


DRAWS = Follower(name="trace.draws", sequence=ledger.TRANSFER_SEQUENCE, handle=_draw, reset=api.forget_draws)
