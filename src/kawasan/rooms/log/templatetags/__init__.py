"""The room's template tags."""
