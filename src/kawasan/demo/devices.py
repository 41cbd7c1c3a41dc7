"""Devices that tell, over HTTP like real ones: a cold box, a machine, bins of the city; and who brings waste."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from contextlib import suppress
from datetime import datetime, timedelta
from math import sin
from random import Random
from uuid import UUID

from kawasan.core import clock, ids
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.core.money import rupiah
from kawasan.demo.sample import plan
from kawasan.demo.sample.origins import CHILLED_LOT
from kawasan.demo.sample.people import everything
from kawasan.rooms.sensors import api as sensors
from kawasan.rooms.zone import api as zone

EVERY_SECONDS = 20.0
STEP = timedelta(minutes=10)
PAST = timedelta(hours=26)
BINS = 9
BINS_SINCE = timedelta(days=7)  # never emptied: the first round has all of them
PRICES = {"plastic": 2_500, "paper": 1_200, "metal": 9_000, "cooking_oil": 6_000}
WEIGHED = (("organic", 2_340_000), ("residue", 1_875_500), ("plastic", 412_000), ("paper", 388_250))
HOME = (107.6098, -6.9147)  # Bandung
_DAY_MINUTES = 1_440


def _streams(*names: str) -> list[sensors.NewStream]:
    known = [sensors.PROPERTIES[name] for name in names]
    return [sensors.NewStream(one.key, one.key, one.unit) for one in known]


class Devices:
    """The devices of the demo. ``tick`` is called often and sends what is due."""

    def __init__(self, *, address: str, business_id: UUID) -> None:
        self._address, self._business_id = address, business_id
        self._random = Random("devices")
        self._keys: dict[str, str] = {}
        self._due = 0.0
        self._emptied: dict[UUID, float] = {}  # bins of today's round: since which hour they fill again

    def open(self) -> None:
        """Register what is missing, with a past, and give every device a new key: earlier ones are gone."""
        now = clock.now()
        box, machine = _streams("temperature", "battery"), _streams("state", "output", "rejects", "energy")
        ours, city, kinds = self._business_id, zone.ZONE_OWNER, sensors.DeviceKind
        fresh = self._device("box", ours, kinds.COLD_BOX, "Kotak dingin van B", box, HOME, now)
        self._device("machine", ours, kinds.MACHINE, "Mesin jahit 1", machine, HOME, now)
        self._device("scale", city, kinds.WEIGHBRIDGE, "Jembatan timbang", _streams("weight"), HOME, now)
        for number in range(1, BINS + 1):
            place = (HOME[0] + self._random.uniform(-0.03, 0.03), HOME[1] + self._random.uniform(-0.02, 0.02))
            self._device(
                f"bin{number}", city, kinds.BIN, f"Tempat sampah {number}", _streams("fill"), place, now, BINS_SINCE
            )
        if fresh:
            self._begin(now)

    def tick(self) -> None:
        """Send what is due; where the zone does not answer, the next time tells."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + EVERY_SECONDS
        for name in self._keys:
            with suppress(OSError, urllib.error.URLError):
                self._send(name, self._pack(name, clock.now()))
        self._visit()

    def _device(
        self, name: str, owner: UUID, kind: sensors.DeviceKind, title: str, streams: list[sensors.NewStream],
        place: tuple[float, float], now: datetime, since: timedelta = PAST,
    ) -> bool:  # fmt: skip
        device_id = ids.derived("demo.device", name)
        with everything():
            try:
                sensors.device(actor=SYSTEM, device_id=device_id)
                self._keys[name] = sensors.new_key(actor=SYSTEM, device_id=device_id, at=now).secret
            except sensors.UnknownDevice:
                made = sensors.register_device(
                    actor=SYSTEM, device_id=device_id, owner_id=owner, kind=kind, name=title, streams=streams,
                    position=sensors.Position(*place), at=now - since,
                )  # fmt: skip
                self._keys[name] = made.secret
                return True
        return False

    def _begin(self, now: datetime) -> None:
        """Tell the past of a new demo: a day of readings with one broken cold chain, weighings, people with waste."""
        box = ids.derived("demo.device", "box")
        with everything():
            sensors.change_device(actor=SYSTEM, device_id=box, reference=CHILLED_LOT, at=now - PAST)
            sensors.set_rule(
                actor=SYSTEM, rule_id=ids.derived("demo.rule", 1), device_id=box, stream="temperature",
                kind=sensors.RuleKind.LIMIT, high=8.0, seconds=1_800, at=now - PAST,
            )  # fmt: skip
            sensors.plan_machine(
                actor=SYSTEM, device_id=ids.derived("demo.device", "machine"), starts=0, ends=_DAY_MINUTES,
                ideal_seconds=55.0,
            )  # fmt: skip
        at = now - PAST + STEP
        moments = []
        while at < now:
            moments.append(at)
            at += STEP
        for name in self._keys:
            told = [reading for moment in moments for reading in self._readings(name, moment, now)]
            with everything():
                sensors.take_readings(secret=self._keys[name], readings=told, at=now)
        self._rounds(now)
        self._waste(now)

    def _rounds(self, now: datetime) -> None:
        """Let yesterday's round have missed its last bin, and today's have emptied its first."""
        for days, emptied in ((1, slice(-1)), (0, slice(1))):
            at = now - timedelta(days=days)
            round_id = ids.derived("demo.round", days)
            with everything():
                planned = sensors.plan_round(
                    actor=SYSTEM, round_id=round_id, day=clock.business_day(at), vehicle="D 8123 KB", at=at
                )
                for stop in planned.stops[emptied]:
                    sensors.collect(actor=SYSTEM, stop_id=stop.id, at=at)
                    self._emptied[stop.device_id] = at.timestamp() / 3_600
                if days:
                    sensors.close_round(actor=SYSTEM, round_id=round_id, at=at)
                    self._emptied.clear()  # what they told since is past

    def _waste(self, now: datetime) -> None:
        districts = zone.districts_of("32.73")
        with everything():
            for number, (material, grams) in enumerate(WEIGHED):
                sensors.weigh(
                    actor=SYSTEM, weighing_id=ids.derived("demo.weighing", number), material=sensors.Material(material),
                    district_code=districts[number].code, grams=grams, at=now,
                )  # fmt: skip
            for material, price in PRICES.items():
                sensors.set_price(
                    actor=SYSTEM, price_id=ids.derived("demo.price", material), owner_id=self._business_id,
                    material=sensors.Material(material), per_kg=rupiah(price), starts_on=clock.business_day(now),
                    at=now,
                )  # fmt: skip

    def _visit(self) -> None:
        """Let somebody bring waste, where the business's balance can pay for it."""
        buyer = self._random.choice([one for one in plan.buyers() if one.has_wallet])
        what = sensors.Brought(sensors.Material(self._random.choice(list(PRICES))), self._random.randint(300, 4_500))
        with suppress(Refusal), everything():
            sensors.take_waste(
                actor=SYSTEM, visit_id=ids.uuid7(), owner_id=self._business_id, email=buyer.email, brought=[what],
                at=clock.now(),
            )  # fmt: skip

    def _readings(self, name: str, at: datetime, now: datetime) -> list[sensors.NewReading]:
        return [
            sensors.NewReading(stream, at, text=value)
            if isinstance(value, str)
            else sensors.NewReading(stream, at, value)
            for stream, value in self._values(name, at, now).items()
        ]

    def _values(self, name: str, at: datetime, now: datetime) -> dict[str, float | str]:
        hours = at.timestamp() / 3_600
        if name == "box":
            warm = 6.5 if timedelta(hours=5) < now - at < timedelta(hours=6, minutes=10) else 0.0  # the door stood open
            return {
                "temperature": round(4.0 + sin(hours) + warm + self._random.uniform(-0.2, 0.2), 2),
                "battery": round(100 - hours % 168 / 3, 1),
            }
        if name == "machine":
            ran = hours % 87_600 * 60
            rests = 2 <= hours % 9 < 3
            return {
                "state": "idle" if rests else "running", "output": float(int(ran * 0.9)),
                "rejects": float(int(ran * 0.018)), "energy": round(ran * 0.011, 3),
            }  # fmt: skip
        if name == "scale":
            return {"weight": float(self._random.randint(3_000, 9_000))}
        number, emptied = int(name.removeprefix("bin")), self._emptied.get(ids.derived("demo.device", name))
        filled = hours * (1 + number % 3) + number * 29 if emptied is None else (hours - emptied) * (1 + number % 3)
        return {"fill": round(filled % 100, 1)}

    def _pack(self, name: str, at: datetime) -> list[dict[str, object]]:
        told = self._values(name, at, at)
        return [
            {"n": stream, "t": at.timestamp(), ("vs" if isinstance(value, str) else "v"): value}
            for stream, value in told.items()
        ]

    def _send(self, name: str, pack: list[dict[str, object]]) -> None:
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self._address}/v1/readings",
            data=json.dumps(pack).encode(),
            headers={"Authorization": f"Bearer {self._keys[name]}", "Content-Type": "application/senml+json"},
        )
        with urllib.request.urlopen(request, timeout=5):  # noqa: S310
            pass
