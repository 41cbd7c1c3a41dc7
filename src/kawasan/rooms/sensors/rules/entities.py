"""The entities of SensorThings over this room's tables: what each is made of, and how one leads to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

GEOJSON = "application/geo+json"
_MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"


@dataclass(frozen=True, slots=True)
class Field:
    """A property: SQL in which ``{a}`` is the row, and what kind of value it gives."""

    sql: str
    kind: str  # number, text, time, json, result


@dataclass(frozen=True, slots=True)
class Nav:
    """A way to other entities: which, and the condition between the row here ``{s}`` and there ``{t}``."""

    target: str
    on: str
    is_many: bool


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of entity: its table, properties and ways."""

    name: str
    table: str
    fields: Mapping[str, Field]
    navs: Mapping[str, Nav] = field(default_factory=dict)


def _text(sql: str) -> Field:
    return Field(sql, "text")


_ID = Field("{a}.number", "number")
_DEVICE_NAME = "(select d.name from sensors_device d where d.id = {a}.device_id)"
_POINT = "jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array({a}.longitude, {a}.latitude))"
_PROPERTY = "(select p.name from sensors_property p where p.id = {a}.property_id)"
_WITHIN = "({p}.is_first or {p}.since <= {o}.at) and ({p}.until is null or {o}.at < {p}.until)"

ENTITIES: dict[str, Entity] = {
    one.name: one
    for one in (
        Entity(
            "Things",
            "sensors_device",
            {
                "id": _ID,
                "name": _text("{a}.name"),
                "description": _text("{a}.description"),
                "properties": Field("jsonb_build_object('kind', {a}.kind) || {a}.properties", "json"),
            },
            {
                "Datastreams": Nav("Datastreams", "{t}.device_id = {s}.id", True),
                "Locations": Nav("Locations", "{t}.device_id = {s}.id and {t}.until is null", True),
                "HistoricalLocations": Nav("HistoricalLocations", "{t}.device_id = {s}.id", True),
            },
        ),
        Entity(
            "Locations",
            "sensors_place",
            {
                "id": _ID,
                "name": _text(_DEVICE_NAME),
                "description": _text("''::text"),
                "encodingType": _text(f"'{GEOJSON}'::text"),
                "location": Field(_POINT, "json"),
            },
            {
                "Things": Nav("Things", "{t}.id = {s}.device_id and {s}.until is null", True),
                "HistoricalLocations": Nav("HistoricalLocations", "{t}.id = {s}.id", True),
            },
        ),
        Entity(
            "HistoricalLocations",
            "sensors_place",
            {"id": _ID, "time": Field("{a}.since", "time")},
            {
                "Thing": Nav("Things", "{t}.id = {s}.device_id", False),
                "Locations": Nav("Locations", "{t}.id = {s}.id", True),
            },
        ),
        Entity(
            "Datastreams",
            "sensors_stream",
            {
                "id": _ID,
                "name": _text(f"coalesce(nullif({{a}}.label, ''), {_PROPERTY})"),
                "description": _text("{a}.name"),
                "observationType": _text(f"'{_MEASUREMENT}'::text"),
                "unitOfMeasurement": Field(
                    "jsonb_build_object('name', {a}.unit_name, 'symbol', {a}.unit_symbol, "
                    "'definition', {a}.unit_definition)",
                    "json",
                ),
            },
            {
                "Thing": Nav("Things", "{t}.id = {s}.device_id", False),
                "Sensor": Nav("Sensors", "{t}.id = {s}.device_id", False),
                "ObservedProperty": Nav("ObservedProperties", "{t}.id = {s}.property_id", False),
                "Observations": Nav("Observations", "{t}.stream_id = {s}.id", True),
            },
        ),
        Entity(
            "Sensors",
            "sensors_device",
            {
                "id": _ID,
                "name": _text("{a}.name"),
                "description": _text("{a}.description"),
                "encodingType": _text("'text/plain'::text"),
                "metadata": _text("'urn:uuid:' || {a}.id::text"),
            },
            {"Datastreams": Nav("Datastreams", "{t}.device_id = {s}.id", True)},
        ),
        Entity(
            "ObservedProperties",
            "sensors_property",
            {
                "id": _ID,
                "name": _text("{a}.name"),
                "definition": _text("{a}.definition"),
                "description": _text("{a}.name"),
            },
            {"Datastreams": Nav("Datastreams", "{t}.property_id = {s}.id", True)},
        ),
        Entity(
            "Observations",
            "sensors_reading",
            {
                "id": _ID,
                "phenomenonTime": Field("{a}.at", "time"),
                "resultTime": Field("{a}.at", "time"),
                "result": Field("{a}.value", "result"),
            },
            {
                "Datastream": Nav("Datastreams", "{t}.id = {s}.stream_id", False),
                "FeatureOfInterest": Nav(
                    "FeaturesOfInterest",
                    "{t}.device_id = (select m.device_id from sensors_stream m where m.id = {s}.stream_id) and "
                    + _WITHIN.format(p="{t}", o="{s}"),
                    False,
                ),
            },
        ),
        Entity(
            "FeaturesOfInterest",
            "sensors_place",
            {
                "id": _ID,
                "name": _text(_DEVICE_NAME),
                "description": _text("''::text"),
                "encodingType": _text(f"'{GEOJSON}'::text"),
                "feature": Field(_POINT, "json"),
            },
            {
                "Observations": Nav(
                    "Observations",
                    "{t}.stream_id in (select m.id from sensors_stream m where m.device_id = {s}.device_id) and "
                    + _WITHIN.format(p="{s}", o="{t}"),
                    True,
                )
            },
        ),
    )
}

CONFORMANCE = (
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/resource-path/resource-path-to-entities",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data",
)
