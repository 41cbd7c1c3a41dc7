"""What crosses the room's door: codes, catalogue and orders."""
