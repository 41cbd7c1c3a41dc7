"""The door of sensors: devices, readings, alarms, SensorThings; the clean city, the waste bank; machines."""

from kawasan.rooms.sensors.actions.bank import set_price, take_waste
from kawasan.rooms.sensors.actions.city import close_round, collect, plan_round, weigh
from kawasan.rooms.sensors.actions.devices import (
    DEVICES_MAX,
    STREAMS_MAX,
    add_stream,
    change_device,
    new_key,
    register_device,
    revoke_device,
)
from kawasan.rooms.sensors.actions.hours import add_hours, drop_old_readings, forget_hours
from kawasan.rooms.sensors.actions.machines import plan_machine
from kawasan.rooms.sensors.actions.readings import KEPT, Told, device_of_topic, note_lost, take_readings, take_told
from kawasan.rooms.sensors.actions.rules import end_rule, set_rule
from kawasan.rooms.sensors.actions.watching import keep_alarms, watch, watch_silence
from kawasan.rooms.sensors.queries.alarms import alarm, alarms, open_alarms, rules_of
from kawasan.rooms.sensors.queries.bank import own_visits, visit, visits, waste_prices
from kawasan.rooms.sensors.queries.city import city_bins, city_figures, city_round, rounds, this_month, weighings
from kawasan.rooms.sensors.queries.devices import broker_devices, device, devices, devices_of_kind, owners
from kawasan.rooms.sensors.queries.machines import machine_day, machine_plan
from kawasan.rooms.sensors.queries.readings import all_readings, chart, days, hours, readings
from kawasan.rooms.sensors.queries.sensorthings import sensorthings
from kawasan.rooms.sensors.queries.verify import verify
from kawasan.rooms.sensors.rules.keys import STATE_TOPIC, TOPIC_ROOT, is_well_formed, topic_of, topic_owner
from kawasan.rooms.sensors.rules.keys import is_mosquitto_hash as is_broker_hash
from kawasan.rooms.sensors.rules.keys import mosquitto_hash as broker_hash
from kawasan.rooms.sensors.rules.mosquitto import TAKER as BROKER_TAKER
from kawasan.rooms.sensors.rules.mosquitto import access as broker_access
from kawasan.rooms.sensors.rules.mosquitto import passwords as broker_passwords
from kawasan.rooms.sensors.rules.mosquitto import settings as broker_settings
from kawasan.rooms.sensors.rules.senml import RECORDS_MAX
from kawasan.rooms.sensors.rules.senml import read as read_senml
from kawasan.rooms.sensors.rules.units import PROPERTIES, UNITS
from kawasan.rooms.sensors.rules.waste import NAMES as MATERIALS
from kawasan.rooms.sensors.types.alarms import Alarm, Rule, RuleInvalid, RuleKind, UnknownRule
from kawasan.rooms.sensors.types.city import (
    Bin,
    Brought,
    CityFigures,
    Material,
    NoPrice,
    Round,
    RoundClosed,
    RoundInvalid,
    UnknownMember,
    UnknownRound,
    UnknownVisit,
    Visit,
    VisitIdReused,
    WasteInvalid,
    Weighing,
)
from kawasan.rooms.sensors.types.devices import (
    ALARMS_FOLLOWER,
    HOURS_FOLLOWER,
    READING_SEQUENCE,
    Device,
    DeviceIdReused,
    DeviceInvalid,
    DeviceKey,
    DeviceKeyWrong,
    DeviceKind,
    Figure,
    NewReading,
    NewStream,
    NotTaken,
    Position,
    Reading,
    SenmlInvalid,
    Stream,
    Taken,
    TooManyDevices,
    TooManyReadings,
    UnknownDevice,
    UnknownStream,
)
from kawasan.rooms.sensors.types.machines import STATES as MACHINE_STATES
from kawasan.rooms.sensors.types.machines import MachineDay, MachinePlan, PlanInvalid
from kawasan.rooms.sensors.types.sensorthings import EntityNotFound, Found, QueryNotUnderstood, ReadOnly

__all__ = [
    "ALARMS_FOLLOWER",
    "BROKER_TAKER",
    "DEVICES_MAX",
    "HOURS_FOLLOWER",
    "KEPT",
    "MACHINE_STATES",
    "MATERIALS",
    "PROPERTIES",
    "READING_SEQUENCE",
    "RECORDS_MAX",
    "STATE_TOPIC",
    "STREAMS_MAX",
    "TOPIC_ROOT",
    "UNITS",
    "Alarm",
    "Bin",
    "Brought",
    "CityFigures",
    "Device",
    "DeviceIdReused",
    "DeviceInvalid",
    "DeviceKey",
    "DeviceKeyWrong",
    "DeviceKind",
    "EntityNotFound",
    "Figure",
    "Found",
    "MachineDay",
    "MachinePlan",
    "Material",
    "NewReading",
    "NewStream",
    "NoPrice",
    "NotTaken",
    "PlanInvalid",
    "Position",
    "QueryNotUnderstood",
    "ReadOnly",
    "Reading",
    "Round",
    "RoundClosed",
    "RoundInvalid",
    "Rule",
    "RuleInvalid",
    "RuleKind",
    "SenmlInvalid",
    "Stream",
    "Taken",
    "Told",
    "TooManyDevices",
    "TooManyReadings",
    "UnknownDevice",
    "UnknownMember",
    "UnknownRound",
    "UnknownRule",
    "UnknownStream",
    "UnknownVisit",
    "Visit",
    "VisitIdReused",
    "WasteInvalid",
    "Weighing",
    "add_hours",
    "add_stream",
    "alarm",
    "alarms",
    "all_readings",
    "broker_access",
    "broker_devices",
    "broker_hash",
    "broker_passwords",
    "broker_settings",
    "change_device",
    "chart",
    "city_bins",
    "city_figures",
    "city_round",
    "close_round",
    "collect",
    "days",
    "device",
    "device_of_topic",
    "devices",
    "devices_of_kind",
    "drop_old_readings",
    "end_rule",
    "forget_hours",
    "hours",
    "is_broker_hash",
    "is_well_formed",
    "keep_alarms",
    "machine_day",
    "machine_plan",
    "new_key",
    "note_lost",
    "open_alarms",
    "own_visits",
    "owners",
    "plan_machine",
    "plan_round",
    "read_senml",
    "readings",
    "register_device",
    "revoke_device",
    "rounds",
    "rules_of",
    "sensorthings",
    "set_price",
    "set_rule",
    "take_readings",
    "take_told",
    "take_waste",
    "this_month",
    "topic_of",
    "topic_owner",
    "verify",
    "visit",
    "visits",
    "waste_prices",
    "watch",
    "watch_silence",
    "weigh",
    "weighings",
]
