"""The Django app of the room."""

from django.apps import AppConfig


class BooksConfig(AppConfig):
    """Books and tax of each business."""

    name = "kawasan.rooms.books"
    label = "books"
