"""What goes wrong with anchors is told in the reader's language, whatever it is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext

from kawasan.rooms.log import api as log
from kawasan.rooms.log.rules import problems

ROOM = Path(problems.__file__).resolve().parent.parent
RAISED = {"NotOnChain", "NotAStamp"}


def _texts() -> set[str]:
    """Return what the room raises, with what is filled in as {said}."""
    found = set()
    for path in [*ROOM.glob("*.py"), *ROOM.glob("[aqr]*/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) and node.args:
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                if name in RAISED and (text := _text(node.args[0])):
                    found.add(text)
    return found


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else _filled(part) for part in node.values)
    return ""


def _filled(part: ast.FormattedValue) -> str:
    """Return an example of what is filled in."""
    return {"method": "eth_call", "answer.status_code": "503"}.get(ast.unparse(part.value), "7")


def test_every_problem_that_is_raised_is_known_and_said_in_indonesian_and_chinese():
    texts = _texts()
    assert len(texts) > 25
    assert sorted(text for text in texts if not _is_known(text)) == []
    for language in ("id", "zh-hans"):
        with translation.override(language):
            assert [known for known, _ in problems._PATTERNS if gettext(known) == known] == []


def _is_known(text: str) -> bool:
    """Say whether a text has a translation, or is made of others' words alone."""
    alike = {"7", "HTTP 503"}
    return text in alike or any(one.fullmatch(text) for _, one in problems._PATTERNS)


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("no answer: ConnectError", "tidak ada jawaban: ConnectError"),
        ("the node is of chain 5, not of 1", "node ini milik rantai 5, bukan 1"),
        ("not in a block yet: 0xab", "belum masuk blok: 0xab"),
        ("eth_gasPrice: method not found", "eth_gasPrice: method not found"),
        ("409: {0} and {said}", "409: {0} and {said}"),
        ("something that nobody knows", "something that nobody knows"),
    ],
)
def test_what_was_kept_in_english_is_read_in_indonesian(kept, told):
    with translation.override("id"):
        assert log.problem_in_words(kept, say=gettext) == told
