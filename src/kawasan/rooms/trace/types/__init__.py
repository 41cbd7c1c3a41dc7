"""What crosses the door of the room."""
