"""The clean city: rounds of bins, weighings, the waste bank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kawasan.core import ids
from kawasan.core.errors import Conflict, Invalid, NotFound, msg
from kawasan.rooms.sensors.types.devices import Position


class Material(StrEnum):
    """What waste is made of."""

    ORGANIC = "organic"
    PAPER = "paper"
    PLASTIC = "plastic"
    METAL = "metal"
    GLASS = "glass"
    TEXTILE = "textile"
    ELECTRONICS = "electronics"
    COOKING_OIL = "cooking_oil"
    RESIDUE = "residue"


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin, how full it is, and when it was last emptied."""

    device_id: UUID
    name: str
    district_code: str
    position: Position | None
    fill: float | None
    emptied_at: datetime | None
    is_due: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """A bin on a round, in its place."""

    id: UUID
    place: int
    device_id: UUID
    name: str
    fill: float | None
    position: Position | None
    collected_at: datetime | None
    is_missed: bool


@dataclass(frozen=True, slots=True)
class Round:
    """Bins to be emptied on a day, in the order of the way; closed, what was not emptied was missed."""

    id: UUID
    day: date
    vehicle: str
    metres: int
    planned_at: datetime
    closed_at: datetime | None
    stops: tuple[Stop, ...]

    @property
    def public_id(self) -> str:
        """The id that people and programs see."""
        return ids.public("rnd", self.id)

    @property
    def collected(self) -> int:
        """How many bins were emptied."""
        return sum(stop.collected_at is not None for stop in self.stops)


@dataclass(frozen=True, slots=True)
class Weighing:
    """Waste that went over the weighbridge."""

    id: UUID
    at: datetime
    material: Material
    district_code: str
    grams: int


class WorkKind(StrEnum):
    """What the city service did."""

    EMPTIED = "emptied"
    MISSED = "missed"
    WEIGHED = "weighed"


@dataclass(frozen=True, slots=True)
class Work:
    """One thing that the city service did, as everybody may know it."""

    id: UUID
    kind: WorkKind
    at: datetime
    name: str
    district_code: str = ""
    material: Material | None = None
    grams: int = 0


@dataclass(frozen=True, slots=True)
class Price:
    """What a waste bank pays for a kilogram, from a day on."""

    material: Material
    per_kg_minor: int
    starts_on: date


@dataclass(frozen=True, slots=True)
class Brought:
    """What somebody brought: a material and its weight."""

    material: Material
    grams: int


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A part of a visit, with the price that held."""

    material: Material
    grams: int
    per_kg_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Visit:
    """Waste that a person brought to a waste bank, and the money that went to the wallet for it."""

    id: UUID
    owner_id: UUID
    business_name: str
    person_id: UUID
    person_name: str
    at: datetime
    amount_minor: int
    transfer_id: UUID
    lines: tuple[VisitLine, ...]

    @property
    def public_id(self) -> str:
        """The id that people and programs see."""
        return ids.public("vis", self.id)

    @property
    def grams(self) -> int:
        """The weight of everything."""
        return sum(line.grams for line in self.lines)


@dataclass(frozen=True, slots=True)
class Share:
    """Weight of a material or of a district."""

    key: str
    grams: int


@dataclass(frozen=True, slots=True)
class CityFigures:
    """What everybody may know of a month."""

    month: date
    bins: int
    full_bins: int
    planned: int
    collected: int
    missed: int
    weighed: tuple[Share, ...]
    districts: tuple[Share, ...]
    brought: tuple[Share, ...]
    visits: int
    paid_minor: int


class RoundInvalid(Invalid):
    """Nothing to collect, or something else is wrong with the round."""

    code = "round-invalid"
    title = msg("Please check the round")
    detail = msg("{problem}")


class UnknownRound(NotFound):
    """No such round or stop."""

    code = "unknown-round"
    title = msg("We do not know this round")
    detail = msg("It does not exist, or it is not yours.")


class RoundClosed(Conflict):
    """The round is over."""

    code = "round-closed"
    title = msg("The round is over")
    detail = msg("Plan another one.")


class WasteInvalid(Invalid):
    """A weight, a price or a material that cannot be."""

    code = "waste-invalid"
    title = msg("Please check the weight")
    detail = msg("{problem}")


class NoPrice(Conflict):
    """The waste bank has set no price for a material."""

    code = "waste-price-missing"
    title = msg("There is no price for this material")
    detail = msg("Set what a kilogram of {material} is worth first.")


class UnknownVisit(NotFound):
    """No such visit, or not of the caller."""

    code = "unknown-visit"
    title = msg("We do not know this visit")
    detail = msg("It does not exist, or it is not yours.")


class UnknownMember(NotFound):
    """Nobody signs in with this address."""

    code = "unknown-member"
    title = msg("We do not know this person")
    detail = msg("Ask for the e-mail address with which they sign in.")


class VisitIdReused(Conflict):
    """The visit's id belongs to another one."""

    code = "visit-id-reused"
    title = msg("This visit was entered already")
    detail = msg("It says something else. Enter the new one from an empty form.")
