"""Refusals of carts, checkouts, orders and returns."""

from __future__ import annotations

from kawasan.core.errors import Conflict, Invalid, NotFound, msg


class NothingToOrder(Invalid):
    """A checkout without lines."""

    code = "nothing-to-order"
    title = msg("There is nothing to order")
    detail = msg("Put something into your cart first.")


class TooManyLines(Invalid):
    """A checkout or a cart with more than LINES_MAX lines."""

    code = "too-many-lines"
    title = msg("Too many different products")
    detail = msg("At most {limit} different products fit into one order.")


class BadQuantity(Invalid):
    """A quantity below 1 or above ORDER_QUANTITY_MAX."""

    code = "bad-quantity"
    title = msg("This quantity is not possible")
    detail = msg("Choose a quantity from 1 to {limit}.")


class SameVariantTwice(Invalid):
    """A checkout names a variant in two lines."""

    code = "same-variant-twice"
    title = msg("A product is listed twice")
    detail = msg("{product} is in the order twice. Put the quantity into one line.")


class NotForSale(Conflict):
    """The product is unknown, a draft, withdrawn, or its seller is not selling."""

    code = "not-for-sale"
    title = msg("Not for sale at the moment")
    detail = msg("{product} cannot be bought right now.")


class OwnProduct(Conflict):
    """A member of a business buys from it."""

    code = "own-product"
    title = msg("This is your own product")
    detail = msg("{product} belongs to your own business, so you cannot buy it.")


class SoldOut(Conflict):
    """Fewer units are left than are wanted."""

    code = "sold-out"
    title = msg("Not enough in stock")
    detail = msg("Only {available} of {product} left, and you asked for {wanted}.")


class PriceChanged(Conflict):
    """The price is no longer the one that the buyer saw."""

    code = "price-changed"
    title = msg("The price has changed")
    detail = msg("{product} was {seen} when you looked and is {now} now. Please look again and confirm.")


class WalletTooLow(Conflict):
    """The wallet holds less than the checkout costs."""

    code = "wallet-too-low"
    title = msg("Your wallet does not hold enough")
    detail = msg("Your wallet has {available}, and {needed} is needed. Top up, or pay by QRIS.")


class GroupIdReused(Conflict):
    """The id of a checkout belongs to another one."""

    code = "group-id-reused"
    title = msg("This checkout was already sent")
    detail = msg("The same checkout was sent before with another content. Open your cart again.")


class IncompleteAddress(Invalid):
    """Name, phone or address of the delivery is missing or too long."""

    code = "incomplete-address"
    title = msg("We need the full delivery address")
    detail = msg("Fill in name, address and a phone number of at least 8 digits.")


class OrderNotFound(NotFound):
    """There is no such order, or not for this caller."""

    code = "order-not-found"
    title = msg("No such order")
    detail = msg("We could not find this order among yours.")


class ReturnNotFound(NotFound):
    """There is no such return request, or not for this caller."""

    code = "return-not-found"
    title = msg("No such return")
    detail = msg("We could not find this return request.")


class OrderNotPaid(Conflict):
    """The order waits for its payment, or the payment never came."""

    code = "order-not-paid"
    title = msg("This order is not paid")
    detail = msg("Order {number} has not been paid, so nothing can be done with it yet.")


class OrderClosed(Conflict):
    """The order was cancelled, has expired or is completed."""

    code = "order-closed"
    title = msg("This order is closed")
    detail = msg("Order {number} is already closed and cannot be changed.")


class AlreadyShipped(Conflict):
    """The parcel is on its way, so the order cannot be cancelled or shipped differently."""

    code = "already-shipped"
    title = msg("Already on its way")
    detail = msg("Order {number} was already shipped.")


class AlreadyPacked(Conflict):
    """The seller has packed, so the buyer cannot cancel any more."""

    code = "already-packed"
    title = msg("Already packed")
    detail = msg("Order {number} is packed. Ask the seller to cancel it, or return it once it arrives.")


class NotShipped(Conflict):
    """Delivery or a return before anything was shipped."""

    code = "not-shipped"
    title = msg("Not shipped yet")
    detail = msg("Order {number} has not been shipped yet.")


class ReasonNeeded(Invalid):
    """A cancellation, return or rejection without a reason, or with a very long one."""

    code = "reason-needed"
    title = msg("Please give a reason")
    detail = msg("Write a reason of 3 to {limit} letters.")


class ShipmentIncomplete(Invalid):
    """A shipment without a courier or tracking number."""

    code = "shipment-incomplete"
    title = msg("Courier and tracking number are needed")
    detail = msg("Fill in the courier and the tracking number on the parcel's label.")


class ReturnWindowOver(Conflict):
    """The time for returning is over."""

    code = "return-window-over"
    title = msg("Too late to return")
    detail = msg("Order {number} could be returned for {days} days after its delivery.")


class ReturnOpen(Conflict):
    """A return request waits for the seller's answer."""

    code = "return-open"
    title = msg("A return is waiting for an answer")
    detail = msg("Order {number} has a return request that the seller has not answered yet.")


class ReturnTooMuch(Invalid):
    """More is returned or refunded than was bought."""

    code = "return-too-much"
    title = msg("More than was bought")
    detail = msg("At most {available} can be returned here.")


class ReturnAlreadyDecided(Conflict):
    """The return request was answered before, in another way."""

    code = "return-already-decided"
    title = msg("This return was already answered")
    detail = msg("The return request was answered before.")


class RefundInvalid(Invalid):
    """A refund of nothing, or of more than the returned goods cost."""

    code = "refund-invalid"
    title = msg("This refund is not possible")
    detail = msg("Refund more than zero and at most {limit}.")


class BadOrderNumber(Invalid):
    """A search or page parameter that is not one of ours."""

    code = "bad-order-filter"
    title = msg("No such list of orders")
    detail = msg("There is no list of orders named {name}.")
