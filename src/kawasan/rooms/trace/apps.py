"""The Django app of the room."""

from django.apps import AppConfig


class TraceConfig(AppConfig):
    """Events of goods, identifiers, product passports, recalls."""

    name = "kawasan.rooms.trace"
    label = "trace"

    def ready(self) -> None:
        """Let the log prove events and papers as they stand here, so that a changed one proves no more."""
        from kawasan.rooms.log import api as log
        from kawasan.rooms.sensors import api as sensors
        from kawasan.rooms.trace import api as trace
        from kawasan.rooms.trace.pages.saying import EVENTS, PAPERS

        log.hold_documents(trace.LEAF_KIND, trace.raws_of)
        log.hold_documents(trace.ADDED_KIND, trace.added_papers)
        log.hold_documents(trace.WITHDRAWN_KIND, trace.withdrawn_papers)
        for field, words in trace.CALLED.items():
            log.call_values(field, words)
        log.call_values("epcClass", {f"{trace.WASTE}{one.value}": text for one, text in sensors.MATERIALS.items()})
        log.say_values(trace.LEAF_KIND, EVENTS)
        for kind in (trace.ADDED_KIND, trace.WITHDRAWN_KIND):
            log.say_values(kind, PAPERS)
