"""The ``kawasan`` command: run a zone, look after it, prove it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from kawasan import __version__
from kawasan.bench import command as bench_command
from kawasan.platform.embedded import AlreadyRunning, NotReady
from kawasan.platform.telemetry import configure_logging
from kawasan.server import anchor_command, banks_command, months_command, mqtt_command, runtime
from kawasan.witness import command as witness_command

EXIT_FOUND = 1  # a check found something
EXIT_USAGE = 2
PORT = click.IntRange(0, runtime.PORT_MAX)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="kawasan")
@click.option("--data", envvar="KAWASAN_DATA", default="kawasan-data", show_default=True, help="The data folder.")
@click.pass_context
def main(context: click.Context, data: str) -> None:
    """An economic development zone in the cloud."""
    context.obj = data


@contextmanager
def _django(context: click.Context) -> Iterator[Path]:
    """Work with the database (given or embedded) and Django set up."""
    folder = runtime.data_folder(context.obj)
    try:
        with runtime.database(folder) as found:
            runtime.set_up_django()
            configure_logging(json=False)  # to standard error: standard output is the command's answer
            context.meta["database"] = found
            yield folder
    except (AlreadyRunning, NotReady) as error:
        raise click.ClickException(str(error)) from error


def _zones(only: str | None) -> list[str]:
    from kawasan.platform.schemas import zones

    schemas = [zone.schema for zone in zones()]
    if only and only not in schemas:
        raise click.BadParameter(f"there is no zone {only!r}; there are: {', '.join(schemas) or 'none'}")
    return [only] if only else schemas


@contextmanager
def _zone(context: click.Context, only: str | None) -> Iterator[None]:
    """Work inside the one zone that is meant."""
    with _django(context):
        from kawasan.platform.schemas import in_zone

        schemas = _zones(only)
        if len(schemas) != 1:
            raise click.UsageError("name a --zone" if schemas else "there is no zone yet: kawasan add-zone --help")
        with in_zone(schemas[0]):
            yield


ZONE = click.option("--zone", default=None, help="Only this zone (its schema, zone_...). All zones by default.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@main.command()
@click.pass_context
def migrate(context: click.Context) -> None:
    """Prepare the database and bring every zone to this version. Repeating it changes nothing."""
    with _django(context):
        from kawasan.platform.roles import migrate_zone, prepare_database
        from kawasan.platform.schemas import zones

        prepare_database()
        for zone in zones():
            migrate_zone(zone.schema, verbosity=1)
            click.echo(f"{zone.schema}: up to date")


@main.command("add-zone")
@click.argument("schema")
@click.option("--name", required=True, help="What people call the zone.")
@click.option("--host", "hosts", multiple=True, help="A host name that opens it (repeat for more; * for any).")
@click.pass_context
def add_zone(context: click.Context, schema: str, name: str, hosts: tuple[str, ...]) -> None:
    """Add a zone in its own SCHEMA (zone_...), or change its name and host names."""
    with _django(context):
        from kawasan.core import clock
        from kawasan.platform.roles import prepare_database, prepare_zone

        prepare_database()
        try:
            prepare_zone(schema=schema, name=name, hosts=list(hosts), at=clock.now())
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
        click.echo(f"{schema}: {name} {' '.join(hosts)}")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=PORT, help="0 picks a free one.")
@click.option("--intake-port", type=PORT, help="Where orders are taken (the port after --port).")
@click.option(
    "--intakes",
    default=1,
    show_default=True,
    envvar="KAWASAN_INTAKES",
    type=click.IntRange(0, 64),
    help="Processes that take orders; 0: only the web server does.",
)
@click.pass_context
def serve(context: click.Context, host: str, port: int, intake_port: int | None, intakes: int) -> None:
    """Run the zones: database (unless DATABASE_URL is given), web server, worker, intake, until Ctrl-C or TERM."""
    with _django(context) as folder:
        from kawasan.server.processes import Processes
        from kawasan.server.serving import serve as run

        if intake_port is None:
            intake_port = runtime.port_after(port)
        running = Processes(data=folder, host=host, port=port, intake_port=intake_port, intakes=intakes)
        try:
            run(running, context.meta["database"], say=click.echo, warn=partial(click.echo, err=True))
        except OSError as error:
            raise click.ClickException(str(error)) from error


@main.command()
@click.pass_context
def worker(context: click.Context) -> None:
    """Run background jobs and followers (`serve` and `demo` start it themselves)."""
    with _django(context):
        from kawasan.server.worker import run

        run()


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True, type=PORT, help="Several processes may share one.")
@click.pass_context
def intake(context: click.Context, host: str, port: int) -> None:
    """Take orders over JSON, very many a second, beside the web server (`serve` and `demo` start it themselves)."""
    from kawasan.intake.server import run

    folder = runtime.data_folder(context.obj)
    configure_logging()
    with runtime.database(folder) as found:
        run(host=host, port=port, address=found.url, environ=os.environ, data=folder)


@main.command()
@ZONE
@JSON
@click.pass_context
def verify(context: click.Context, zone: str | None, as_json: bool) -> None:
    """Recompute every balance, total and figure and compare. Exit 1 and name the rows when something differs."""
    with _django(context):
        from kawasan.server.verify import verify_zone

        findings = [finding for schema in _zones(zone) for finding in verify_zone(schema)]
    if as_json:
        click.echo(json.dumps({"verify": not findings, "findings": findings}, ensure_ascii=False, default=str))
    else:
        for item in findings:
            click.echo(
                f"{item['zone']}: {item['code']} in {item['row']}: expected {item['expected']}, found {item['found']}"
            )
        click.echo("everything agrees" if not findings else f"{len(findings)} findings")
    sys.exit(EXIT_FOUND if findings else 0)


@main.command()
@click.argument("name", required=False)
@ZONE
@click.pass_context
def rebuild(context: click.Context, name: str | None, zone: str | None) -> None:
    """Empty the follower NAME (all of them when none is named) and take everything again."""
    with _django(context):
        from kawasan.platform import followers
        from kawasan.platform.schemas import in_zone

        names = [name] if name else [item.name for item in followers.followers()]
        for schema in _zones(zone):
            with in_zone(schema):
                for item in names:
                    try:
                        taken = followers.rebuild(item)
                    except KeyError as error:
                        raise click.BadParameter(str(error.args[0])) from error
                    click.echo(f"{schema}: {item} rebuilt from {taken} numbers")


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def backup(context: click.Context, file: Path) -> None:
    """Write all zones, at one moment, into FILE (pg_dump's custom format)."""
    with _django(context) as folder:
        from kawasan.server import maintenance

        try:
            size = maintenance.backup(file)
        except maintenance.CommandFailed as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"{file}: {size:,} bytes. Keep {folder / 'secret.key'} beside it, in another place.")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def restore(context: click.Context, file: Path) -> None:
    """Fill an empty database from FILE, bring it to this version and rebuild its followers."""
    with _django(context):
        from kawasan.platform import followers
        from kawasan.platform.roles import migrate_zone, prepare_database
        from kawasan.platform.schemas import in_zone, zones
        from kawasan.server import maintenance

        prepare_database()
        try:
            maintenance.restore(file)
        except maintenance.CommandFailed as error:
            raise click.ClickException(str(error)) from error
        prepare_database()
        for zone in zones():
            migrate_zone(zone.schema)
            with in_zone(zone.schema):
                for item in followers.followers():
                    followers.rebuild(item.name)
            click.echo(f"{zone.schema}: {zone.name} restored")


@main.command()
@click.option(
    "--for", "seconds", type=click.FloatRange(min=1), help="Stop by itself so many seconds after it is ready."
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=PORT, help="0 picks a free one.")
@click.option(
    "--orders-per-second",
    "rate",
    type=click.FloatRange(min=0.01, max=200),
    help="How fast buyers buy (2; with --for 12).",
)
@click.option("--fresh", is_flag=True, help="Remove the sample zone of an earlier start first.")
@click.option("--yes", is_flag=True, help="Do not ask before removing it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end; progress goes to stderr.")
@click.pass_context
def demo(
    context: click.Context,
    seconds: float | None,
    host: str,
    port: int,
    rate: float | None,
    fresh: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """A living sample zone: real listings, simulated buyers, play money. Ctrl-C stops it; the next start goes on.

    Exit 1 when verify finds something or a unit was sold that was not there.
    """
    from kawasan.demo.command import Demo, Options, Refused

    if fresh and not yes:
        click.confirm(f"Remove the sample zone in {context.obj} with everything in it?", abort=True, err=True)
    options = Options(
        data=context.obj,
        host=host,
        port=port,
        seconds=seconds,
        orders_per_second=rate,
        as_json=as_json,
        fresh=fresh,
    )
    try:
        sys.exit(Demo(options).run())
    except (Refused, AlreadyRunning, NotReady, TimeoutError) as error:
        raise click.ClickException(str(error)) from error


for _commands in (anchor_command, banks_command, months_command, mqtt_command, witness_command):
    _commands.add_commands(main, _zone)
main.add_command(bench_command.bench)


@main.command("check-config")
@JSON
@click.pass_context
def check_config(context: click.Context, as_json: bool) -> None:
    """Check what must be right before people come. Exit 1 when something is not."""
    with _django(context):
        from kawasan.platform.schemas import in_zone
        from kawasan.server import maintenance

        checks = [*maintenance.checks(), *maintenance.anchor_checks()]
        for schema in _zones(None):
            with in_zone(schema):
                checks += [*maintenance.bank_checks(schema), *maintenance.log_checks(schema)]
    if as_json:
        click.echo(json.dumps({check.name: {"passed": check.passed, "says": check.says} for check in checks}))
    else:
        for check in checks:
            click.echo(f"{'ok ' if check.passed else 'NO '} {check.name}: {check.says}")
    sys.exit(0 if all(check.passed for check in checks) else EXIT_FOUND)


@main.command("django", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@ZONE
@click.pass_context
def django_command(context: click.Context, arguments: tuple[str, ...], zone: str | None) -> None:
    """Run a command of Django inside a zone: kawasan django shell."""
    with _django(context):
        from django.core.management import execute_from_command_line

        from kawasan.platform.schemas import in_zone

        chosen = zone or next(iter(_zones(None)), None)
        if chosen is None:
            raise click.UsageError("there is no zone yet: kawasan add-zone --help")
        with in_zone(chosen):
            execute_from_command_line(["kawasan django", *arguments])


@main.command("add-person")
@click.option("--email", required=True, help="With which they sign in.")
@click.option("--name", default="", help="What people call them.")
@click.option("--zone-role", type=click.Choice(["operator", "staff", "auditor"]), help="Their role in the zone.")
@click.option("--address", default="http://127.0.0.1:8000", show_default=True, help="Where the zone is served.")
@ZONE
@click.pass_context
def add_person(
    context: click.Context, email: str, name: str, zone_role: str | None, address: str, zone: str | None
) -> None:
    """Add a person (the first operator, say) and print a link, good once, with which they set their password."""
    with _django(context):
        from django.utils.translation import override

        from kawasan.core import clock
        from kawasan.core.access import SYSTEM
        from kawasan.core.errors import Refusal
        from kawasan.platform.db import transaction
        from kawasan.platform.problems import texts
        from kawasan.platform.schemas import in_zone
        from kawasan.rooms.zone import api as people
        from kawasan.server.people import password_link

        schemas = _zones(zone)
        if len(schemas) != 1:
            raise click.UsageError("there is no zone yet: kawasan add-zone --help" if not schemas else "name a --zone")
        with in_zone(schemas[0]):
            try:
                with transaction(SYSTEM):
                    person = people.add_person(
                        actor=SYSTEM, email=email, name=name or email.split("@")[0], at=clock.now()
                    )
                    if zone_role:
                        people.grant_zone_role(actor=SYSTEM, person_id=person.id, role=zone_role, at=clock.now())
            except Refusal as refusal:
                with override("en"):  # as everything that this command says
                    raise click.BadParameter(": ".join(texts(refusal))) from refusal
            click.echo(address.rstrip("/") + password_link(person.id))
