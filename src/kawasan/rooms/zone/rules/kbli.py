"""KBLI, the classification of business activities: its three sectors, its codes, and finding one by typing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from heapq import nsmallest
from math import log

from kawasan.rooms.zone.rules.everyday import EVERYDAY, SYNONYMS
from kawasan.rooms.zone.rules.matching import Vocabulary, query_words, senses, words
from kawasan.rooms.zone.types import KBLI_EDITION_NOW, BroadSector, InvalidKbli, Kbli, WrongKbliEdition

SEARCH_LIMIT_MAX = 50
_CODE = re.compile(r"[0-9]{5}")


def broad_sector(division: str) -> BroadSector:
    """
    Return the sector of a division: agriculture 01-03, industry 05-43, services 45-99.

    The same in KBLI 2020 and 2025, while section letters moved between them. Raises InvalidKbli.
    Source: BPS Reg. 2/2020 and 7/2025, grouped as ISIC Rev. 4 annex tables do.
    """
    number = int(division) if re.fullmatch(r"[0-9]{2}", division) else 0
    if 1 <= number <= 3:
        return BroadSector.AGRICULTURE
    if 5 <= number <= 43:
        return BroadSector.INDUSTRY
    if 45 <= number <= 99:
        return BroadSector.SERVICES
    raise InvalidKbli(field="kbli_code")


def find_kbli(tables: Mapping[str, Mapping[str, Kbli]], code: str, edition: str = KBLI_EDITION_NOW) -> Kbli:
    """
    Return the activity of a five-digit code in one edition; ``tables`` holds every edition by code.

    Raises WrongKbliEdition where another edition has the code, InvalidKbli where none has it.
    """
    if not _CODE.fullmatch(code) or edition not in tables:
        raise InvalidKbli(field="kbli_code")
    if code in tables[edition]:
        return tables[edition][code]
    for found, table in tables.items():
        if code in table:
            raise WrongKbliEdition(field="kbli_code", kbli=code, found=found, edition=edition)
    raise InvalidKbli(field="kbli_code")


_STOP_WORDS = frozenset(
    words(
        "dan atau yang di ke dari untuk dengan pada dalam ini itu juga serta oleh sebagai seperti lain lainnya tidak"
        " kelompok mencakup termasuk kegiatan usaha ytdl"
    )
)

_EXCLUDES = re.compile(r"\btidak (?:mencakup|termasuk)\b")
_INCLUDES_AGAIN = re.compile(r"\bKelompok ini (?:juga )?mencakup\b")
_OTHER_THAN = re.compile(r"\b(?:SELAIN|BUKAN|KECUALI)\b[^)]*", re.IGNORECASE)


def included(description: str) -> str:
    """Return a description without what it says is *not* meant: that would find the wrong code."""
    kept, start = [], 0
    while excludes := _EXCLUDES.search(description, start):
        kept.append(description[start : excludes.start()])
        aside = description.rfind("(", start, excludes.start()) > description.rfind(")", start, excludes.start())
        if aside and (closing := description.find(")", excludes.end())) >= 0:
            start = closing + 1
        elif again := _INCLUDES_AGAIN.search(description, excludes.end()):
            start = again.start()
        else:
            return "".join(kept)
    return "".join(kept) + description[start:]


# Weights of a word: in the title, among the first words of the description, later in it. Tuned on everyday names of
# small businesses (tests/rules/test_reference.py); a change that loses one of them shows there.
_TITLE_WEIGHT = 3.0
_OPENING_WEIGHT = 1.6
_LATER_WEIGHT = 1.0
_OPENING_WORDS = 30
_EVERYDAY_SCORE = 1000.0


class KbliIndex:
    """An index of one edition that answers a typed text within milliseconds."""

    def __init__(self, activities: Iterable[Kbli]) -> None:
        self._activities = tuple(sorted(activities, key=lambda activity: activity.code))
        self._numbers = {activity.code: number for number, activity in enumerate(self._activities)}
        self._weights: defaultdict[str, dict[int, float]] = defaultdict(dict)
        for number, activity in enumerate(self._activities):
            self._add(number, words(included(activity.description))[_OPENING_WORDS:], _LATER_WEIGHT)
            self._add(number, words(included(activity.description))[:_OPENING_WORDS], _OPENING_WEIGHT)
            self._add(number, words(_OTHER_THAN.sub("", activity.title)), _TITLE_WEIGHT)
        for word in _STOP_WORDS:
            self._weights.pop(word, None)
        self._vocabulary = Vocabulary(self._weights)

    def _add(self, number: int, found: Iterable[str], weight: float) -> None:
        for word in found:
            self._weights[word][number] = weight

    def search(self, text: str, limit: int) -> tuple[Kbli, ...]:
        """
        Return the activities that fit a typed text, best first; digits are the beginning of a code.

        Activities that fit more of the typed words come first, then words of the title before words of the description,
        rare words before common ones, short titles before long ones. Nothing typed finds nothing.
        """
        limit = max(1, min(limit, SEARCH_LIMIT_MAX))
        typed = query_words(text)
        if len(typed) == 1 and typed[0].isdigit():
            return tuple(activity for activity in self._activities if activity.code.startswith(typed[0]))[:limit]
        hits: defaultdict[int, list[float]] = defaultdict(list)
        for word in typed:
            for number, score in self._scores(word).items():
                hits[number].append(score)
        known_names = [codes for name, codes in EVERYDAY if name <= set(typed)]
        for place, code in enumerate(code for codes in known_names for code in codes):
            hits[self._numbers[code]] = [_EVERYDAY_SCORE - place] * len(typed)
        best = nsmallest(limit, hits, key=lambda number: self._rank(number, hits[number]))
        return tuple(self._activities[number] for number in best)

    def _scores(self, word: str) -> dict[int, float]:
        if word in _STOP_WORDS:
            return {}
        total: defaultdict[int, float] = defaultdict(float)
        for sense in senses(word, self._vocabulary, SYNONYMS):
            best: dict[int, float] = {}
            for known, sureness in sense.items():
                rarity = log(1 + len(self._activities) / len(self._weights[known]))
                for number, weight in self._weights[known].items():
                    best[number] = max(best.get(number, 0.0), weight * sureness * rarity)
            for number, score in best.items():
                total[number] += score
        return total

    def _rank(self, number: int, scores: list[float]) -> tuple[int, float, int, str]:
        activity = self._activities[number]
        return (-len(scores), -sum(scores), len(activity.title), activity.code)
