"""Finding a regency or city as people write it: "Bandung", "kab. bandung", "Jakarta Barat", "jawa barat"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from heapq import nsmallest

from kawasan.rooms.zone.rules.matching import Vocabulary, query_words, senses, words
from kawasan.rooms.zone.types import Regency

SEARCH_LIMIT_MAX = 50
_KINDS = {"kab": "kabupaten", "kabupaten": "kabupaten", "kota": "kota", "kotamadya": "kota"}
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "jkt": ("jakarta",),
    "dki": ("jakarta",),
    "jogja": ("yogyakarta",),
    "yogya": ("yogyakarta",),
    "jogjakarta": ("yogyakarta",),
    "solo": ("surakarta",),
    "kep": ("kepulauan",),
}
_NAME_WEIGHT = 3.0
_PROVINCE_WEIGHT = 1.0
_UNSAID = frozenset({"administrasi", "kabupaten", "kota"})


class RegionIndex:
    """An index of all regencies and cities."""

    def __init__(self, regencies: Iterable[Regency]) -> None:
        self._regencies = tuple(regencies)
        self._names = tuple(_bare(regency.name) for regency in self._regencies)
        self._kinds = tuple(words(regency.name)[0] for regency in self._regencies)
        self._weights: defaultdict[str, dict[int, float]] = defaultdict(dict)
        for number, regency in enumerate(self._regencies):
            for word in words(regency.province_name):
                self._weights[word][number] = _PROVINCE_WEIGHT
            for word in self._names[number]:
                self._weights[word][number] = _NAME_WEIGHT
        self._vocabulary = Vocabulary(self._weights)

    def search(self, text: str, limit: int) -> tuple[Regency, ...]:
        """
        Return the regencies and cities that fit a typed text, best first. Every typed word must fit.

        The exact name comes first, then names before provinces; "kota" and "kab." choose between two of one name.
        """
        limit = max(1, min(limit, SEARCH_LIMIT_MAX))
        typed = query_words(text)
        wanted = {_KINDS[word] for word in typed if word in _KINDS}
        name = [word for word in typed if word not in _KINDS and word != "administrasi"]
        scores = self._fitting(name) if name else dict.fromkeys(range(len(self._regencies)), 0.0) if wanted else {}

        def rank(number: int) -> tuple[bool, bool, float, int, str]:
            exact = self._names[number] == name
            other_kind = bool(wanted) and self._kinds[number] not in wanted
            return (not exact, other_kind, -scores[number], len(self._names[number]), self._regencies[number].code)

        return tuple(self._regencies[number] for number in nsmallest(limit, scores, key=rank))

    def _fitting(self, typed: list[str]) -> dict[int, float]:
        fitting = self._scores(typed[0])
        for word in typed[1:]:
            scores = self._scores(word)
            fitting = {number: score + scores[number] for number, score in fitting.items() if number in scores}
        return fitting

    def _scores(self, word: str) -> dict[int, float]:
        scores: dict[int, float] = {}
        for sense in senses(word, self._vocabulary, _SYNONYMS):
            for known, sureness in sense.items():
                for number, weight in self._weights[known].items():
                    scores[number] = max(scores.get(number, 0.0), weight * sureness)
        return scores


def _bare(name: str) -> list[str]:
    return [word for word in words(name) if word not in _UNSAID] or words(name)
