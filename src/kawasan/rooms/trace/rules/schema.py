"""
The JSON Schema of EPCIS 2.0 events and documents, written from the standard's data model (EPCIS 2.0.1, section 7).

Words of its own it leaves open: any member with a namespace is somebody's extension.
"""

from __future__ import annotations

from typing import Any

from kawasan.rooms.trace.rules import vocabulary as words

Schema = dict[str, Any]

_URI: Schema = {"type": "string", "format": "uri"}
_TIME: Schema = {"type": "string", "format": "date-time"}
_NUMBER: Schema = {"type": "number"}
_TEXT: Schema = {"type": "string"}
_EXTENSION = r"^[A-Za-z][A-Za-z0-9+.\-]*:"
_OFFSET = r"^[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)$"
# A URI may name a word of one's own; the CBV's words are written bare.
_NOT_OF_CBV = r"^(?!urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/)"
_NOT_OF_VOC = r"^(?!https?://(?:www\.)?gs1\.org/voc/)"


def _word(known: tuple[str, ...], own: str = _NOT_OF_CBV) -> Schema:
    return {"anyOf": [{"enum": list(known)}, {"type": "string", "format": "uri", "pattern": own}]}


def _members(properties: Schema, *required: str, is_open: bool = True) -> Schema:
    """An object with these members; an open one takes extensions besides."""
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if is_open:
        made["patternProperties"] = {_EXTENSION: True}
    if required:
        made["required"] = list(required)
    return made


def _list(item: Schema, *, least: int = 0, is_set: bool = False) -> Schema:
    made: Schema = {"type": "array", "items": item}
    if least:
        made["minItems"] = least
    if is_set:
        made["uniqueItems"] = True
    return made


_CONTEXT: Schema = {"anyOf": [_URI, {"type": "object"}, _list({"anyOf": [_URI, {"type": "object"}]}, is_set=True)]}
_PLACE: Schema = {"type": "object", "properties": {"id": _URI}, "required": ["id"]}
_QUANTITY = _members(
    {"epcClass": _URI, "quantity": _NUMBER, "uom": {"type": "string", "pattern": "^[A-Z0-9]{2,3}$"}},
    "epcClass",
    is_open=False,
)
_DISPOSITION = _word(words.DISPOSITIONS)
_DISPOSITIONS = _list(_DISPOSITION, least=1, is_set=True)
_PERSISTENT = _members({"set": _DISPOSITIONS, "unset": _DISPOSITIONS}, is_open=False) | {"minProperties": 1}
_ERROR = _members(
    {"declarationTime": _TIME, "reason": _word(words.ERROR_REASONS), "correctiveEventIDs": _list(_URI)},
    "declarationTime",
)
_DEVICE: Schema = {"time": _TIME} | dict.fromkeys(
    ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"), _URI
)
_METADATA = _members(_DEVICE | {"startTime": _TIME, "endTime": _TIME})
_REPORT = _members(
    _DEVICE
    | {
        "type": _word(words.MEASUREMENTS, _NOT_OF_VOC),
        "exception": _word(words.ALERTS, _NOT_OF_VOC),
        "component": _word(words.COMPONENTS),
        "stringValue": _TEXT,
        "booleanValue": {"type": "boolean"},
        "hexBinaryValue": {"type": "string", "pattern": "^[A-Fa-f0-9]+$"},
        "uom": _TEXT,
    }
    | dict.fromkeys(("microorganism", "chemicalSubstance", "coordinateReferenceSystem", "uriValue"), _URI)
    | dict.fromkeys(("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"), _NUMBER),
    "type",
)
_SENSOR = _members({"sensorMetadata": _METADATA, "sensorReport": _list(_REPORT, least=1)}, "sensorReport")
_ILMD: Schema = {"type": "object", "propertyNames": {"pattern": _EXTENSION}}
_EPCS = _list(_URI, is_set=True)
_QUANTITIES = _list(_QUANTITY)

_COMMON: Schema = {
    "@context": _CONTEXT,
    "type": {"enum": list(words.EVENT_TYPES)},
    "eventID": _URI,
    "eventTime": _TIME,
    "recordTime": _TIME,
    "eventTimeZoneOffset": {"type": "string", "pattern": _OFFSET},
    "certificationInfo": {"anyOf": [_URI, _list(_URI)]},
    "errorDeclaration": _ERROR,
    "bizStep": _word(words.BIZ_STEPS),
    "disposition": _DISPOSITION,
    "readPoint": _PLACE,
    "bizLocation": _PLACE,
    "bizTransactionList": _list(
        _members({"type": _word(words.TRANSACTION_TYPES), "bizTransaction": _URI}, "bizTransaction", is_open=False)
    ),
    "sourceList": _list(_members({"type": _word(words.PARTY_TYPES), "source": _URI}, "type", "source", is_open=False)),
    "destinationList": _list(
        _members({"type": _word(words.PARTY_TYPES), "destination": _URI}, "type", "destination", is_open=False)
    ),
    "sensorElementList": _list(_SENSOR),
}
_ACTION: Schema = {"action": {"enum": list(words.ACTIONS)}}
_PARENT: Schema = {"parentID": _URI, "childEPCs": _list(_URI), "childQuantityList": _QUANTITIES}
_OWN: dict[str, Schema] = {
    "ObjectEvent": {
        "epcList": _EPCS,
        "quantityList": _QUANTITIES,
        "persistentDisposition": _PERSISTENT,
        "ilmd": _ILMD,
    }
    | _ACTION,
    "AggregationEvent": _PARENT | _ACTION,
    "AssociationEvent": _PARENT | _ACTION,
    "TransactionEvent": {"parentID": _URI, "epcList": _list(_URI), "quantityList": _QUANTITIES} | _ACTION,
    "TransformationEvent": {
        "inputEPCList": _EPCS,
        "inputQuantityList": _QUANTITIES,
        "outputEPCList": _EPCS,
        "outputQuantityList": _QUANTITIES,
        "transformationID": _URI,
        "persistentDisposition": _PERSISTENT,
        "ilmd": _ILMD,
    },
}


def _has(name: str, least: int = 1) -> Schema:
    return {"properties": {name: {"minItems": least}}, "required": [name]}


_DELETES: Schema = {"properties": {"action": {"const": "DELETE"}}, "required": ["action"]}
_CHILDREN: Schema = {"anyOf": [_has("childEPCs"), _has("childQuantityList"), _DELETES]}
_INPUT: Schema = {"anyOf": [_has("inputEPCList"), _has("inputQuantityList")]}
_OUTPUT: Schema = {"anyOf": [_has("outputEPCList"), _has("outputQuantityList")]}
# What an event must say at least, beyond its members.
_SAYS: dict[str, list[Schema]] = {
    "ObjectEvent": [
        {
            "anyOf": [
                _has("epcList", 0),
                _has("quantityList"),
                {"allOf": [_has("sensorElementList"), {"required": ["readPoint"]}]},
            ]
        },
        {"if": {"required": ["ilmd"]}, "then": {"properties": {"action": {"const": "ADD"}}}},
    ],
    "AggregationEvent": [_CHILDREN],
    "AssociationEvent": [_CHILDREN],
    "TransactionEvent": [{"anyOf": [_has("epcList", 0), _has("quantityList"), _DELETES]}],
    "TransformationEvent": [
        {
            "anyOf": [
                {"allOf": [_INPUT, _OUTPUT]},
                {"allOf": [{"anyOf": [_INPUT, _OUTPUT]}, {"required": ["transformationID"]}]},
            ]
        }
    ],
}
_NEEDS = {
    "ObjectEvent": ("action",),
    "AggregationEvent": ("action",),
    "AssociationEvent": ("action", "parentID"),
    "TransactionEvent": ("action", "bizTransactionList"),
    "TransformationEvent": (),
}


def event(kind: str) -> Schema:
    """Return the schema of one kind of event."""
    needs = ("type", "eventTime", "eventTimeZoneOffset", *_NEEDS[kind])
    made = _members(_COMMON | _OWN[kind], *needs) | {"allOf": _SAYS[kind]}
    if kind == "TransactionEvent":
        made["properties"] = made["properties"] | {
            "bizTransactionList": made["properties"]["bizTransactionList"] | {"minItems": 1}
        }
    return made


# An event of a type of somebody's own: what every event has, and anything else.
EXTENDED: Schema = {
    "type": "object",
    "properties": {name: shape for name, shape in _COMMON.items() if name != "type"} | {"type": _URI},
    "required": ["type", "eventTime", "eventTimeZoneOffset"],
}

_EVENTS: Schema = {"type": "array"}  # each event is checked by itself
_ATTRIBUTE: Schema = {"type": "object", "properties": {"id": _URI}, "required": ["id"]}
_ELEMENT: Schema = {
    "type": "object",
    "properties": {"id": _URI, "attributes": _list(_ATTRIBUTE), "children": _list(_URI)},
    "required": ["id"],
}
_VOCABULARIES = _list(
    {
        "type": "object",
        "properties": {"type": _URI, "vocabularyElementList": _list(_ELEMENT)},
        "required": ["type"],
    }
)
_HEAD: Schema = {
    "@context": _CONTEXT,
    "id": _URI,
    "schemaVersion": {"type": "string", "pattern": r"^\d+(\.\d+)*$"},
    "creationDate": _TIME,
}
DOCUMENT = _members(
    _HEAD
    | {
        "type": {"const": "EPCISDocument"},
        "instanceIdentifier": _TEXT,
        "sender": _TEXT,
        "receiver": _TEXT,
        "epcisHeader": _members(
            {"epcisMasterData": {"type": "object", "properties": {"vocabularyList": _VOCABULARIES}}}
        ),
        "epcisBody": {"type": "object", "properties": {"eventList": _EVENTS}, "required": ["eventList"]},
    },
    "@context",
    "type",
    "schemaVersion",
    "creationDate",
    "epcisBody",
)
QUERY_DOCUMENT = _members(
    _HEAD
    | {
        "type": {"const": "EPCISQueryDocument"},
        "epcisBody": _members(
            {
                "queryResults": _members(
                    {
                        "queryName": _TEXT,
                        "subscriptionID": _TEXT,
                        "resultsBody": _members({"eventList": _EVENTS, "vocabularyList": _VOCABULARIES}, "eventList"),
                    },
                    "queryName",
                    "resultsBody",
                )
            },
            "queryResults",
        ),
    },
    "@context",
    "type",
    "epcisBody",
)
