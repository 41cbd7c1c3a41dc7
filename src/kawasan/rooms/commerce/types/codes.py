"""Codes of this room in the ledger: its accounts and its transfers (200-299)."""

from __future__ import annotations

from enum import IntEnum


class AccountCode(IntEnum):
    """
    What an account of units holds.

    The first three belong to the business, their asset is the variant's unit. A campaign's stock has the same asset and
    belongs to the offer. Limits have an asset of their own for each offer: issued and used ones belong to the offer,
    what a buyer may still take belongs to the buyer. So it is with vouchers: what a shop promised, and how often each
    buyer may use it, are two assets of each voucher.
    """

    STOCK = 20  # units that can be sold; never below zero
    SOLD = 21  # units sold
    SUPPLY = 22  # where units come from and where lost ones go
    CAMPAIGN = 23  # units set aside for a campaign; never below zero
    LIMIT = 24  # units that a buyer may still take from a campaign's offer; never below zero
    LIMIT_USED = 25  # units that buyers have taken; never below zero
    LIMIT_ISSUED = 26  # where limits come from
    VOUCHER_BUDGET = 27  # what a shop's voucher may still give away; never below zero
    VOUCHER_SPENT = 28  # what vouchers gave away, or how often they were used; never below zero
    VOUCHER_ISSUED = 29  # where budgets and uses come from
    VOUCHER_USES = 30  # how often a buyer may still use a voucher; never below zero


class TransferCode(IntEnum):
    """Why units moved."""

    STOCK_IN = 200  # supply -> stock: received, counted up, returned by a buyer outside an order
    STOCK_OUT = 201  # stock -> supply: damaged, counted down
    HOLD = 202  # stock or campaign -> sold, pending: a cart or an unpaid order holds units
    SALE = 203  # stock or campaign -> sold
    BACK_TO_STOCK = 204  # sold -> stock or campaign: a cancelled or returned order
    SET_ASIDE = 205  # stock -> campaign
    FROM_CAMPAIGN = 206  # campaign -> stock: what a campaign did not sell
    LIMIT_GRANT = 207  # issued -> a buyer's limit, once
    LIMIT_USE = 208  # a buyer's limit -> used, with the units
    LIMIT_BACK = 209  # used -> a buyer's limit: cancelled or returned while the campaign runs
    VOUCHER_ISSUE = 210  # issued -> budget: a shop makes a voucher
    VOUCHER_SPEND = 211  # budget -> spent, with an order
    VOUCHER_UNSPEND = 212  # spent -> budget: of an order that was refunded or cancelled
    VOUCHER_GRANT = 213  # issued -> a buyer's uses, once
    VOUCHER_USE = 214  # a buyer's uses -> used, with a checkout
    VOUCHER_USE_BACK = 215  # used -> a buyer's uses: all of the checkout was cancelled
    TILL_SALE = 220  # stock -> sold, over the counter
    TILL_RETURN = 221  # sold -> stock (or supply, where it cannot be sold again), over the counter
    TILL_FOUND = 222  # supply -> stock: units that the till sold or took back and the books did not have
