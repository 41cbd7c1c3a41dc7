"""The room's followers of its readings: hours, and what rules make of them."""

from kawasan.platform.followers import Follower
from kawasan.rooms.sensors import api

HOURS = Follower(name=api.HOURS_FOLLOWER, sequence=api.READING_SEQUENCE, handle=api.add_hours, reset=api.forget_hours)
ALARMS = Follower(name=api.ALARMS_FOLLOWER, sequence=api.READING_SEQUENCE, handle=api.watch, reset=api.keep_alarms)
