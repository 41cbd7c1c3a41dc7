"""The log's arithmetic against published vectors, and against itself."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kawasan.rooms.log.rules import canonical, entries, merkle, notes, proofs

VECTORS = Path(__file__).resolve().parents[5] / "tests/vectors/tlog"


def _cases(name: str):
    return json.loads((VECTORS / name).read_text())


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def test_the_hashes_of_the_reference_tree():
    tree = _cases("rfc6962-tree.json")
    leaves = [merkle.leaf_hash(bytes.fromhex(one)) for one in tree["leaf_inputs"]]
    assert [leaf.hex() for leaf in leaves] == tree["leaf_hashes"]
    assert [merkle.root_of(leaves[:size]).hex() for size in range(9)] == tree["root_by_size"]
    assert merkle.node_hash(b"N123", b"N456").hex() == tree["node_N123_N456"]
    assert merkle.leaf_hash(b"L123456").hex() == tree["leaf_L123456"]


def test_inclusion_proofs_are_taken_and_refused_as_the_reference_does():
    for case in _cases("inclusion-proofs.json"):
        taken = merkle.is_included(
            index=case["leafIdx"],
            size=case["treeSize"],
            leaf=_bytes(case["leafHash"]),
            path=[_bytes(one) for one in case["proof"] or []],
            root=_bytes(case["root"]),
        )
        assert taken is not case["wantErr"], case["id"]


def test_consistency_proofs_are_taken_and_refused_as_the_reference_does():
    for case in _cases("consistency-proofs.json"):
        taken = merkle.is_consistent(
            old=case["size1"],
            new=case["size2"],
            old_root=_bytes(case["root1"]),
            new_root=_bytes(case["root2"]),
            path=[_bytes(one) for one in case["proof"] or []],
        )
        assert taken is not case["wantErr"], case["id"]


def _tiles(hashes: list[bytes], steps: list[int]) -> merkle.Tiles:
    tiles: merkle.Tiles = {}
    size = 0
    while size < len(hashes):
        step = steps[size % len(steps)]
        tails = {level: tiles[level, place] for level, place in merkle.tail_names(size)}
        tiles |= merkle.append(size, tails, hashes[size : size + step])
        size = min(size + step, len(hashes))
    return tiles


@pytest.mark.parametrize("steps", [[1], [256], [3, 700], [1000]])
def test_roots_and_proofs_from_tiles_are_those_of_the_generated_trees(steps):
    trees = _cases("generated-trees.json")
    tiles = _tiles([merkle.leaf_hash(f"event {i}".encode()) for i in range(1000)], steps)

    def read(names):
        return {name: tiles[name] for name in names}

    for size, root in trees["roots"].items():
        assert merkle.tree_root(int(size), read).hex() == root
    for case in trees["inclusion"]:
        path = merkle.hashes_of(merkle.inclusion_ranges(case["index"], case["size"]), read)
        assert [one.hex() for one in path] == case["proof"]
    for case in trees["consistency"]:
        path = merkle.hashes_of(merkle.consistency_ranges(case["size1"], case["size2"]), read)
        assert [one.hex() for one in path] == case["proof"]


@given(st.integers(1, 70_000), st.data())
def test_any_leaf_proves_into_its_tree_and_any_older_tree_begins_it(size, data):
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    path = merkle.hashes_of(merkle.inclusion_ranges(index, size), _read_big)
    root = merkle.tree_root(size, _read_big)
    assert merkle.is_included(index=index, size=size, leaf=BIG[index], path=path, root=root)
    path = merkle.hashes_of(merkle.consistency_ranges(old, size), _read_big)
    old_root = merkle.tree_root(old, _read_big)
    assert merkle.is_consistent(old=old, new=size, old_root=old_root, new_root=root, path=path)


BIG = [merkle.leaf_hash(i.to_bytes(4, "big")) for i in range(70_000)]
_big_tiles = _tiles(BIG, [9_999])


def _read_big(names):
    return {name: _big_tiles[name] for name in names}


def test_a_real_tiled_log_is_laid_out_as_ours():
    log = _cases("tiled-log-small.json")
    key = notes.parse_key(log["verifier_key"])
    for state in log["states"]:
        note = notes.parse_note(state["checkpoint"])
        assert notes.verified(note, [key]) == [key]
        found = notes.parse_checkpoint(note.text)
        entries_so_far = [one.encode() for one in log["entries"][: state["size"]]]
        hashes = [merkle.leaf_hash(one) for one in entries_so_far]
        assert (found.origin, found.size, found.root) == (log["origin"], state["size"], merkle.root_of(hashes))
        if state["size"]:
            assert merkle.append(0, {}, hashes)[0, 0].hex() == state["tile_hex"]
            assert entries.bundle(entries_so_far).hex() == state["entries_hex"]


def test_notes_are_taken_and_refused_as_the_specification_says():
    for case in _cases("signed-notes.json"):
        try:
            taken = bool(notes.verified(notes.parse_note(case["note"]), [notes.parse_key(case["vkey"])]))
        except notes.NotANote:
            taken = False
        assert taken is case["valid"], case["name"]


@pytest.mark.parametrize(
    ("file", "member", "parse"),
    [("checkpoint-texts.json", "text", notes.parse_checkpoint), ("verifier-keys.json", "vkey", notes.parse_key)],
)
def test_what_a_parser_must_take_and_refuse(file, member, parse):
    for case in _cases(file):
        if case["valid"]:
            assert parse(case[member])
        else:
            with pytest.raises(notes.NotANote):
                parse(case[member])


def test_cosignatures_of_both_kinds_and_a_proof_file():
    for case in _cases("cosigned-checkpoints.json"):
        keys = [notes.parse_key(text) for text in case["keys"].values()]
        assert notes.verified(notes.parse_note(case["text"]), keys) == keys
        assert proofs.is_proved(case["tlog_proof"], entry=b"orchard 33", keys=keys)
        assert not proofs.is_proved(case["tlog_proof"], entry=b"orchard 34", keys=keys)
        assert proofs.render(proofs.parse(case["tlog_proof"])) == case["tlog_proof"]
        for bad in case["bad_for_witness_ed25519"]:
            with pytest.raises(notes.NotANote):
                notes.verified(notes.parse_note(bad["note"]), keys)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e21, "1e+21"),
        (1e20, "100000000000000000000"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (333333333.33333329, "333333333.3333333"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (295147905179352830000.0, "295147905179352830000"),
        (-123.456, "-123.456"),
    ],
)
def test_numbers_are_written_as_in_the_appendix_of_rfc_8785(value, text):
    assert canonical.number(value) == text


def test_names_are_ordered_by_their_utf_16_units_and_texts_escaped_as_little_as_possible():
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert [*json.loads(canonical.canonical(value)).values()] == [2, 4, 6, 7, 1, 5, 3]
    assert canonical.canonical({"a": '\x0f\n"\\/é\u2028'}) == '{"a":"\\u000f\\n\\"\\\\/é\u2028"}'.encode()


_TEXTS = st.text(st.characters(codec="utf-8"))
_NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
_JSON = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(_JSON)
def test_canonical_bytes_mean_the_same_and_are_their_own_canonical_form(value):
    written = canonical.canonical(value)
    read = json.loads(written, parse_int=float)  # as ECMAScript reads numbers
    assert read == value
    assert canonical.canonical(read) == written
    assert canonical._text(value, 0).encode() == written  # the quick way and the long one agree


@given(st.text(st.characters(codec="utf-8")), st.binary(max_size=40))
def test_an_entry_is_read_back_or_refused(kind, tail):
    if entries.is_kind(kind) and len(tail) == 32:
        assert entries.parse_entry(entries.entry(kind, tail)) == (kind, tail)
    else:
        with pytest.raises(ValueError):
            entries.parse_entry(kind.encode() + b"\0" + tail)
