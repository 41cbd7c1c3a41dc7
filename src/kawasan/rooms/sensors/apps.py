"""The Django app of the room."""

from django.apps import AppConfig


class SensorsConfig(AppConfig):
    """Devices, readings, alarms, the clean city, machines."""

    name = "kawasan.rooms.sensors"
    label = "sensors"
