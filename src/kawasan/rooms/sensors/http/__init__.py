"""The room's part of the JSON API."""

from kawasan.rooms.sensors.http import city
from kawasan.rooms.sensors.http.devices import router

__all__ = ["city", "router"]
