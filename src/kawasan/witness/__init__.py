"""A witness for other zones' logs: cosigns what only grows, refuses what forks. A process without Django."""
