"""Every write of the room, one file for each use case."""
