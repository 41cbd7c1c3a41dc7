"""Goods that a business buys from people."""

from __future__ import annotations

from kawasan.core.errors import Conflict, msg


class BusinessCannotPay(Conflict):
    """The business's balance does not hold so much."""

    code = "business-cannot-pay"
    title = msg("The balance is not enough")
    detail = msg("The business has not enough money in the zone to pay this. Nothing was paid.")
