"""HTML pages of the room."""
