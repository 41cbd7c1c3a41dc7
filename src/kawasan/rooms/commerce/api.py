"""The door of the room: what other rooms and the edges may call."""

# Catalogue


# Orders

__all__: list[str] = []
