"""A lean device for measurements: it publishes at QoS 1 as fast as a broker takes, and again what may be missing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from kawasan.server.mqtt_wire import Link, publishing

WINDOW = 1_000  # unacknowledged at once
TOGETHER = 200  # in one write
CONNECT_SECONDS_MAX = 30.0
ANSWER_SECONDS = 5.0
NUMBERS = 65_535


class Publisher:
    """One device with one topic, which counts its messages."""

    def __init__(self, address: str, *, user: str, password: str, topic: str) -> None:
        self._open: Callable[[], Link] = lambda: Link.open(address, client="bench", user=user, password=password)
        self._topic, self._start, self._count = topic, int(time.time()) - 2_000_000, 0
        self.taken_over = 0  # by the broker

    def send(self, messages: int) -> None:
        """Publish so many messages of one reading each; return when the broker has acknowledged every one."""
        waiting: dict[int, bytes] = {}
        payloads = iter([self._payload() for _ in range(messages)])
        deadline = time.monotonic() + CONNECT_SECONDS_MAX
        while True:
            try:
                link = self._open()
                link.send([publishing(self._topic, one, number=number, again=True) for number, one in waiting.items()])
                self._send_all(link, payloads, waiting)
                link.close()
                return
            except OSError:  # the broker is away: it comes back, and gets again what it may not have
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _send_all(self, link: Link, payloads: Iterator[bytes], waiting: dict[int, bytes]) -> None:
        is_more = True
        while is_more or waiting:
            packets: list[bytes] = []
            while is_more and len(waiting) < WINDOW and len(packets) < TOGETHER:
                payload = next(payloads, None)
                is_more = payload is not None
                if payload is not None:
                    self._count += 1
                    number = self._count % NUMBERS + 1
                    waiting[number] = payload
                    packets.append(publishing(self._topic, payload, number=number))
            link.send(packets)
            if len(waiting) >= WINDOW or not is_more:
                self._take_answers(link, waiting)

    def _take_answers(self, link: Link, waiting: dict[int, bytes]) -> None:
        found = link.acknowledged(ANSWER_SECONDS) if waiting else []
        for number in found:
            self.taken_over += waiting.pop(number, None) is not None

    def _payload(self) -> bytes:
        self._start += 1
        return b'[{"v":4.2,"t":%d,"seq":%d}]' % (self._start, self._start)
