"""Background work of exchange: take rates in by themselves, forget quotes that nobody used."""

from __future__ import annotations

from kawasan.core import clock
from kawasan.core.access import SYSTEM
from kawasan.core.errors import Refusal
from kawasan.platform.db import transaction
from kawasan.platform.jobs import periodic
from kawasan.platform.telemetry import log
from kawasan.rooms.exchange import api


@periodic("7 * * * *")
def take_configured_rates() -> None:
    """Take in what the operator's file of rates says, every hour. What cannot be taken in is told to the log."""
    source = api.configured_source()
    if source is None:
        return
    try:
        content = source.fetch()
        with transaction(SYSTEM):
            count = api.take_rates(actor=SYSTEM, content=content, source=source.name, at=clock.now())
    except Refusal as refusal:
        log.warning("rates-not-taken", source=source.name, code=refusal.code)
    else:
        log.info("rates-taken", source=source.name, days=count)


@periodic("17 3 * * *")
def forget_quotes() -> None:
    """Drop promises that nobody used and that are long over."""
    with transaction(SYSTEM):
        api.forget_quotes(at=clock.now())
