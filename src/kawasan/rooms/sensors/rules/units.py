"""Units and properties that are known by name: UCUM for programs, UN/CEFACT (Recommendation 20) for EPCIS."""

from __future__ import annotations

from dataclasses import dataclass

from kawasan.core.errors import msg

_QUDT = "http://qudt.org/vocab/unit/"
_GS1 = "https://gs1.org/voc/"
_OWN = "urn:kawasan:property:"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its UCUM code, how it is shown, its common code in UN/CEFACT, its address in QUDT."""

    ucum: str
    symbol: str
    name: str
    cefact: str
    definition: str


@dataclass(frozen=True, slots=True)
class Property:
    """What can be measured, and in which unit it usually is."""

    key: str
    name: str
    definition: str
    unit: str


UNITS = {
    unit.ucum: unit
    for unit in (
        Unit("1", "", "count", "C62", _QUDT + "NUM"),
        Unit("%", "%", "percent", "P1", _QUDT + "PERCENT"),
        Unit("Cel", "°C", "degree Celsius", "CEL", _QUDT + "DEG_C"),
        Unit("K", "K", "kelvin", "KEL", _QUDT + "K"),
        Unit("g", "g", "gram", "GRM", _QUDT + "GM"),
        Unit("kg", "kg", "kilogram", "KGM", _QUDT + "KiloGM"),
        Unit("t", "t", "tonne", "TNE", _QUDT + "TONNE"),
        Unit("L", "L", "litre", "LTR", _QUDT + "L"),
        Unit("m3", "m³", "cubic metre", "MTQ", _QUDT + "M3"),
        Unit("m", "m", "metre", "MTR", _QUDT + "M"),
        Unit("W", "W", "watt", "WTT", _QUDT + "W"),
        Unit("kW.h", "kWh", "kilowatt hour", "KWH", _QUDT + "KiloW-HR"),
        Unit("V", "V", "volt", "VLT", _QUDT + "V"),
        Unit("A", "A", "ampere", "AMP", _QUDT + "A"),
        Unit("Hz", "Hz", "hertz", "HTZ", _QUDT + "HZ"),
        Unit("Pa", "Pa", "pascal", "PAL", _QUDT + "PA"),
        Unit("lx", "lx", "lux", "LUX", _QUDT + "LUX"),
        Unit("mm/s", "mm/s", "millimetre per second", "C16", _QUDT + "MilliM-PER-SEC"),
        Unit("km/h", "km/h", "kilometre per hour", "KMH", _QUDT + "KiloM-PER-HR"),
        Unit("[ppm]", "ppm", "parts per million", "59", _QUDT + "PPM"),
    )
}

PROPERTIES = {
    one.key: one
    for one in (
        Property("temperature", msg("Temperature"), _GS1 + "Temperature", "Cel"),
        Property("humidity", msg("Relative humidity"), _GS1 + "RelativeHumidity", "%"),
        Property("fill", msg("Fill level"), _OWN + "fill", "%"),
        Property("weight", msg("Weight"), _GS1 + "Mass", "kg"),
        Property("battery", msg("Battery"), _OWN + "battery", "%"),
        Property("state", msg("State of the machine"), _OWN + "state", "1"),
        Property("output", msg("Pieces made"), _OWN + "output", "1"),
        Property("rejects", msg("Pieces rejected"), _OWN + "rejects", "1"),
        Property("energy", msg("Energy used"), _GS1 + "Energy", "kW.h"),
        Property("vibration", msg("Vibration"), _GS1 + "Speed", "mm/s"),
        Property("power", msg("Power"), _GS1 + "Power", "W"),
        Property("light", msg("Brightness"), _GS1 + "Illuminance", "lx"),
    )
}

# What the SenML registry (RFC 8428, 12.1; RFC 8798) calls units that UCUM calls otherwise.
_SENML = {"count": "1", "kWh": "kW.h", "%RH": "%", "%EL": "%", "EL": "%", "ppm": "[ppm]", "l": "L", "degC": "Cel"}


def same_unit(told: str, kept: str) -> bool:
    """Whether the unit in a message is that of the stream; a message may leave it out."""
    return not told or told == kept or _SENML.get(told) == kept


def cefact(ucum: str) -> str:
    """Return the UN/CEFACT code of a unit, empty where we know none."""
    unit = UNITS.get(ucum)
    return unit.cefact if unit else ""


def symbol(ucum: str) -> str:
    """Return how a unit is shown."""
    unit = UNITS.get(ucum)
    return unit.symbol if unit else ucum
