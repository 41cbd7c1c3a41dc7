"""``kawasan witness``: watch other zones' logs and cosign what only grows."""

from __future__ import annotations

import json
from pathlib import Path

import click

STATE = click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("witness.sqlite3"),
    show_default=True,
    help="The file with the witness's keys and what it has cosigned. Keep it: a lost one forgets what it saw.",
)


def add_commands(main: click.Group, _zone_of: object) -> None:
    """Add the commands of a witness, which works in no zone."""

    @main.group()
    def witness() -> None:
        """Be a witness for other zones' logs (C2SP tlog-witness): cosign what only grows, refuse what forks."""

    @witness.command()
    @click.argument("name")
    @STATE
    def init(name: str, state: Path) -> None:
        """Make a witness called NAME (such as example.org/witness) with new keys, and print its verifier keys."""
        from kawasan.witness.keeping import NotPossible, Witness

        try:
            made = Witness.make(state, name)
        except NotPossible as error:
            raise click.ClickException(str(error)) from error
        click.echo("\n".join(made.vkeys))

    @witness.command()
    @click.argument("vkey")
    @STATE
    def trust(vkey: str, state: Path) -> None:
        """Cosign for the log with this verifier key from now on."""
        from kawasan.witness.keeping import NotPossible, Witness

        try:
            Witness(state).trust(vkey)
        except NotPossible as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"cosigning for {vkey.split('+')[0]}")

    @witness.command()
    @STATE
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    def show(state: Path, as_json: bool) -> None:
        """Print the witness's keys and what it has cosigned last of each log."""
        from kawasan.witness.keeping import NotPossible, Witness

        try:
            found = Witness(state)
        except NotPossible as error:
            raise click.ClickException(str(error)) from error
        if as_json:
            logs = {one.origin: {"size": one.size, "root": one.root.hex()} for one in found.remembered()}
            click.echo(json.dumps({"name": found.name, "keys": found.vkeys, "logs": logs}))
            return
        click.echo("\n".join(found.vkeys))
        for one in found.remembered():
            click.echo(f"{one.origin}  {one.size:,} entries  {one.root.hex()}")

    @witness.command()
    @STATE
    @click.option("--host", default="127.0.0.1", show_default=True)
    @click.option("--port", default=8400, show_default=True, help="0 picks a free one.")
    def serve(state: Path, host: str, port: int) -> None:
        """Answer `POST /add-checkpoint` until it is told to stop. Put a proxy with TLS in front."""
        from kawasan.witness.keeping import NotPossible, Witness
        from kawasan.witness.server import make_server

        try:
            server = make_server(Witness(state), host, port)
        except NotPossible as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"http://{host}:{server.server_port}/add-checkpoint")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.server_close()
