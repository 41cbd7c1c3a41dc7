"""The room's pages: the log as programs read it, and proofs as people do."""
