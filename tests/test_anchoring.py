"""``kawasan anchor`` as an operator uses it, with the authority that the room's tests ask."""

from __future__ import annotations

import json
from contextlib import nullcontext

import click
import pytest
from click.testing import CliRunner

from kawasan.rooms.log import api as log
from kawasan.rooms.log.tests.authority import Authority
from kawasan.rooms.log.tests.verifying import AT, published
from kawasan.server import anchor_command

pytestmark = pytest.mark.django_db


def _run(*words: str):
    group = click.Group("kawasan")
    anchor_command.add_commands(group, lambda context, zone: nullcontext())
    return CliRunner().invoke(group, ["anchor", *words])


def test_the_command_anchors_lists_and_checks_and_ends_with_1_where_something_failed(settings, tmp_path):
    log.submit(kind="test.note", subject="n", body={"n": 1}, at=AT, is_public=True)
    found = published()
    nobody = _run("now")
    assert (nobody.exit_code, "KAWASAN_TSA_URL" in nobody.output) == (1, True)
    assert "no checkpoint was anchored yet" in _run("list").output
    settings.KAWASAN_TSA_URL = "http://127.0.0.1:1/tsa"
    failed = _run("now")
    assert (failed.exit_code, "no answer: ConnectError" in failed.output) == (1, True)
    authority = Authority(tmp_path)
    settings.KAWASAN_TSA_ROOTS = str(authority.roots)
    with authority.serving() as address:
        settings.KAWASAN_TSA_URL = address
        held = _run("now", "--json")
    (row,) = json.loads(held.output)
    assert (held.exit_code, row["size"], row["kind"], row["problem"]) == (0, found.size, "rfc3161", "")
    assert json.loads(_run("list", "--json").output)[0]["id"] == row["id"]
    assert _run("check").exit_code == 0
    settings.KAWASAN_TSA_ROOTS = str(Authority(tmp_path / "other").roots)
    lost = _run("check")
    assert (lost.exit_code, "do not hold" in lost.output) == (1, True)
