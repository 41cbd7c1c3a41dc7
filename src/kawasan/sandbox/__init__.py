"""A bank to practise on: speaks SNAP BI as a provider does, strictly, with keys of its own and no real money."""
