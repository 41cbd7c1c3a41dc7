"""``kawasan anchor``: have checkpoints of the log kept by somebody far away, and see that they still are."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import click

ZoneOf = Callable[[click.Context, str | None], AbstractContextManager[None]]
ZONE = click.option("--zone", default=None, help="The zone (its schema, zone_...), where there are several.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
EXIT_FOUND = 1


def add_commands(main: click.Group, zone_of: ZoneOf) -> None:
    """Add the commands about anchors."""

    @main.group()
    def anchor() -> None:
        """Have checkpoints of the log kept by a timestamp authority or a contract (KAWASAN_TSA_URL and others)."""

    _add_now(anchor, zone_of)
    _add_list(anchor, zone_of)
    _add_check(anchor, zone_of)
    _add_deploy(anchor, zone_of)


def _add_now(anchor: click.Group, zone_of: ZoneOf) -> None:
    @anchor.command()
    @ZONE
    @JSON
    @click.pass_context
    def now(context: click.Context, zone: str | None, as_json: bool) -> None:
        """Anchor the newest checkpoint now, where it is not held yet. Exit 1 where that failed, or nobody is named."""
        with zone_of(context, zone):
            from kawasan.server import anchoring

            if not anchoring.has_keeper():
                raise click.ClickException("nobody is named who keeps checkpoints: set KAWASAN_TSA_URL")
            _tell(anchoring.now(), as_json, otherwise="held already")


def _add_list(anchor: click.Group, zone_of: ZoneOf) -> None:
    @anchor.command("list")
    @ZONE
    @JSON
    @click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
    @click.pass_context
    def list_(context: click.Context, zone: str | None, as_json: bool, limit: int) -> None:
        """List attempts, newest first: what was kept, and what failed and why."""
        with zone_of(context, zone):
            from kawasan.server import anchoring

            rows = anchoring.listed(limit)
            if as_json:
                click.echo(json.dumps(rows))
            else:
                _print(rows, otherwise="no checkpoint was anchored yet")


def _add_check(anchor: click.Group, zone_of: ZoneOf) -> None:
    @anchor.command()
    @ZONE
    @JSON
    @click.pass_context
    def check(context: click.Context, zone: str | None, as_json: bool) -> None:
        """Check every receipt again, and ask the chain what it holds. Exit 1 where something does not hold."""
        with zone_of(context, zone):
            from kawasan.server import anchoring

            _tell(anchoring.checked(), as_json, otherwise="no checkpoint was anchored yet")


def _add_deploy(anchor: click.Group, zone_of: ZoneOf) -> None:
    @anchor.command()
    @ZONE
    @click.pass_context
    def deploy(context: click.Context, zone: str | None) -> None:
        """Put the contract onto the chain (KAWASAN_EVM_RPC, KAWASAN_EVM_KEY) and print its address. Costs gas."""
        with zone_of(context, zone):
            from kawasan.server import anchoring

            try:
                click.echo(anchoring.deploy())
            except ValueError as error:
                raise click.ClickException(str(error)) from error


def _tell(rows: list[dict[str, Any]], as_json: bool, *, otherwise: str) -> None:
    if as_json:
        click.echo(json.dumps(rows))
    else:
        _print(rows, otherwise=otherwise)
    if any(row["problem"] for row in rows):
        sys.exit(EXIT_FOUND)


def _print(rows: list[dict[str, Any]], *, otherwise: str) -> None:
    for row in rows:
        says = f"NO  {row['problem']}" if row["problem"] else f"ok  {row['stamped_at']}"
        click.echo(f"{row['at']}  {row['kind']:<8} {row['size']:>12}  {row['target']}  {says}")
    if not rows:
        click.echo(otherwise)
