"""Reads the vectors in tests/vectors: what must come out, each with its source."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "vectors"


@cache
def vectors(topic: str) -> list[dict[str, Any]]:
    """Return every vector of a topic."""
    document = json.loads((FOLDER / f"{topic}.json").read_text(encoding="utf-8"))
    assert document["count"] == len(document["vectors"])
    return document["vectors"]


def kinds(topic: str) -> set[str]:
    """Return every kind of a topic, so that a test can say that none is left out."""
    return {vector["kind"] for vector in vectors(topic)}


def each(topic: str, *wanted: str) -> pytest.MarkDecorator:
    """Parametrize a test by ``given`` and ``expected`` over the vectors of some kinds."""
    rows = [vector for vector in vectors(topic) if vector["kind"] in wanted]
    assert rows, f"no vectors of {wanted}"
    return pytest.mark.parametrize(
        ("given", "expected"), [pytest.param(row["input"], row["expected"], id=row["id"]) for row in rows]
    )
