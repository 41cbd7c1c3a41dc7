"""Search of the shop: Indonesian full text, mistyped words, filters, order and keyset pages, in few queries."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection

from kawasan.core.paging import BadCursor, clamp_limit, decode_cursor, encode_cursor
from kawasan.rooms.commerce import models
from kawasan.rooms.commerce.queries.accounts import stock_levels
from kawasan.rooms.commerce.queries.campaign_terms import terms_of_products
from kawasan.rooms.commerce.queries.catalogue import as_seller, categories, category
from kawasan.rooms.commerce.queries.search_words import tsquery, understood, words_of
from kawasan.rooms.commerce.types.codes import AccountCode
from kawasan.rooms.commerce.types.refusals import SearchInvalid
from kawasan.rooms.commerce.types.searching import Criteria, Facet, Facets, Found, Home, ProductCard, Sort

TEXT_LENGTH_MAX = 200
FEW = 5  # so few results, and similar words are looked for too

_SPECIAL_PRICES = """
specials as materialized (
  select v.product_id, min(coalesce(w.price_minor, v.price_minor)) as price_minor
  from commerce_variant v
  left join commerce_price_window w
    on w.variant_id = v.id and w.starts_at <= %(at)s and (w.ends_at is null or w.ends_at > %(at)s)
  where v.archived_at is null and v.product_id in (
    select other.product_id from commerce_price_window w join commerce_variant other on other.id = w.variant_id
    where w.starts_at <= %(at)s and (w.ends_at is null or w.ends_at > %(at)s))
  group by v.product_id),
campaigns as materialized (
  select o.product_id, min(o.price_minor) as price_minor
  from commerce_campaign_offer o
  join commerce_campaign c on c.id = o.campaign_id
  join commerce_variant v on v.id = o.variant_id and v.archived_at is null
  join ledger_account a on a.owner = o.id and a.code = %(campaign_code)s
  where o.state = 'accepted' and o.settled_at is null and c.published_at is not null
    and c.starts_at <= %(at)s and %(at)s < least(c.ends_at, c.ended_at)
    and a.credits_posted > a.debits_posted + a.debits_pending
  group by o.product_id)
"""
# What a product costs from: its cheapest variant now, or what a campaign with units left asks.
_PRICE = "least(coalesce(o.price_minor, p.price_from_minor), c.price_minor)"

_MATCHES = f"""
matches as materialized (
  select p.id, p.business_id, p.category_id, s.province_code, s.province_name, s.regency_code,
         {_PRICE} as price_minor, {{key}} as key
  from commerce_product p
  join commerce_seller s on s.business_id = p.business_id
  join commerce_product_figures f on f.product_id = p.id
  left join specials o on o.product_id = p.id
  left join campaigns c on c.product_id = p.id
  where p.status = 'published' and s.is_open {{where}})
"""

_CARDS = """
select p.id, p.slug, p.name, p.category_id,
       (select digest from commerce_picture where product_id = p.id order by position limit 1),
       m.price_minor, p.price_from_minor, f.rating_count, f.rating_sum, f.sold,
       p.business_id, s.name, s.slug, s.regency_name, m.key, (select count(*) from {source})
from (select * from {source} {after} order by key {way}, id {way} limit %(limit)s) m
join commerce_product p on p.id = m.id
join commerce_product_figures f on f.product_id = p.id
join commerce_seller s on s.business_id = p.business_id
order by m.key {way}, m.id {way}
"""

# Where choices are counted too, products are matched without them, once for both. Each choice is counted under the
# other filters, not under itself. The counts stand in one row, which is there also where nothing is found.
_CHOSEN = """
chosen as (select * from matches where %(category)s in ('', category_id) and %(province)s in ('', province_code)
           and %(regency)s in ('', regency_code)),
counted as (
  select json_agg(json_build_array(kind, value, count, label) order by kind, count desc, value)::text as counts from (
    select 'category', category_id, count(*), '' from matches
    where %(province)s in ('', province_code) group by category_id
    union all
    select 'province', province_code, count(*), min(province_name) from matches
    where %(category)s in ('', category_id) group by province_code) each(kind, value, count, label))
"""
_COUNTED = """
select card.*, case when row_number() over () = 1 then counted.counts end
from counted left join ({cards}) card on true
order by card.key {way}, card.id {way}
"""

_KEYS = {
    Sort.POPULAR: ("f.sold", "desc"),
    Sort.NEWEST: ("(extract(epoch from p.published_at) * 1000000)::bigint", "desc"),
    Sort.CHEAPEST: (_PRICE, "asc"),
    Sort.DEAREST: (_PRICE, "desc"),
    # Few ratings say little: five of four stars are added to each product.
    Sort.RATING: ("(f.rating_sum + 20)::bigint * 1000000 / (f.rating_count + 5)", "desc"),
}
# Ratings and sales weigh a little among equally good texts.
_RELEVANCE = (
    "(ts_rank(p.search, %(wanted)s::tsquery) * 1000000 + ts_rank(p.search, %(query)s::tsquery) * 100000"
    " + ln(f.sold + 1) * 2000)::bigint"
)

_ON_OFFER = """
select id, product_id, business_id from commerce_variant where product_id = any(%s::uuid[]) and archived_at is null
"""

HOME_PRODUCTS = 12
HOME_SELLERS = 8
_FIGURES = """
select count(*), count(distinct p.business_id), count(distinct s.province_code)
from commerce_product p join commerce_seller s on s.business_id = p.business_id
where p.status = 'published' and s.is_open
"""
# One seller of each region, those that sold most.
_LOCAL_SELLERS = """
select * from (
  select distinct on (s.regency_code) s.*, sum(f.sold) as sold
  from commerce_seller s
  join commerce_product p on p.business_id = s.business_id and p.status = 'published'
  join commerce_product_figures f on f.product_id = p.id
  where s.is_open group by s.business_id order by s.regency_code, sum(f.sold) desc, s.business_id
) best order by sold desc, business_id limit %s
"""


def search_products(*, criteria: Criteria, at: datetime, cursor: str | None = None, limit: int | None = None) -> Found:
    """
    Return a page of published products with prices at ``at``, and how many there are in all.

    Mistyped words are understood, and ``meant`` then tells what was searched. Raises SearchInvalid for odd filters and
    BadCursor.
    """
    check_criteria(criteria)
    return _found(criteria, partial(_page, criteria, at=at, cursor=cursor, limit=limit))[0]


def home(*, at: datetime) -> Home:
    """Return what the first page shows: popular and new products, sellers of many regions, a few figures."""
    popular = _rows(Criteria(sort=Sort.POPULAR), "", "", at, None, HOME_PRODUCTS)
    newest = _rows(Criteria(sort=Sort.NEWEST), "", "", at, None, HOME_PRODUCTS)
    cards = _cards([*popular, *newest], at)
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


def search_with_facets(
    *, criteria: Criteria, at: datetime, cursor: str | None = None, limit: int | None = None
) -> tuple[Found, Facets]:
    """Return what ``search_products`` does, and how many results each category and each province would leave."""
    check_criteria(criteria)
    return _found(criteria, partial(_page, criteria, at=at, cursor=cursor, limit=limit, counts=True))


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


def _found(criteria: Criteria, page: Callable[[str, str], tuple[Found, Facets]]) -> tuple[Found, Facets]:
    """Return a page and its choices, by the strictest expression that finds enough, else a more lenient one."""
    text = understood(criteria.text)
    exact, nearest = tsquery(text.words, whole=True), tsquery(text.nearest, whole=True)
    strict, lenient = tsquery(text.words), tsquery(text.stand_ins)
    found, facets = page(exact, strict)
    if not text.words or found.total >= FEW:
        return found, facets
    if lenient != strict:
        wider, more = page(nearest, lenient)
        if wider.total > found.total:
            return replace(wider, meant=text.meant), more
    if not found.items and len(text.words) > 1:
        found, facets = page(nearest, tsquery(text.stand_ins, " | "))
        return replace(found, meant=text.meant, any_word=bool(found.items)), facets
    return replace(found, meant=None if found.items else text.meant), facets


def _page(
    criteria: Criteria,
    wanted: str,
    query: str,
    *,
    at: datetime,
    cursor: str | None,
    limit: int | None,
    counts: bool = False,
) -> tuple[Found, Facets]:
    size = clamp_limit(limit)
    rows = _rows(criteria, wanted, query, at, cursor, size + 1, counts=counts)
    facets = _facets(next((row[16] for row in rows if row[16]), None) if counts else None)
    rows = [row for row in rows if row[0] is not None]
    next_cursor = encode_cursor([rows[size - 1][14], str(rows[size - 1][0])]) if len(rows) > size else None
    return Found(_cards(rows[:size], at), next_cursor, rows[0][15] if rows else 0), facets


def _rows(
    criteria: Criteria,
    wanted: str,
    query: str,
    at: datetime,
    cursor: str | None,
    limit: int,
    *,
    counts: bool = False,
) -> list[tuple[Any, ...]]:
    """Return rows that match ``query``, those that match ``wanted`` first among equals; with ``counts`` of choices."""
    values = _values(criteria, query, at) | {"limit": limit, "wanted": wanted}
    key, way = _order(criteria)
    after = ""
    if position := decode_cursor(cursor, int, str):
        values |= {"after_key": position[0], "after_id": _as_uuid(position[1])}
        after = f"where (key, id) {'<' if way == 'desc' else '>'} (%(after_key)s, %(after_id)s)"
    matched = replace(criteria, category="", province="", regency="") if counts else criteria
    sql = f"with {_SPECIAL_PRICES}, {_MATCHES.format(key=key, where=_where(matched))}"
    cards = _CARDS.format(source="chosen" if counts else "matches", after=after, way=way)
    with connection.cursor() as database:
        database.execute(f"{sql}, {_CHOSEN} {_COUNTED.format(cards=cards, way=way)}" if counts else sql + cards, values)
        return list(database.fetchall())


def _facets(counts: str | None) -> Facets:
    rows = json.loads(counts or "[]")
    return Facets(
        categories=tuple(Facet(value, count) for kind, value, count, _ in rows if kind == "category"),
        provinces=tuple(Facet(value, count, label) for kind, value, count, label in rows if kind == "province"),
    )


def _order(criteria: Criteria) -> tuple[str, str]:
    if criteria.sort is Sort.RELEVANCE:
        return (_RELEVANCE, "desc") if words_of(criteria.text) else _KEYS[Sort.POPULAR]
    return _KEYS[criteria.sort]


def _where(criteria: Criteria) -> str:
    conditions = {
        "p.search @@ %(query)s::tsquery": bool(words_of(criteria.text)),
        "p.category_id = %(category)s": bool(criteria.category),
        "p.business_id = %(business_id)s": criteria.business_id is not None,
        "s.regency_code = %(regency)s": bool(criteria.regency),
        "s.province_code = %(province)s": bool(criteria.province),
        f"{_PRICE} >= %(price_from)s": criteria.price_from_minor is not None,
        f"{_PRICE} <= %(price_upto)s": criteria.price_upto_minor is not None,
        "f.rating_sum >= %(rating)s * f.rating_count and f.rating_count > 0": bool(criteria.rating_from),
    }
    return "".join(f" and {sql}" for sql, wanted in conditions.items() if wanted)


def _values(criteria: Criteria, query: str, at: datetime) -> dict[str, Any]:
    return {
        "at": at,
        "campaign_code": int(AccountCode.CAMPAIGN),
        "query": query,
        "category": criteria.category,
        "business_id": criteria.business_id,
        "regency": criteria.regency,
        "province": criteria.province,
        "price_from": criteria.price_from_minor,
        "price_upto": criteria.price_upto_minor,
        "rating": criteria.rating_from,
    }


def _cards(rows: list[tuple[Any, ...]], at: datetime) -> tuple[ProductCard, ...]:
    motifs = {item.slug: item.motif for item in categories()}
    available = available_of([row[0] for row in rows])
    terms = terms_of_products(available, at=at)
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
            available=available[row[0]] + sum(item.left for item in terms.get(row[0], [])),
            has_campaign_units=any(item.left for item in terms.get(row[0], [])),
        )
        for row in rows
    )


def available_of(product_ids: list[UUID]) -> dict[UUID, int]:
    """Return how many units of each product are left, all variants on offer together; campaigns' own are not."""
    found: dict[UUID, int] = dict.fromkeys(product_ids, 0)
    with connection.cursor() as cursor:
        cursor.execute(_ON_OFFER, [product_ids])
        owners = {variant: (product, business) for variant, product, business in cursor.fetchall()}
    for variant_id, level in stock_levels((business, variant) for variant, (_, business) in owners.items()).items():
        found[owners[variant_id][0]] += level.available
    return found


def _as_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadCursor from None
