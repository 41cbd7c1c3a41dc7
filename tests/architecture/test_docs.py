"""Docs that must be complete: settings, links, the commands of the README."""

from __future__ import annotations

import re
from pathlib import Path

from kawasan.rooms.zone.types.businesses import SCOPES

ROOT = Path(__file__).resolve().parents[2]
INTERNAL = {"KAWASAN_WIRING"}  # a Django setting, not a variable of the environment


def test_every_setting_is_explained():
    source = "\n".join(path.read_text() for path in (ROOT / "src/kawasan").rglob("*.py") if "tests" not in path.parts)
    named = set(re.findall(r"KAWASAN_[A-Z_]+[A-Z]|DATABASE_URL", source)) - INTERNAL
    told = (ROOT / "docs/reference/settings.md").read_text()
    assert sorted(name for name in named if f"`{name}" not in told) == []


def test_links_between_our_documents_lead_somewhere():
    broken = []
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/kawasan/rooms/*/README.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def test_the_readme_names_the_two_commands():
    text = (ROOT / "README.md").read_text()
    assert "make demo" in text
    assert "make test" in text


def test_scopes_that_our_documents_name_are_there():
    pages = [*ROOT.glob("docs/**/*.md"), *ROOT.glob("src/kawasan/rooms/*/README.md")]
    named = {scope for page in pages for scope in re.findall(r"`([a-z]+:(?:read|write|admit))`", page.read_text())}
    assert named - set(SCOPES) == set()
