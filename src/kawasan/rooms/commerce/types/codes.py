"""Codes of this room in the ledger: its accounts and its transfers (200-299)."""

from __future__ import annotations

from enum import IntEnum


class AccountCode(IntEnum):
    """What an account of units holds. All three belong to the business, their asset is the variant's unit."""

    STOCK = 20  # units that can be sold; never below zero
    SOLD = 21  # units sold
    SUPPLY = 22  # where units come from and where lost ones go


class TransferCode(IntEnum):
    """Why units moved."""

    STOCK_IN = 200  # supply -> stock: received, counted up, returned by a buyer outside an order
    STOCK_OUT = 201  # stock -> supply: damaged, counted down
    HOLD = 202  # stock -> sold, pending: a cart or an unpaid order holds units
    SALE = 203  # stock -> sold
    BACK_TO_STOCK = 204  # sold -> stock: a cancelled or returned order
