"""Books and tax of each business, written from what happened in the ledger."""
