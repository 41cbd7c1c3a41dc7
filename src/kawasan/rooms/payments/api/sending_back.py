"""The door to refunds that go on to where their order was paid from."""

from kawasan.rooms.payments.actions.sending_back import (
    ask_back,
    begin_sending_back,
    settle_sending_back,
    tell_provider_back,
)
from kawasan.rooms.payments.queries.sending_back import money_back_of, waiting_to_send_back
from kawasan.rooms.payments.types import BackOrder, BackState, CannotSendBack, MoneyBack

__all__ = [
    "BackOrder",
    "BackState",
    "CannotSendBack",
    "MoneyBack",
    "ask_back",
    "begin_sending_back",
    "money_back_of",
    "settle_sending_back",
    "tell_provider_back",
    "waiting_to_send_back",
]
