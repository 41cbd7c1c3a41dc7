"""Every write of the room, one function per use case."""
