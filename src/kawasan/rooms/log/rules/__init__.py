"""What the log computes: trees, proofs, signed notes, canonical bytes. Pure functions, no Django."""
