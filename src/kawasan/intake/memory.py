"""What a process remembers for a moment: bounded, and forgotten by age."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Answers by key, each for ``seconds`` at most; when there are ``most``, the older half is forgotten."""

    def __init__(self, *, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._known: dict[K, tuple[float, V]] = {}

    def known(self, keys: Iterable[K], now: float) -> tuple[dict[K, V], list[K]]:
        """Return what is known of keys, and which of them are unknown or too old."""
        remembered, oldest = self._known, now - self._seconds
        found: dict[K, V] = {}
        missing: dict[K, None] = {}
        for key in keys:
            entry = remembered.get(key)
            if entry is None or entry[0] < oldest:
                missing[key] = None
            else:
                found[key] = entry[1]
        return found, list(missing)

    def learn(self, answers: dict[K, V], now: float) -> None:
        """Remember answers."""
        if len(self._known) + len(answers) > self._most:
            kept = list(self._known.items())[len(self._known) // 2 :]
            self._known = dict(kept[-max(0, self._most - len(answers)) :])
        for key, value in answers.items():
            self._known.pop(key, None)  # so that the order of the dictionary is the order of age
            self._known[key] = (now, value)
