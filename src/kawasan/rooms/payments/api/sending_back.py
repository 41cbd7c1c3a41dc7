"""The door to refunds that go on to where their order was paid from."""

from kawasan.rooms.payments.actions.sending_back import (
    ask_back,
    begin_sending_back,
    settle_sending_back,
    tell_provider_back,
)
from kawasan.rooms.payments.actions.settling_back import ask_again, settle_back_by_hand
from kawasan.rooms.payments.queries.sending_back import (
    all_staff_backs,
    money_back_of,
    staff_backs,
    waiting_to_send_back,
)
from kawasan.rooms.payments.types import (
    BackNotOpen,
    BackOrder,
    BackState,
    BackStatement,
    CannotSendBack,
    MoneyBack,
    StaffBack,
)

__all__ = [
    "BackNotOpen",
    "BackOrder",
    "BackState",
    "BackStatement",
    "CannotSendBack",
    "MoneyBack",
    "StaffBack",
    "all_staff_backs",
    "ask_again",
    "ask_back",
    "begin_sending_back",
    "money_back_of",
    "settle_back_by_hand",
    "settle_sending_back",
    "staff_backs",
    "tell_provider_back",
    "waiting_to_send_back",
]
