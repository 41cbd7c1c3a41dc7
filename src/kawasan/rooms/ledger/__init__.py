"""The ledger: accounts and transfers of every asset, and nothing else."""
