"""Money in and out: QRIS, wallet, escrow, settlement, refund, payout."""
