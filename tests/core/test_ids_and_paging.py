"""Ids and cursors come back as they went out, and what we did not make is refused."""

from __future__ import annotations

import base64
import copy
import os
import pickle
from uuid import RFC_4122, UUID, uuid5

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from kawasan.core import ids
from kawasan.core.errors import NotFound
from kawasan.core.paging import LIMIT_MAX, BadCursor, clamp_limit, decode_cursor, encode_cursor, page_of

prefixes = st.from_regex(r"[a-z]{2,6}", fullmatch=True)
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
numbers = st.integers(-(2**63), 2**63 - 1)
keys = st.tuples(texts, numbers)


@forall(prefixes, st.uuids())
def test_a_public_id_is_read_back(prefix, value):
    assert ids.parse(prefix, ids.public(prefix, value)) == value


@forall(st.uuids(), st.uuids())
def test_public_ids_sort_as_their_ids_do(left, right):
    assert (ids.public("ord", left) < ids.public("ord", right)) == (left < right)


@forall(st.text(max_size=40))
def test_only_ids_we_wrote_are_read(text):
    try:
        value = ids.parse("ord", text)
    except NotFound:
        return
    assert ids.public("ord", value) == text


@pytest.mark.parametrize("change", [str.upper, lambda text: text.replace("ord_", "pay_"), lambda text: text + "0",
                                    lambda text: text + "\n", lambda text: "ord_8" + text[5:]])  # fmt: skip
def test_a_changed_public_id_is_not_found(change):
    with pytest.raises(NotFound):
        ids.parse("ord", change(ids.public("ord", ids.uuid7())))


def test_new_ids_ascend_and_are_version_7():
    made = [ids.uuid7() for _ in range(5000)]
    assert made == sorted(set(made))
    assert {(value.version, value.variant) for value in made} == {(7, RFC_4122)}


def test_derived_ids_depend_on_every_part_and_its_place():
    assert ids.derived("a", "b") == ids.derived("a", "b")
    assert len({ids.derived("a", "b"), ids.derived("b", "a"), ids.derived("ab"), ids.derived("a", "b", "")}) == 4


@forall(st.uuids(version=4), st.integers(0, 99))
def test_an_id_derived_in_time_begins_with_its_sources_time_and_is_the_same_each_time(random, part):
    source = ids.uuid7()
    made = ids.derived_in_time("a", source, part)
    assert made == ids.derived_in_time("a", source, part)
    assert made.bytes[:6] == source.bytes[:6]
    assert (made.version, made.variant) == (8, RFC_4122)
    assert ids.derived_in_time("b", made).bytes[:6] == source.bytes[:6]
    assert len({made, ids.derived_in_time("b", source, part), ids.derived_in_time("a", source, part, "")}) == 3
    assert ids.derived_in_time("a", random, part) == ids.derived("a", random, part)


@forall(st.lists(texts, max_size=4))
def test_a_derived_id_is_the_version_5_of_its_parts(parts):
    assert ids.derived(*parts) == uuid5(ids.NAMESPACE, "\x1f".join(parts))


@forall(st.uuids())
def test_an_id_of_its_number_is_like_any_other(value):
    same = ids.of_int(value.int)
    assert (same, hash(same), str(same), same.bytes, same.version) == (
        value, hash(value), str(value), value.bytes, value.version)  # fmt: skip
    assert copy.copy(same) == pickle.loads(pickle.dumps(same)) == UUID(str(same))


@forall(keys)
def test_a_cursor_is_read_back(key):
    assert decode_cursor(encode_cursor(key), str, int) == key


@forall(st.text(max_size=60))
def test_a_cursor_we_did_not_make_is_refused_and_never_breaks(text):
    try:
        key = decode_cursor(text, str, int)
    except BadCursor:
        return
    assert key is None or (isinstance(key[0], str) and isinstance(key[1], int))


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "\u00e9",
        "e30",
        encode_cursor(["only one"]),
        encode_cursor([1, "swapped"]),
        encode_cursor(["", True]),
        encode_cursor(["", 2**63]),
        encode_cursor(["a\0b", 1]),
        encode_cursor(["\ud800", 1]),
        base64.urlsafe_b64encode(b"[" * 50_000).decode(),
    ],
    ids=range(10),
)
def test_a_cursor_of_another_shape_is_refused(cursor):
    with pytest.raises(BadCursor):
        decode_cursor(cursor, str, int)


@forall(st.lists(numbers, unique=True, max_size=60), st.integers(1, 20))
def test_walking_page_by_page_sees_every_row_once(rows, limit):
    rows, seen, cursor = sorted(rows), [], None
    while True:
        key = decode_cursor(cursor, int)
        fetched = [row for row in rows if key is None or row > key[0]][: limit + 1]
        page = page_of(fetched, limit, key=lambda row: (row,))
        seen.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == rows


def test_page_sizes_stay_within_bounds():
    assert [clamp_limit(limit) for limit in (-5, 0, 1, 50, 10**9)] == [1, 1, 1, 50, LIMIT_MAX]


def test_a_forked_process_draws_ids_of_its_own():
    ids.uuid7()
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writing, ids.uuid7().bytes)
        os._exit(0)
    mine = ids.uuid7()
    os.waitpid(child, 0)
    assert os.read(reading, 16)[8:] != mine.bytes[8:]


@forall(st.uuids())
def test_the_quick_text_of_an_id_is_its_text(value):
    assert ids.text(value) == str(value)
    assert ids.derived("a", value) == ids.derived("a", str(value))
