"""The door of payments: accounts and wallets, payments by QRIS, providers, settlement and payouts."""

from kawasan.rooms.payments.api import (
    abroad,
    money,
    promotions,
    providers,
    requests,
    sending_back,
    settlement,
    shop,
    wallet_rules,
)
from kawasan.rooms.payments.api.abroad import *  # noqa: F403
from kawasan.rooms.payments.api.money import *  # noqa: F403
from kawasan.rooms.payments.api.promotions import *  # noqa: F403
from kawasan.rooms.payments.api.providers import *  # noqa: F403
from kawasan.rooms.payments.api.requests import *  # noqa: F403
from kawasan.rooms.payments.api.sending_back import *  # noqa: F403
from kawasan.rooms.payments.api.settlement import *  # noqa: F403
from kawasan.rooms.payments.api.shop import *  # noqa: F403
from kawasan.rooms.payments.api.wallet_rules import *  # noqa: F403

__all__: list[str] = []
__all__ += abroad.__all__
__all__ += money.__all__
__all__ += promotions.__all__
__all__ += providers.__all__
__all__ += requests.__all__
__all__ += sending_back.__all__
__all__ += settlement.__all__
__all__ += shop.__all__
__all__ += wallet_rules.__all__
