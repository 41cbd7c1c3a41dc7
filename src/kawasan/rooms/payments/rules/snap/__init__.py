"""SNAP BI, Indonesia's standard of payment interfaces, as pure functions: signing, wire forms, codes, profiles."""
