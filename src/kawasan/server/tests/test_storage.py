"""Addresses of static files: those of the manifest, worked out once, and never one that was not collected."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from whitenoise import compress

from kawasan.server.storage import StaticFiles

STYLE = b"a { color: red } " * 40


@pytest.fixture
def files(tmp_path, settings) -> StaticFiles:
    settings.DEBUG = False
    made = StaticFiles(location=tmp_path, base_url="/static/")
    made._save("app.css", ContentFile(b"a { color: red }"))
    list(made.post_process({"app.css": (made, "app.css")}))
    return StaticFiles(location=tmp_path, base_url="/static/")


def test_an_address_is_worked_out_once_and_is_the_manifests(files, monkeypatch):
    first = files.url("app.css")
    assert first == "/static/" + files.hashed_files["app.css"] != "/static/app.css"
    monkeypatch.setattr(files, "stored_name", lambda _name: pytest.fail("worked out again"))
    assert files.url("app.css") == first


def test_a_file_that_was_not_collected_is_refused_each_time(files):
    for _ in range(2):
        with pytest.raises(ValueError, match=r"none\.css"):
            files.url("none.css")


def _collected(folder: Path) -> None:
    made = StaticFiles(location=folder, base_url="/static/")
    made._save("app.css", ContentFile(STYLE)) if not made.exists("app.css") else None
    list(made.post_process({"app.css": (made, "app.css")}))


def test_a_file_under_two_names_is_compressed_once_and_a_repeat_compresses_nothing(tmp_path, settings, monkeypatch):
    settings.DEBUG, done = False, []
    for kind in ("gzip", "brotli"):
        make = getattr(compress.Compressor, f"compress_{kind}")
        counting = staticmethod(lambda data, kind=kind, make=make: done.append(kind) or make(data))
        monkeypatch.setattr(compress.Compressor, f"compress_{kind}", counting)
    _collected(tmp_path)
    kinds = sorted(set(done))
    assert "gzip" in kinds
    assert sorted(done) == kinds
    _collected(tmp_path)
    assert sorted(done) == kinds

    packed = sorted(tmp_path.glob("*.gz"))
    assert len(packed) == 2
    for path in packed:  # as a process leaves it that was killed
        path.write_bytes(path.read_bytes()[:-9])
    _collected(tmp_path)
    assert sorted(done) == sorted([*kinds, "gzip"])
    assert [gzip.decompress(path.read_bytes()) for path in packed] == [STYLE, STYLE]
