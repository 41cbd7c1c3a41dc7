"""``kawasan months``: list the ledger's months, take one out of the way, bring it back."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

import click

ZoneOf = Callable[[click.Context, str | None], AbstractContextManager[None]]
ZONE = click.option("--zone", default=None, help="The zone (its schema, zone_...), where there are several.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


class MonthText(click.ParamType[date]):
    """A month as people write it: 2026-01."""

    name = "month"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the first day of the month."""
        try:
            return datetime.strptime(str(value), "%Y-%m").replace(tzinfo=UTC).date()
        except ValueError:
            self.fail(f"{value!r} is not a month such as 2026-01", param, ctx)


MONTH = click.argument("month", type=MonthText(), metavar="YYYY-MM")


def add_commands(main: click.Group, zone_of: ZoneOf) -> None:
    """Add the commands about the ledger's months."""

    @main.group()
    def months() -> None:
        """Take months of the ledger that are over out of the way, and bring them back."""

    @months.command("list")
    @ZONE
    @JSON
    @click.pass_context
    def list_(context: click.Context, zone: str | None, as_json: bool) -> None:
        """List the months: where they are, about how many transfers, how much room with their indexes."""
        with zone_of(context, zone):
            from kawasan.server.months import months as found

            rows = [(f"{one.month:%Y-%m}", one) for one in found()]
        if as_json:
            click.echo(json.dumps({name: {"away": one.is_away, "bytes": one.size_bytes} for name, one in rows}))
            return
        for name, one in rows:
            where = "away" if one.is_away else "here"
            click.echo(f"{name}  {where}  {one.transfers:>12,} transfers  {one.size_bytes / 2**20:>10,.1f} MiB")

    @months.command()
    @MONTH
    @ZONE
    @click.option("--yes", is_flag=True, help="Do it. Without this it is only told what would be done.")
    @click.pass_context
    def detach(context: click.Context, month: date, zone: str | None, yes: bool) -> None:
        """
        Take a month, and all before it, out of the way: into a table of its own, with each account's closing balance.

        Everything finds it there, only more slowly. Exit 1 with every reason where something still needs it.
        """
        with zone_of(context, zone):
            from kawasan.core import clock
            from kawasan.server import months as work

            planned = work.plan(month, at=clock.now())
            if planned.reasons:
                raise click.ClickException(f"{month:%Y-%m} stays where it is: {'; '.join(planned.reasons)}")
            if not yes:
                click.echo(f"{planned.transfers:,} transfers would go away; repeat it with --yes")
                return
            click.echo(f"{work.detach(month, at=clock.now()):,} transfers are away")

    @months.command()
    @MONTH
    @ZONE
    @click.pass_context
    def attach(context: click.Context, month: date, zone: str | None) -> None:
        """Bring a month back that is away, the newest of them first."""
        with zone_of(context, zone):
            from kawasan.rooms.ledger.api import MonthNeeded, MonthNotAway
            from kawasan.server import months as work

            try:
                click.echo(f"{work.attach(month):,} transfers are back")
            except MonthNotAway as refusal:
                raise click.ClickException(f"{month:%Y-%m} is not away") from refusal
            except MonthNeeded as refusal:
                raise click.ClickException(f"{month:%Y-%m}: {refusal.data['reasons']}") from refusal
