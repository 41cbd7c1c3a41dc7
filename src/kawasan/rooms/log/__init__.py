"""The log: what happened in the zone, as leaves of a Merkle tree that anybody can check."""
