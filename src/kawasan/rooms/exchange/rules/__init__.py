"""Pure decisions about rates, quotes and positions."""
