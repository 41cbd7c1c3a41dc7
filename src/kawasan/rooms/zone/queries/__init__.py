"""Every read of the room; rows turned into types."""
