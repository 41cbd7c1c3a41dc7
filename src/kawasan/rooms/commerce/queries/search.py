"""Search of the shop: Indonesian full text, mistyped words, filters, order and keyset pages, in few queries."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core.paging import BadCursor, clamp_limit, decode_cursor, encode_cursor
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.queries.accounts import stock_levels
from kawasan.rooms.commerce.queries.catalogue import as_seller, categories, category
from kawasan.rooms.commerce.types.catalogue import Criteria, Facet, Facets, Found, Home, ProductCard, Sort
from kawasan.rooms.commerce.types.refusals import SearchInvalid

WORDS_MAX = 8
WORD_LENGTH_MAX = 40
TEXT_LENGTH_MAX = 200
LIKENESS_MIN = 0.35  # of trigrams: "spatu" and "sepatu" share 0.44, "kripik" and "keripik" 0.5

# Note [How a search finds]
# A product's document holds its name as written ('simple') and stemmed ('indonesian'), then seller and category, then
# the description. A word of the reader matches a beginning of a word as written or its stem. A word that begins no
# known word is taken for mistyped: known words of similar trigrams stand in for it. All words must match; where
# nothing holds all of them, any will do.
_KNOWN_WORDS = """
select q.word, w.word, w.kind
from unnest(%(words)s::text[]) as q(word)
cross join lateral (
  (select (ts_lexize('indonesian_stem', q.word))[1] as word, 'stem' as kind)
  union all
  (select word, 'known' from commerce_search_word
   where word like q.word || '%%' or word like (ts_lexize('indonesian_stem', q.word))[1] || '%%' limit 1)
  union all
  (select word, 'similar' from commerce_search_word
   where word %% q.word and similarity(word, q.word) >= %(likeness)s
   order by similarity(word, q.word) desc, word limit 3)
) w
"""

_SPECIAL_PRICES = """
specials as materialized (
  select v.product_id, min(coalesce(w.price_minor, v.price_minor)) as price_minor
  from commerce_variant v
  left join commerce_price_window w
    on w.variant_id = v.id and w.starts_at <= %(at)s and (w.ends_at is null or w.ends_at > %(at)s)
  where v.archived_at is null and v.product_id in (
    select other.product_id from commerce_price_window w join commerce_variant other on other.id = w.variant_id
    where w.starts_at <= %(at)s and (w.ends_at is null or w.ends_at > %(at)s))
  group by v.product_id)
"""

_MATCHES = """
matches as materialized (
  select p.id, p.business_id, p.category_id, s.province_code,
         coalesce(o.price_minor, p.price_from_minor) as price_minor, {key} as key
  from commerce_product p
  join commerce_seller s on s.business_id = p.business_id
  join commerce_product_figures f on f.product_id = p.id
  left join specials o on o.product_id = p.id
  where p.status = 'published' {where})
"""

_CARDS = """
select p.id, p.slug, p.name, p.category_id,
       (select digest from commerce_picture where product_id = p.id order by position limit 1),
       m.price_minor, p.price_from_minor, f.rating_count, f.rating_sum, f.sold,
       p.business_id, s.name, s.slug, s.regency_name, m.key, (select count(*) from matches)
from (select * from matches {after} order by key {way}, id {way} limit %(limit)s) m
join commerce_product p on p.id = m.id
join commerce_product_figures f on f.product_id = p.id
join commerce_seller s on s.business_id = p.business_id
order by m.key {way}, m.id {way}
"""

_KEYS = {
    Sort.POPULAR: ("f.sold", "desc"),
    Sort.NEWEST: ("(extract(epoch from p.published_at) * 1000000)::bigint", "desc"),
    Sort.CHEAPEST: ("coalesce(o.price_minor, p.price_from_minor)", "asc"),
    Sort.DEAREST: ("coalesce(o.price_minor, p.price_from_minor)", "desc"),
    # Few ratings say little: five of four stars are added to each product.
    Sort.RATING: ("((f.rating_sum + 20) * 1000000 / (f.rating_count + 5))::bigint", "desc"),
}
# Ratings and sales weigh a little among equally good texts.
_RELEVANCE = "(ts_rank(p.search, {query}) * 1000000 + ln(f.sold + 1) * 2000)::bigint"


HOME_PRODUCTS = 12
HOME_SELLERS = 8
_FIGURES = """
select count(*), count(distinct p.business_id), count(distinct s.province_code)
from commerce_product p join commerce_seller s on s.business_id = p.business_id where p.status = 'published'
"""
# One seller of each region, those that sold most.
_LOCAL_SELLERS = """
select * from (
  select distinct on (s.regency_code) s.*, sum(f.sold) as sold
  from commerce_seller s
  join commerce_product p on p.business_id = s.business_id and p.status = 'published'
  join commerce_product_figures f on f.product_id = p.id
  group by s.business_id order by s.regency_code, sum(f.sold) desc, s.business_id
) best order by sold desc, business_id limit %s
"""


@dataclass(frozen=True, slots=True)
class _Text:
    """A reader's words as search expressions; ``meant`` where a word was taken for mistyped."""

    words: tuple[tuple[str, ...], ...] = ()
    meant: str | None = None


def search_products(*, criteria: Criteria, at: datetime, cursor: str | None = None, limit: int | None = None) -> Found:
    """
    Return a page of published products with prices at ``at``, and how many there are in all.

    Mistyped words are understood, and ``meant`` then tells what was searched. Raises SearchInvalid for odd filters and
    BadCursor.
    """
    check_criteria(criteria)
    text = _understood(criteria.text)
    found = _page(criteria, text, at, cursor, limit, any_word=False)
    if not found.items and len(text.words) > 1:
        found = _page(criteria, text, at, cursor, limit, any_word=True)
    return found


def home(*, at: datetime) -> Home:
    """Return what the first page shows: popular and new products, sellers of many regions, a few figures."""
    popular = _rows(Criteria(sort=Sort.POPULAR), _Text(), at, None, HOME_PRODUCTS, any_word=False)
    newest = _rows(Criteria(sort=Sort.NEWEST), _Text(), at, None, HOME_PRODUCTS, any_word=False)
    cards = _cards([*popular, *newest])
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES)
        products, sellers, provinces = cursor.fetchone()
    return Home(
        popular=cards[: len(popular)],
        newest=cards[len(popular) :],
        sellers=tuple(as_seller(row) for row in models.Seller.objects.raw(_LOCAL_SELLERS, [HOME_SELLERS])),
        products=products,
        sellers_count=sellers,
        provinces=provinces,
    )


def facets(*, criteria: Criteria, at: datetime) -> Facets:
    """Return how many results each category and each province would leave, the largest first."""
    check_criteria(criteria)
    text = _understood(criteria.text)
    by_category = _counts(replace(criteria, category=""), text, at, "category_id")
    by_province = _counts(replace(criteria, province="", regency=""), text, at, "province_code")
    names = dict(models.Seller.objects.values_list("province_code", "province_name").distinct())
    return Facets(
        categories=tuple(Facet(value, count) for value, count in by_category),
        provinces=tuple(Facet(value, count, names.get(value, value)) for value, count in by_province),
    )


def regencies_of_sellers() -> list[tuple[str, str, str]]:
    """Return (regency code, name, province code) of every regency that has a seller, by name."""
    rows = models.Seller.objects.values_list("regency_code", "regency_name", "province_code").distinct()
    return sorted(rows, key=lambda row: row[1])


def check_criteria(criteria: Criteria) -> None:
    """Refuse filters that cannot be meant. Raises SearchInvalid, UnknownCategory."""
    if len(criteria.text) > TEXT_LENGTH_MAX or not 0 <= criteria.rating_from <= 5:
        raise SearchInvalid
    for bound in (criteria.price_from_minor, criteria.price_upto_minor):
        if bound is not None and not 0 <= bound < 2**63:
            raise SearchInvalid(field="price")
    if any("\0" in text for text in (criteria.text, criteria.regency, criteria.province)):
        raise SearchInvalid
    if criteria.category:
        category(slug=criteria.category)


def words_of(text: str) -> list[str]:
    """Return the searchable words of a text: lower case, without accents, letters and digits only."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return [word[:WORD_LENGTH_MAX] for word in re.findall(r"[a-z0-9]+", plain)]


def _understood(text: str) -> _Text:
    words = list(dict.fromkeys(words_of(text)))[:WORDS_MAX]
    if not words:
        return _Text()
    stems, known, similar = _known_words(words)
    groups, meant = [], []
    for word in words:
        mistyped = word not in known and len(word) > 2 and similar[word]
        groups.append((word, *stems[word], *(similar[word] if mistyped else ())))
        meant.append(similar[word][0] if mistyped else word)
    return _Text(tuple(groups), " ".join(meant) if meant != words else None)


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


def _page(
    criteria: Criteria, text: _Text, at: datetime, cursor: str | None, limit: int | None, *, any_word: bool
) -> Found:
    size = clamp_limit(limit)
    rows = _rows(criteria, text, at, cursor, size + 1, any_word=any_word)
    next_cursor = encode_cursor([rows[size - 1][14], str(rows[size - 1][0])]) if len(rows) > size else None
    total = rows[0][15] if rows else 0
    return Found(_cards(rows[:size]), next_cursor, total, text.meant, any_word and bool(rows))


def _rows(
    criteria: Criteria, text: _Text, at: datetime, cursor: str | None, limit: int, *, any_word: bool
) -> list[tuple[Any, ...]]:
    values = _values(criteria, text, at, any_word=any_word) | {"limit": limit}
    key, way = _order(criteria, text)
    after = ""
    if position := decode_cursor(cursor, int, str):
        values |= {"after_key": position[0], "after_id": _as_uuid(position[1])}
        after = f"where (key, id) {'<' if way == 'desc' else '>'} (%(after_key)s, %(after_id)s)"
    sql = f"with {_SPECIAL_PRICES}, {_MATCHES.format(key=key, where=_where(criteria, text))} "
    with connection.cursor() as database:
        database.execute(sql + _CARDS.format(after=after, way=way), values)
        return list(database.fetchall())


def _counts(criteria: Criteria, text: _Text, at: datetime, column: str) -> list[tuple[str, int]]:
    sql = f"with {_SPECIAL_PRICES}, {_MATCHES.format(key='0', where=_where(criteria, text))} "
    with connection.cursor() as database:
        database.execute(
            f"{sql} select {column}, count(*) from matches group by 1 order by 2 desc, 1",
            _values(criteria, text, at, any_word=False),
        )
        return list(database.fetchall())


def _order(criteria: Criteria, text: _Text) -> tuple[str, str]:
    if criteria.sort is Sort.RELEVANCE:
        return (_RELEVANCE.format(query="%(query)s::tsquery"), "desc") if text.words else _KEYS[Sort.POPULAR]
    return _KEYS[criteria.sort]


def _where(criteria: Criteria, text: _Text) -> str:
    price = "coalesce(o.price_minor, p.price_from_minor)"
    conditions = {
        "p.search @@ %(query)s::tsquery": bool(text.words),
        "p.category_id = %(category)s": bool(criteria.category),
        "p.business_id = %(business_id)s": criteria.business_id is not None,
        "s.regency_code = %(regency)s": bool(criteria.regency),
        "s.province_code = %(province)s": bool(criteria.province),
        f"{price} >= %(price_from)s": criteria.price_from_minor is not None,
        f"{price} <= %(price_upto)s": criteria.price_upto_minor is not None,
        "f.rating_sum >= %(rating)s * f.rating_count and f.rating_count > 0": bool(criteria.rating_from),
    }
    return "".join(f" and {sql}" for sql, wanted in conditions.items() if wanted)


def _values(criteria: Criteria, text: _Text, at: datetime, *, any_word: bool) -> dict[str, Any]:
    return {
        "at": at,
        "query": _tsquery(text, any_word=any_word),
        "category": criteria.category,
        "business_id": criteria.business_id,
        "regency": criteria.regency,
        "province": criteria.province,
        "price_from": criteria.price_from_minor,
        "price_upto": criteria.price_upto_minor,
        "rating": criteria.rating_from,
    }


def _tsquery(text: _Text, *, any_word: bool) -> str:
    # Words are [a-z0-9]+ only, so they can stand in the query as they are.
    groups = ["(" + " | ".join(f"{word}:*" for word in group) + ")" for group in text.words]
    return (" | " if any_word else " & ").join(groups)


def _cards(rows: list[tuple[Any, ...]]) -> tuple[ProductCard, ...]:
    motifs = {item.slug: item.motif for item in categories()}
    available = _available([row[0] for row in rows])
    return tuple(
        ProductCard(
            id=row[0],
            slug=row[1],
            name=row[2],
            category=row[3],
            motif=motifs[row[3]],
            picture=row[4],
            price_minor=row[5],
            ordinary_minor=row[6],
            rating_count=row[7],
            rating_sum=row[8],
            sold=row[9],
            business_id=row[10],
            seller_name=row[11],
            seller_slug=row[12],
            regency_name=row[13],
            available=available[row[0]],
        )
        for row in rows
    )


def _available(product_ids: list[UUID]) -> dict[UUID, int]:
    found: dict[UUID, int] = defaultdict(int)
    rows = models.Variant.objects.filter(product_id__in=product_ids, archived_at__isnull=True)
    owners = {
        variant: (product, business)
        for variant, product, business in rows.values_list("id", "product_id", "business_id")
    }
    for variant_id, level in stock_levels((business, variant) for variant, (_, business) in owners.items()).items():
        found[owners[variant_id][0]] += level.available
    return found


def _as_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadCursor from None
