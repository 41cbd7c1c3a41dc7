"""The Django app of the room."""

from django.apps import AppConfig


class LogConfig(AppConfig):
    """The zone's transparency log."""

    name = "kawasan.rooms.log"
    label = "log"

    def ready(self) -> None:
        """Prove looks at data as they stand in the zone's access log, so that a changed one proves no more."""
        from kawasan.rooms.log import api as log
        from kawasan.rooms.log.pages.saying import LOOKS

        log.hold_documents(log.LOOK_KIND, log.noted_looks)
        log.say_values(log.LOOK_KIND, LOOKS)
