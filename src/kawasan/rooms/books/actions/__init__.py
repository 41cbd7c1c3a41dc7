"""Every write of the books."""
