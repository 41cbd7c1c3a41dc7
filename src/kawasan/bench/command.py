"""``kawasan bench``: one measurement, printed or as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from kawasan.bench.running import BENCHES, ROUNDS_DEFAULT
from kawasan.platform.telemetry import configure_logging

EXIT_FAILED = 1  # a promise did not hold


@click.command()
@click.argument("what", type=click.Choice(list(BENCHES)), default="engine")
@click.option("--rounds", default=ROUNDS_DEFAULT, show_default=True, type=click.IntRange(1, 100))
@click.option("--quick", is_flag=True, help="A smoke test of the bench itself: tiny sizes, figures that mean nothing.")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Work on this disk.")
@click.option("--charts", type=click.Path(file_okay=False, path_type=Path), help="Draw SVG charts into this folder.")
@click.option("--kills", type=click.IntRange(1, 10_000), help="How many processes `crash` kills. It has a number.")
@click.option("--intakes", default=1, show_default=True, type=click.IntRange(1, 16), help="Processes that take orders.")
@click.option("--only", default="", help="Parts of each round, with commas: http,tpcb_tps. A wrong name lists them.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def bench(what: str, charts: Path | None, only: str, as_json: bool, **options: Any) -> None:
    """
    Measure on a database of its own, durable, removed afterwards. bench/README.md says what each WHAT measures.

    Exit 1 when a promise did not hold (crash, oversell, overload).
    """
    from kawasan.bench import charts as drawing
    from kawasan.bench import running
    from kawasan.bench.site import NotDurable

    configure_logging(json=False)
    try:
        answer = running.measure(what, running.Options(only=frozenset(filter(None, only.split(","))), **options))
    except (NotDurable, running.UnknownPart) as error:
        raise click.ClickException(str(error)) from error
    if charts:
        for file in drawing.draw(answer, charts):
            click.echo(f"drawn: {file}", err=True)
    click.echo(json.dumps(answer) if as_json else running.as_text(answer))
    sys.exit(EXIT_FAILED if answer["failures"] else 0)
