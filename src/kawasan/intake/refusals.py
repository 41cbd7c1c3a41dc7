"""What the intake itself says no to."""

from __future__ import annotations

from kawasan.core.errors import Busy, Invalid, Refusal, msg


class IntakeFull(Busy):
    """As many orders wait as there is room for. Nothing was done."""

    code = "intake-full"
    title = msg("Very many orders right now")
    detail = msg("Please send the order again in a moment, with the same key.")


class TooLate(Busy):
    """The order waited too long for its turn and was not looked at."""

    code = "intake-too-late"
    title = msg("Very many orders right now")
    detail = msg("Your order waited too long and was not placed. Please send it again, with the same key.")


class NotReached(Busy):
    """The database did not answer. Sending the order again under the same key orders once, whatever happened."""

    code = "intake-not-reached"
    title = msg("Please send it again")
    detail = msg("We do not know whether your order was placed. Send it again with the same key: it is placed once.")


class Draining(Busy):
    """This process is about to end and takes nothing new."""

    code = "intake-draining"
    title = msg("Please send it again")
    detail = msg("This server is being restarted. Send the order again in a moment, with the same key.")


class CartElsewhere(Invalid):
    """A checkout of what a cart holds is made by the zone's own pages."""

    code = "cart-elsewhere"
    title = msg("Carts are checked out elsewhere")
    detail = msg("Orders sent here name their lines. Check out a cart on the zone's own page.")


class TooManyOrders(Invalid):
    """A batch holds no orders, or more than ORDERS_PER_REQUEST_MAX."""

    code = "too-many-orders"
    title = msg("Too many orders in one request")
    detail = msg("Send between 1 and {limit} orders at once.")


class MalformedRequest(Refusal):
    """Not HTTP/1.1 as it should be, or a body that is not JSON."""

    code = "malformed-request"
    title = msg("We cannot read this request")
    detail = msg("The request is not well formed: {problem}.")
    status = 400


class HeadTooLarge(Refusal):
    """The headers are larger than anything that is taken here."""

    code = "head-too-large"
    title = msg("This is too large")
    detail = msg("The headers of a request may have {limit} bytes.")
    status = 431


class TooSlow(Refusal):
    """The request did not arrive in time."""

    code = "request-too-slow"
    title = msg("The request did not arrive")
    detail = msg("The request took too long to arrive and was dropped.")
    status = 408
