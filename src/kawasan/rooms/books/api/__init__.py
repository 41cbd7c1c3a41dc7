"""The room's door: books, statements, taxes."""

from kawasan.rooms.books.api import desk, tax
from kawasan.rooms.books.api.desk import *  # noqa: F403
from kawasan.rooms.books.api.tax import *  # noqa: F403

__all__: list[str] = []
__all__ += desk.__all__
__all__ += tax.__all__
