"""What a reader's words mean to the search: their stems, and known words that a mistyped one may stand for."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass

from django.db import connection

WORDS_MAX = 8
WORD_LENGTH_MAX = 40
LIKENESS_MIN = 0.35  # of trigrams: "spatu" and "sepatu" share 0.44, "kripik" and "keripik" 0.5

# Note [How a search finds]
# A product's document holds its name as written ('simple') and stemmed ('indonesian'), then seller and category, then
# the description. A word of the reader matches a beginning of a word as written, or its stem. Where that finds only a
# few products, known words of similar trigrams may stand in for each word: mistyped ones ("spatu") are understood, and
# both spellings ("kripik", "keripik") are found, the reader's own first. All words must match; where nothing holds all
# of them, any will do.
_KNOWN_WORDS = """
select q.word, w.word, w.kind
from unnest(%(words)s::text[]) as q(word)
cross join lateral (
  (select (ts_lexize('indonesian_stem', q.word))[1] as word, 'stem' as kind)
  union all
  (select word, 'known' from commerce_search_word
   where word in (q.word, (ts_lexize('indonesian_stem', q.word))[1]) limit 1)
  union all
  (select word, 'similar' from commerce_search_word
   where word %% q.word and word not like q.word || '%%' and similarity(word, q.word) >= %(likeness)s
   order by similarity(word, q.word) desc, word limit 3)
) w
"""


@dataclass(frozen=True, slots=True)
class Text:
    """A reader's words and what may stand in for each; ``meant`` where a word was taken for mistyped."""

    words: tuple[tuple[str, ...], ...] = ()
    nearest: tuple[tuple[str, ...], ...] = ()
    stand_ins: tuple[tuple[str, ...], ...] = ()
    meant: str | None = None


def words_of(text: str) -> list[str]:
    """Return the searchable words of a text: lower case, without accents, letters and digits only."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return [word[:WORD_LENGTH_MAX] for word in re.findall(r"[a-z0-9]+", plain)]


def understood(text: str) -> Text:
    """Return what a reader's text may mean: one question, none where it has no word."""
    words = list(dict.fromkeys(words_of(text)))[:WORDS_MAX]
    if not words:
        return Text()
    stems, known, similar = _known_words(words)
    meant = [similar[word][0] if similar[word] and word not in known else word for word in words]
    return Text(
        words=tuple((word, *stems[word]) for word in words),
        nearest=tuple((word, *stems[word], *similar[word][:1]) for word in words),
        stand_ins=tuple((word, *stems[word], *similar[word]) for word in words),
        meant=" ".join(meant) if meant != words else None,
    )


def _known_words(words: list[str]) -> tuple[dict[str, list[str]], set[str], dict[str, list[str]]]:
    stems: dict[str, list[str]] = defaultdict(list)
    similar: dict[str, list[str]] = defaultdict(list)
    known: set[str] = set()
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN_WORDS, {"words": words, "likeness": LIKENESS_MIN})
        for asked, word, kind in cursor.fetchall():
            if kind == "known":
                known.add(asked)
            elif kind == "similar":
                similar[asked].append(word)
            elif word and word != asked:
                stems[asked].append(word)
    return stems, known, similar


def tsquery(groups: tuple[tuple[str, ...], ...], between: str = " & ", *, whole: bool = False) -> str:
    """Return PostgreSQL's expression for one word of each group; beginnings of words, unless they must be ``whole``."""
    # Words are [a-z0-9]+ only, so they can stand in the query as they are.
    end = "" if whole else ":*"
    return between.join("(" + " | ".join(word + end for word in group) + ")" for group in groups)
