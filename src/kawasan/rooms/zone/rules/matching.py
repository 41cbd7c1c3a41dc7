"""Finding by typing: words of a text, word beginnings, and words that are one slip of the finger away."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping

QUERY_CHARACTERS_MAX = 100
QUERY_WORDS_MAX = 8
# Shorter words are too often one letter away from another word.
SLIP_LETTERS_MIN = 4

_WORD = re.compile(r"[a-z0-9]+")


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _WORD.findall(plain.lower())


def query_words(text: str) -> list[str]:
    """Return the first words somebody typed, each once; what is past the limits is ignored."""
    return list(dict.fromkeys(words(text[:QUERY_CHARACTERS_MAX])))[:QUERY_WORDS_MAX]


class Vocabulary:
    """A sorted list of words that answers which of them begin with, or nearly are, a typed word."""

    def __init__(self, known: Iterable[str]) -> None:
        self._sorted = sorted(set(known))

    def beginning_with(self, start: str) -> list[str]:
        """Return the words that begin with ``start``, in order."""
        first = bisect_left(self._sorted, start)
        after = bisect_left(self._sorted, start + "\x7f")
        return self._sorted[first:after]

    def near(self, word: str) -> list[str]:
        """Return the words one slip away: a letter too many, too few, wrong, or two swapped."""
        if len(word) < SLIP_LETTERS_MIN:
            return []
        return [known for known in self._sorted if one_slip_apart(word, known)]


def one_slip_apart(left: str, right: str) -> bool:
    """Return whether two different words are one insertion, deletion, replacement or swap of neighbours apart."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    same = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        same += 1
    left, right = left[same:], right[same:]
    if len(left) == len(right):
        return left[1:] == right[1:] or (left[:2] == right[1::-1] and left[2:] == right[2:])
    return left[1:] == right or left == right[1:]


def senses(word: str, vocabulary: Vocabulary, synonyms: Mapping[str, tuple[str, ...]]) -> list[dict[str, float]]:
    """
    Return what a typed word may mean, sense by sense: the known words of each sense and how surely they are meant.

    The first sense is the word itself (1) or a longer word that begins with it (0.6), then each synonym (0.7). Only
    where nothing of this is known come the words one slip away (0.5).
    """
    found = [{known: 1.0 if known == word else 0.6 for known in vocabulary.beginning_with(word)}]
    found.extend(dict.fromkeys(vocabulary.beginning_with(other), 0.7) for other in synonyms.get(word, ()))
    found = [sense for sense in found if sense]
    near = {} if found else dict.fromkeys(vocabulary.near(word), 0.5)
    return found or ([near] if near else [])
