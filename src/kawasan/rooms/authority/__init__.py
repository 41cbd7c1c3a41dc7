"""The authority's screen and figures: what was sold, where and in which sector, followed from the ledger."""
