"""Log lines keep personal data to themselves, also where something went wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from kawasan.platform.telemetry import configure_logging

NIK = "3171234567890123"
GROUPED = "3171 2345 6789 0123"  # no row of digits that the mask would find


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Every test leaves logging as it found it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    noisy = {name: logging.getLogger(name).level for name in ("procrastinate", "fontTools", "weasyprint")}
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in noisy.items():
        logging.getLogger(name).setLevel(before)


def break_while_holding(identity: str) -> None:
    person = {"identity": identity}
    if person["identity"]:
        raise LookupError("the register is closed")


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("identity", [NIK, GROUPED], ids=["one-row", "grouped"])
def test_a_traceback_does_not_print_local_variables(
    capsys: pytest.CaptureFixture[str], as_json: bool, ours: bool, identity: str
) -> None:
    configure_logging(json=as_json)
    logger = structlog.get_logger("kawasan.test") if ours else logging.getLogger("library")
    try:
        break_while_holding(identity)
    except LookupError:
        logger.exception("it broke")
    written = capsys.readouterr().err
    assert "it broke" in written
    assert "LookupError: the register is closed" in written
    assert identity not in written


@pytest.mark.parametrize("as_json", [True, False])
def test_an_identity_number_in_the_error_itself_is_masked(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    configure_logging(json=as_json)
    try:
        raise LookupError(f"no person {NIK}")
    except LookupError:
        structlog.get_logger("kawasan.test").exception("it broke")
    written = capsys.readouterr().err
    assert "LookupError: no person •••" in written or "LookupError: no person \\u2022\\u2022\\u2022" in written
    assert NIK not in written


def test_the_console_prints_no_local_variables_even_where_it_formats_the_traceback_itself() -> None:
    configure_logging(json=False)
    formatter = logging.getLogger().handlers[0].formatter
    assert isinstance(formatter, structlog.stdlib.ProcessorFormatter)
    try:
        break_while_holding(NIK)
    except LookupError as error:
        written = formatter.processors[-1](None, "error", {"event": "it broke", "exc_info": error})
    assert "LookupError: the register is closed" in written
    assert NIK not in written
