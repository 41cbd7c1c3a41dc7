"""Browser tests drive the running demo in headless Chromium, as its people would."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.demo.running import SECONDS_MAX, a_folder, cut_off, start, told_in

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY_SECONDS_MAX = SECONDS_MAX


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            if not Path(CHROMIUM).exists() and "chromium" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.skip(reason=f"no Chromium at {CHROMIUM}: set CHROMIUM=/path"))


@pytest.fixture(scope="package")
def begun_anew() -> Iterator[Path]:
    """
    Start the demo, quietly, in a folder of its own where one was killed before its sample was whole; yield the folder.

    One demo serves both: to put the sample in takes longer than most tests.
    """
    with a_folder("browser") as folder, (folder / "demo.log").open("wb") as log:
        cut_off(folder, "products")
        process = start(folder, "--orders-per-second", "0.2", output=log)
        deadline = time.monotonic() + READY_SECONDS_MAX
        while not (folder / "data" / "demo.json").exists():
            assert process.poll() is None, (folder / "demo.log").read_text()
            assert time.monotonic() < deadline, (folder / "demo.log").read_text()
            time.sleep(0.2)
        yield folder
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        finally:
            process.kill()


@pytest.fixture(scope="package")
def demo(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What demo.json says of the running demo (or of the one that KAWASAN_DEMO_JSON names)."""
    if running := os.environ.get("KAWASAN_DEMO_JSON"):
        told: dict[str, Any] = json.loads(Path(running).read_text())
        return told
    return told_in(request.getfixturevalue("begun_anew"))


@pytest.fixture(scope="package")  # not longer: Playwright's event loop in this thread would keep Django's tests away
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def home(demo: dict[str, Any]) -> str:
    """The address of the shop."""
    return str(demo["addresses"]["shop"]).rstrip("/")


@pytest.fixture(scope="package")
def states(demo: dict[str, Any], chromium: Any, home: str) -> Callable[[str], dict[str, Any]]:
    """Sign a person of the demo in once, and give back the cookies."""
    known: dict[str, dict[str, Any]] = {}

    def state_of(person: str) -> dict[str, Any]:
        if person not in known:
            context = chromium.new_context()
            page = context.new_page()
            page.goto(f"{home}/akun/login/")
            page.fill("input[name=login]", demo["people"][person]["email"])
            page.fill("input[name=password]", demo["people"][person]["password"])
            page.click("main form[method=post] button[type=submit]")
            page.wait_for_url(lambda url: "/akun/login" not in url)
            known[person] = context.storage_state()
            context.close()
        return known[person]

    return state_of


@pytest.fixture(scope="package")
def look_as(chromium: Any, home: str, states: Callable[[str], dict[str, Any]]) -> Iterator[Callable[..., Any]]:
    """
    Return a function that goes to a page as somebody, in one window for each person and look: for pages only read.

    A window of its own for each of them took as long as everything that is looked at there.
    """
    windows: dict[tuple[Any, ...], Any] = {}

    def looked(person: str | None, path: str, *, width: int, height: int, theme: str, language: str) -> Any:
        look = (person, width, height, theme, language)
        if look not in windows:
            context = chromium.new_context(color_scheme=theme, storage_state=states(person) if person else None)
            context.add_cookies([{"name": "kawasan_language", "value": language, "url": home}])
            windows[look] = _watched(context.new_page())
        page = windows[look]
        page.goto("about:blank")  # what the page before is still asking for ends here
        page.errors.clear()
        page.set_viewport_size({"width": width, "height": height})
        page.response = page.goto(home + path)
        return page

    yield looked
    for page in windows.values():
        page.context.close()


def _watched(page: Any) -> Any:
    """Note what a page complains of."""
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda entry: page.errors.append(entry.text) if entry.type == "error" else None)
    return page


@pytest.fixture
def open_as(chromium: Any, home: str, states: Callable[[str], dict[str, Any]]) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a page as somebody: ``open_as("buyer", "/keranjang", width=360)``."""
    contexts = []

    def opened(
        person: str | None,
        path: str,
        *,
        width: int = 360,
        height: int = 800,
        theme: str = "light",
        language: str = "id",
        javascript: bool = True,
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            java_script_enabled=javascript,
            storage_state=states(person) if person else None,
        )
        contexts.append(context)
        context.add_cookies([{"name": "kawasan_language", "value": language, "url": home}])
        page = _watched(context.new_page())
        page.response = page.goto(home + path if path.startswith("/") else path)
        return page

    yield opened
    for context in contexts:
        context.close()
