"""The search documents of products and the words that a mistyped one may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from kawasan.platform.db import requires_transaction

# What stands where, and how much it counts: the name, then seller, shelf and SKUs, then the description.
_DOCUMENTS = """
update commerce_product p
set search = setweight(to_tsvector('simple', p.name), 'A') || setweight(to_tsvector('indonesian', p.name), 'A')
  || setweight(to_tsvector('simple', s.name || ' ' || s.regency_name), 'C')
  || setweight(to_tsvector('indonesian', c.name_id) || to_tsvector('simple', c.name_id || ' ' || c.name_en), 'B')
  || setweight(to_tsvector('simple', coalesce(v.names, '')), 'B')
  || setweight(to_tsvector('indonesian', left(p.description, 4000)), 'D')
from commerce_seller s, commerce_category c,
  (select product_id, string_agg(name || ' ' || sku, ' ') as names from commerce_variant
   where product_id = any(%(ids)s) and archived_at is null group by product_id) v
where p.id = any(%(ids)s) and s.business_id = p.business_id and c.slug = p.category_id and v.product_id = p.id
"""

# In one order for everybody, so that two sellers who write the same new words wait instead of deadlocking.
_WORDS = """
insert into commerce_search_word (word)
select distinct found[1] as word
from commerce_product p join commerce_category c on c.slug = p.category_id,
  regexp_matches(lower(p.name || ' ' || c.name_id), '[a-z0-9]{3,40}', 'g') as found
where p.id = any(%(ids)s) and found[1] !~ '^[0-9]+$'
order by 1
on conflict do nothing
"""


@requires_transaction
def index_products(product_ids: Iterable[UUID]) -> None:
    """Write the search documents of products anew. Repeating it changes nothing."""
    ids = list(product_ids)
    with connection.cursor() as cursor:
        cursor.execute(_DOCUMENTS, {"ids": ids})
        cursor.execute(_WORDS, {"ids": ids})
