"""``pip install .`` gives a working command with templates, texts, static files and sample data inside."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

NEEDED = [
    "kawasan/server/templates/base.html",
    "kawasan/server/static/css/tokens.css",
    "kawasan/server/locale/id/LC_MESSAGES/django.mo",
    "kawasan/rooms/zone/locale/zh_Hans/LC_MESSAGES/django.mo",
    "kawasan/rooms/zone/data/kbli-2025/05_kelompok.json",
    "kawasan/rooms/payments/data/qris_nns.csv",
    "kawasan/demo/data/products.csv.gz",
]


@pytest.mark.slow
def test_the_wheel_holds_what_the_product_needs_and_no_tests(tmp_path):
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--wheel-dir",
            tmp_path,
            ROOT,
        ],
        check=True,
    )
    (wheel,) = tmp_path.glob("kawasan-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = archive.read(next(n for n in names if n.endswith("/METADATA"))).decode()
        archive.extractall(tmp_path / "installed")
    assert [name for name in NEEDED if name not in names] == []
    assert not [name for name in names if "/tests/" in name]
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("licenses/NOTICE") for name in names)
    assert "License-Expression: Apache-2.0" in metadata

    done = subprocess.run(
        [sys.executable, "-m", "kawasan", "--help"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "installed"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    for command in ("serve", "verify", "rebuild", "backup", "restore"):
        assert command in done.stdout
