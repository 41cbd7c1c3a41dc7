"""Other people's programs against ours (``make interop``)."""
