"""Addresses of static files: those of the manifest, worked out once, and never one that was not collected."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from kawasan.server.storage import StaticFiles


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
