"""The door of the room: what other rooms and the edges may call."""

__all__: list[str] = []
