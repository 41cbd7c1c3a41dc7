"""``kawasan bank`` and ``kawasan sandbox``: connect a zone to its payment provider, change keys, practise."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kawasan.server import runtime

PEM = click.Path(exists=True, dir_okay=False, path_type=Path)


def add_commands(main: click.Group, zone_of: Callable[[click.Context, str | None], Any]) -> None:
    """Put the commands under ``main``; ``zone_of`` opens the zone that is meant."""

    @main.command()
    @click.option("--host", default="127.0.0.1", show_default=True)
    @click.option("--port", default=8100, show_default=True, type=click.IntRange(0, 65_535), help="0 picks a free one.")
    @click.option("--selftest", is_flag=True, help="Run every scenario on a zone of its own; exit 1 on a mismatch.")
    @click.option("--payments", type=click.IntRange(1, 5_000), help="Instead: a storm of so many payments with faults.")
    @click.option("--seed", default=1, show_default=True, help="Of the storm.")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    @click.pass_context
    def sandbox(
        context: click.Context, host: str, port: int, selftest: bool, payments: int | None, seed: int, as_json: bool
    ) -> None:
        """A bank to practise on: speaks SNAP BI as a provider does, with keys of its own and no real money."""
        from kawasan.sandbox.command import run

        if selftest:
            from kawasan.server.selftest import run_selftest, run_storm

            sys.exit(run_storm(payments=payments, seed=seed) if payments else run_selftest(as_json=as_json))

        try:
            run(host=host, port=port, folder=runtime.data_folder(context.obj))
        except OSError as error:
            raise click.ClickException(f"port {port} cannot be used: {error.strerror or error}") from error

    @main.group()
    def bank() -> None:
        """Payment providers that speak SNAP BI: connect, try, change keys (docs/howto/connect-a-bank.md)."""

    @bank.command()
    @click.argument("name")
    @click.option("--profile", required=True, help="How it differs inside the standard: kawasan bank profiles.")
    @click.option("--base-url", required=True, help="Where its services are, without prefix and version.")
    @click.option("--client-id", required=True)
    @click.option("--client-secret", envvar="KAWASAN_BANK_CLIENT_SECRET", prompt=True, hide_input=True)
    @click.option("--their-key", "their_keys", type=PEM, multiple=True, help="Their public key (PEM), or two.")
    @click.option("--our-key", type=PEM, help="Our private key (PEM); without it one is made.")
    @click.option("--partner-id", default="", help="X-PARTNER-ID, where it is not the client id.")
    @click.option("--channel-id", default="")
    @click.option("--merchant-id", default="")
    @click.option("--terminal-id", default="")
    @click.option("--va-prefix", default="", help="The bank's number for our virtual accounts.")
    @click.option("--account-no", default="", help="Our account there: payouts leave it, its balance is asked for.")
    @click.option("--own-bank", default="", help="The bank's three-digit code: payouts to it stay inside.")
    @click.option("--zone", default=None, help="Only needed where there are several.")
    @click.pass_context
    def connect(context: click.Context, /, name: str, zone: str | None, **given: Any) -> None:
        """Connect the zone to a provider (or change the connection) and print our public key for it."""
        from kawasan.core import clock
        from kawasan.core.access import SYSTEM
        from kawasan.platform.db import transaction
        from kawasan.rooms.payments import api as payments

        keys = [file.read_text() for file in given.pop("their_keys")]
        own = given.pop("our_key")
        with zone_of(context, zone), transaction(SYSTEM):
            payments.connect_provider(
                actor=SYSTEM,
                name=name,
                their_keys=keys,
                our_key=own.read_text() if own else "",
                at=clock.now(),
                **given,
            )
            _show(name)

    @bank.command()
    def profiles() -> None:
        """List the profiles of providers."""
        from kawasan.rooms.payments import api as payments

        for one in payments.provider_profiles():
            click.echo(f"{one.name:<12}{one.title}: {one.source}")

    @bank.command()
    @click.option("--zone", default=None)
    @click.pass_context
    def show(context: click.Context, zone: str | None) -> None:
        """Show connections, fingerprints of keys, and our public keys. No secret is ever shown."""
        from kawasan.core.access import SYSTEM
        from kawasan.platform.db import transaction
        from kawasan.rooms.payments import api as payments

        with zone_of(context, zone), transaction(SYSTEM):
            for one in payments.provider_keys(actor=SYSTEM):
                _show(one.name)

    @bank.command()
    @click.option("--zone", default=None)
    @click.pass_context
    def test(context: click.Context, zone: str | None) -> None:
        """Get a token from every provider and ask for the balance. Exit 1 when one does not know us."""
        from kawasan.core.access import SYSTEM
        from kawasan.platform.db import transaction
        from kawasan.rooms.payments import api as payments

        good = True
        with zone_of(context, zone):
            with transaction(SYSTEM):
                known = payments.all_provider_settings()
            for one in known:
                passed, says = payments.try_provider(one)
                click.echo(f"{'ok ' if passed else 'NO '} {one.name}: {says}")
                good = good and passed
        context.exit(0 if good and known else 1)

    @bank.command()
    @click.argument("name")
    @click.argument("what", type=click.Choice(["ours-next", "ours-use", "theirs-add", "theirs-drop"]))
    @click.option("--key", type=PEM, help="Their new public key, for theirs-add.")
    @click.option("--zone", default=None)
    @click.pass_context
    def key(context: click.Context, name: str, what: str, key: Path | None, zone: str | None) -> None:
        """Change keys: make our next one, use it; add a key of theirs, drop the older one."""
        from kawasan.core import clock
        from kawasan.core.access import SYSTEM
        from kawasan.platform.db import transaction
        from kawasan.rooms.payments import api as payments

        if what == "theirs-add" and key is None:
            raise click.UsageError("--key FILE is needed")
        with zone_of(context, zone), transaction(SYSTEM):
            if key is not None and what == "theirs-add":
                payments.add_their_key(actor=SYSTEM, name=name, public_pem=key.read_text(), at=clock.now())
            else:
                act = {
                    "ours-next": payments.add_our_key,
                    "ours-use": payments.use_new_key,
                    "theirs-drop": payments.drop_their_old_key,
                }[what]
                act(actor=SYSTEM, name=name, at=clock.now())
            _show(name)


def _show(name: str) -> None:
    from kawasan.core.access import SYSTEM
    from kawasan.rooms.payments import api as payments

    (one,) = [known for known in payments.provider_keys(actor=SYSTEM) if known.name == name]
    click.echo(f"{one.name} ({one.profile}) at {one.base_url}")
    click.echo(f"  our keys    {', '.join(one.ours)}   (the first one signs)")
    click.echo(f"  their keys  {', '.join(one.theirs) or 'none yet: nothing that they tell is taken'}")
    click.echo(one.our_public_pem)
