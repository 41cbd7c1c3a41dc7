"""Every read of the books."""
