"""The shapes of the room's forms."""
