"""The door of the room: what other rooms and the edges may call, the catalogue, the orders, campaigns and vouchers."""

from kawasan.rooms.commerce.api import campaigns as campaigns_door
from kawasan.rooms.commerce.api import catalogue, orders, till
from kawasan.rooms.commerce.api import vouchers as vouchers_door
from kawasan.rooms.commerce.api.campaigns import *  # noqa: F403
from kawasan.rooms.commerce.api.catalogue import *  # noqa: F403
from kawasan.rooms.commerce.api.orders import *  # noqa: F403
from kawasan.rooms.commerce.api.till import *  # noqa: F403
from kawasan.rooms.commerce.api.vouchers import *  # noqa: F403

__all__: list[str] = []
__all__ += campaigns_door.__all__
__all__ += catalogue.__all__
__all__ += orders.__all__
__all__ += till.__all__
__all__ += vouchers_door.__all__
